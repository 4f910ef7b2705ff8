/**
 * The command that the conformance suite starts as "the client": it hands the scenario and the address of its server to the process
 * that holds the gate, and fails if that did. `node client-command.js {address of that process} {era} {url}`
 */
const [, , driver = "", era, url] = process.argv;
const { MCP_CONFORMANCE_SCENARIO: scenario, MCP_CONFORMANCE_CONTEXT: context = "{}" } = process.env;
const response = await fetch(driver, { method: "POST", body: JSON.stringify({ scenario, era, url, context: JSON.parse(context) }) });
if (!response.ok) throw new Error(await response.text());
