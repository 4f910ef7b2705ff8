/** What is read of a JSON-RPC message to find its way. */
export interface ChannelMessage {
  readonly kind: "request" | "notification" | "response";
  readonly method: string | undefined;
  /** The id as a map's key: JSON, so that `1` and `"1"` differ. Undefined where there is none, or null. */
  readonly idKey: string | undefined;
  /** Whether a response is a result, not an error. */
  readonly good: boolean;
  /** `params._meta.progressToken` of a request, `params.progressToken` of a progress notification, as a map's key. */
  readonly progressKey: string | undefined;
  /** The listen request that a message of the stateless revision belongs to, as a map's key. */
  readonly subscriptionKey: string | undefined;
  /** `params.requestId` of a cancellation, as a map's key. */
  readonly cancelledKey: string | undefined;
  /** A request of the stateless revision says so itself: `params._meta["io.modelcontextprotocol/protocolVersion"]`. */
  readonly modern: boolean;
  /** A request of the stateless revision that asks for log messages: `params._meta["io.modelcontextprotocol/logLevel"]`. */
  readonly asksForLogs: boolean;
}

export const subscriptionIdKey = "io.modelcontextprotocol/subscriptionId";
const logLevelKey = "io.modelcontextprotocol/logLevel";
const protocolVersionKey = "io.modelcontextprotocol/protocolVersion";

/** Reads one message; undefined for what is no JSON-RPC 2.0 message (also an array: batches are not carried over channels). */
export function readChannelMessage(bytes: Uint8Array): ChannelMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined; // What is no JSON is no message: the caller decides what that means.
  }
  const message = asObject(value);
  if (message === undefined || message["jsonrpc"] !== "2.0") return undefined;
  const method = typeof message["method"] === "string" ? message["method"] : undefined;
  const idKey = keyOf(message["id"]);
  const good = "result" in message;
  const response = method === undefined && (good || "error" in message);
  if (method === undefined && !response) return undefined;
  const params = asObject(message["params"]);
  const meta = asObject(params?.["_meta"]);
  return {
    kind: response ? "response" : idKey === undefined ? "notification" : "request",
    method,
    idKey,
    good,
    progressKey: keyOf(method === "notifications/progress" ? params?.["progressToken"] : meta?.["progressToken"]),
    subscriptionKey: keyOf((meta ?? asObject(asObject(message["result"])?.["_meta"]))?.[subscriptionIdKey]),
    cancelledKey: method === "notifications/cancelled" ? keyOf(params?.["requestId"]) : undefined,
    modern: has(meta, protocolVersionKey),
    asksForLogs: has(meta, logLevelKey),
  };
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function keyOf(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? JSON.stringify(value) : undefined;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
}

function has(object: Readonly<Record<string, unknown>> | undefined, name: string): boolean {
  return object !== undefined && name in object;
}
