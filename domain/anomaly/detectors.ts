/** What is looked at in a caller's window of activity. */
export const callerDetectors = ["rate", "errors", "size", "novelty", "sequence"] as const;
export type CallerDetector = (typeof callerDetectors)[number];

/** What is looked at in a window of a tool or a server, over all its callers. */
export const toolDetectors = ["latency", "failures"] as const;
export type ToolDetector = (typeof toolDetectors)[number];
