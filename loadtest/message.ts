/** The id of every prepared request; each one that is sent gets its own, of as many digits. */
export const idDigits = "10000000";

const protocolVersion = "2026-07-28";

/** A tools/call of 300 bytes of the stateless revision, as most clients send it: small arguments, and the envelope in `_meta`. */
export function toolCall(tool: string, bytes = 300): string {
  const meta = {
    "io.modelcontextprotocol/protocolVersion": protocolVersion,
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1" },
  };
  const text = (message: string) =>
    JSON.stringify({
      jsonrpc: "2.0",
      id: Number(idDigits),
      method: "tools/call",
      params: { name: tool, arguments: { message }, _meta: meta },
    });
  return text("a".repeat(Math.max(0, bytes - text("").length)));
}

/** The headers that go with it, beside those of the connection. */
export function callHeaders(tool: string, credential: string): Readonly<Record<string, string>> {
  return {
    authorization: `Bearer ${credential}`,
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": protocolVersion,
    "mcp-method": "tools/call",
    "mcp-name": tool,
  };
}
