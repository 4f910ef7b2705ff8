/** A JSON-RPC message of the contract's little server. */
interface Message {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>> & { readonly _meta?: Readonly<Record<string, unknown>> };
  readonly result?: unknown;
}

/** One conversation with the contract's little server, whatever carries it: `say` is how it speaks, `die` how it goes away without a word. */
export function talkingServer({
  say,
  die,
}: {
  readonly say: (message: object) => void;
  readonly die: () => void;
}): (message: Message) => void {
  const asked = new Map<string, string | number | undefined>();
  const methods: Readonly<Record<string, (message: Message) => void>> = {
    initialize: ({ id }) =>
      say({ jsonrpc: "2.0", id, result: { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: { name: "talking" } } }),
    "tools/echo": ({ id, params }) => say({ jsonrpc: "2.0", id, result: params }),
    "tools/progress": ({ id, params }) => {
      const progressToken = params?._meta?.["progressToken"];
      for (let progress = 1; progress <= 3; progress += 1) {
        say({ jsonrpc: "2.0", method: "notifications/progress", params: { progressToken, progress } });
      }
      say({ jsonrpc: "2.0", id, result: {} });
    },
    "tools/ask": ({ id }) => {
      asked.set("q", id);
      say({ jsonrpc: "2.0", id: "q", method: "roots/list" });
    },
    "tools/hang": () => {},
    "tools/big": ({ id, params }) => say({ jsonrpc: "2.0", id, result: "x".repeat(Number(params?.["bytes"])) }),
    "tools/die": () => die(),
  };
  return (message) => {
    if (message.method !== undefined) methods[message.method]?.(message);
    else say({ jsonrpc: "2.0", id: asked.get(String(message.id)), result: message.result });
  };
}
