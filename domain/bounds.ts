/** Every bound of the gate with its unit. Configuration may lower or raise those that `cli/configuration/config.ts` names. */
export const bounds = {
  bodyBytesMax: 4 * 1024 * 1024,
  headerBytesMax: 16 * 1024,
  jsonDepthMax: 128,
  nameBytesMax: 1024,
  bodyTimeoutMs: 15_000,
  callsInFlightMax: 10_000,
  callsInFlightPerCallerMax: 500,
  /** Bytes waiting for one slow reader before its upstream is paused. */
  replyBufferBytesMax: 1024 * 1024,
  /** A reader that takes nothing for so long is cut off. */
  replyStallMs: 60_000,
  /** Requests in flight on one WebSocket, or one stream of the transport HTTP+SSE. */
  conversationCallsInFlightMax: 100,
  /** WebSockets and streams of HTTP+SSE, all together and of one caller. */
  conversationsMax: 10_000,
  conversationsPerCallerMax: 100,
  sessionsMax: 50_000,
  sessionsPerCallerMax: 1_000,
  sessionIdleMs: 60 * 60_000,
  /** A session's id is good for so long at most. */
  sessionLifeMs: 24 * 60 * 60_000,
  /** Bytes of what a client says of itself at `initialize` that go into the session's id: it is a header of every request. */
  sessionClientBytesMax: 1_024,
  /** Open subscriptions of the gate, and of one caller: each holds a connection. */
  subscriptionsMax: 5_000,
  subscriptionsPerCallerMax: 500,
  /** Streams that the gate holds open towards servers to hear of changes. */
  upstreamStreamsMax: 5_000,
  /** Resources that the gate watches at one server for all its callers. */
  watchedUrisMax: 10_000,
  /** Resources, and tasks, of one subscription. */
  subscribedUrisMax: 256,
  subscribedUriLengthMax: 2_048,
  /** A person has so long to answer a question of a server. */
  questionMs: 10 * 60_000,
  /** A server that has not begun the answer to GET by then counts as one that is quiet. */
  streamHeadMs: 150,
  /** Open questions of one caller, put as requests on the streams of its calls. */
  questionsPerCallerMax: 256,
  /** Calls that wait for answers of their clients, and those of one caller. */
  parkedCallsMax: 10_000,
  parkedCallsPerCallerMax: 100,
  /** A `requestState` is good for so long. */
  requestStateMs: 60 * 60_000,
  /** Streams of one session that can be taken up again, and what is kept of one for that. */
  replayStreamsPerSessionMax: 64,
  replayEventsMax: 256,
  replayBytesMax: 1024 * 1024,
  /** Of all sessions together. */
  replayAllBytesMax: 64 * 1024 * 1024,
  /** A stream that nobody reads is kept for so long. */
  replayIdleMs: 5 * 60_000,
  listAnswerBytesMax: 16 * 1024 * 1024,
  listPagesMax: 100,
  auditRingRecordsMax: 65_536,
  auditFlushMs: 10,
  auditBatchRecordsMax: 1_024,
  auditArgumentsBytesMax: 8 * 1024,
  tokenBytesMax: 8 * 1024,
  tokenCacheEntriesMax: 65_536,
  refusedTokenCacheEntriesMax: 8_192,
  tokenCacheMs: 60_000,
} as const;
