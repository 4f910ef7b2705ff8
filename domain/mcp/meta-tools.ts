/** The tools of the gate's own, by which a model finds its way in a catalogue that is too large to be listed. */
export const metaToolNames = { search: "search_tools", describe: "describe_tool", call: "call_tool" } as const;

/** Names that no tool of a virtual server may have while the gate's own may be there. */
export const reservedToolNames: readonly string[] = Object.values(metaToolNames);
