import { openBrace } from "./json-bytes.ts";
import { memberRange, rawText } from "./json-text.ts";
import type { Scanned } from "./scanned.ts";
import { splice } from "./splice.ts";

/** The tools of the gate's own, by which a model finds its way in a catalogue that is too large to be listed. */
export const metaToolNames = { search: "search_tools", describe: "describe_tool", call: "call_tool" } as const;

/** Names that no tool of a virtual server may have while the gate's own may be there. */
export const reservedToolNames: readonly string[] = Object.values(metaToolNames);

/** Tools that a search answers at most, and unless told. */
export const searchBounds = { queryCharactersMax: 1_024, limitMax: 50, limitDefault: 10, descriptionCharactersMax: 400 } as const;

const readOnly = { readOnlyHint: true, openWorldHint: false } as const;
const toolName = { type: "string", minLength: 1, maxLength: 128 } as const;

/** What `tools/list` shows in place of all tools. */
export const metaTools = [
  {
    name: metaToolNames.call,
    title: "Call a tool",
    description: "Calls the tool of that name, with arguments as describe_tool shows them, and answers what it answers.",
    inputSchema: {
      type: "object",
      properties: {
        name: { ...toolName, description: "Its name, as search_tools tells it." },
        arguments: { type: "object", description: "Its arguments, as its inputSchema asks for them." },
      },
      required: ["name"],
      additionalProperties: false,
    },
  },
  {
    name: metaToolNames.describe,
    title: "Describe a tool",
    description: "Answers the whole definition of one tool: what it does and the schema of its arguments.",
    inputSchema: {
      type: "object",
      properties: { name: { ...toolName, description: "Its name, as search_tools tells it." } },
      required: ["name"],
      additionalProperties: false,
    },
    outputSchema: { type: "object", properties: { tool: { type: "object" } }, required: ["tool"] },
    annotations: readOnly,
  },
  {
    name: metaToolNames.search,
    title: "Search for tools",
    description: "Finds tools by what they are for. Describe what you want to do in a few words; the best fitting tools come first.",
    inputSchema: {
      type: "object",
      properties: {
        query: { type: "string", minLength: 1, maxLength: searchBounds.queryCharactersMax, description: "What the tool should do." },
        limit: {
          type: "integer",
          minimum: 1,
          maximum: searchBounds.limitMax,
          default: searchBounds.limitDefault,
          description: "Tools to answer at most.",
        },
      },
      required: ["query"],
      additionalProperties: false,
    },
    outputSchema: {
      type: "object",
      properties: {
        tools: {
          type: "array",
          items: {
            type: "object",
            properties: { name: { type: "string" }, title: { type: "string" }, description: { type: "string" } },
            required: ["name"],
          },
        },
        searched: { type: "integer", description: "Tools that were searched." },
        unavailable: { type: "array", items: { type: "string" }, description: "Servers that did not answer." },
      },
      required: ["tools", "searched"],
    },
    annotations: readOnly,
  },
] as const;

/**
 * The call that a `call_tool` stands for, in the bytes of the message: everything else of it, its `_meta` and the answers to questions of the
 * tool among them, stays as it was sent. A text says what is wrong with the arguments.
 */
export function calledTool(bytes: Uint8Array, { name, arguments: own }: Scanned): Uint8Array | string {
  if (own === null || name === null) return "arguments are missing";
  const inner = memberRange(bytes, own, "name");
  const text: unknown = inner === null ? undefined : JSON.parse(rawText(bytes, inner));
  if (inner === null || typeof text !== "string") return "name must be the name of a tool";
  if (reservedToolNames.includes(text)) return `${text} can't be called by ${metaToolNames.call}: call it directly`;
  const args = memberRange(bytes, own, "arguments");
  if (args !== null && bytes[args.start] !== openBrace) return "arguments must be an object";
  return splice(bytes, [
    { ...name.range, text: bytes.slice(inner.start, inner.end) },
    { ...own, text: args === null ? "{}" : bytes.slice(args.start, args.end) },
  ]);
}
