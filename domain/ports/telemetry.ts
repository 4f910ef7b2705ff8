/** Traces of calls, by the OpenTelemetry conventions for MCP. Absent unless configured: then nothing of it is loaded or called. */
export interface Telemetry {
  /**
   * A call begins. `parent` is the W3C traceparent from `_meta`, or null; `link` the one of the HTTP request.
   * Answers null where this call isn't sampled: nothing further is then built for it.
   */
  begin(call: {
    readonly method: string;
    readonly name: string | null;
    readonly server: string | null;
    readonly protocol: string;
    readonly transport: string;
    readonly startMs: number;
    readonly parent: string | null;
    readonly link: string | null;
  }): CallTrace | null;
  close(): Promise<void>;
}

export interface CallTrace {
  /** The traceparent that upstream and events carry on. */
  readonly traceparent: string;
  end(result: { readonly outcome: string; readonly errorType: string | null; readonly status: number; readonly endMs: number }): void;
}
