/** The group that keeps the sink's positions on the log, and its name on dead letters. Apart from the sink, which takes long to load. */
export const sinkName = "elasticsearch";
