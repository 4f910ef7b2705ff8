import {
  create,
  type DescMethod,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";

/** A call of any method of any contract over grpc-js, for tests. */
export interface TestClient {
  unary<Method extends DescMethod>(
    method: Method,
    request: MessageInitShape<Method["input"]>,
    options?: CallSettings,
  ): Promise<MessageShape<Method["output"]>>;
  stream<Method extends DescMethod>(
    method: Method,
    request: MessageInitShape<Method["input"]>,
    options?: CallSettings,
  ): TestStream<MessageShape<Method["output"]>>;
  close(): void;
}

interface CallSettings {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
}

interface TestStream<Message> {
  /** The next message; undefined once the stream ended well. Rejects with the status otherwise. */
  next(): Promise<Message | undefined>;
  cancel(): void;
}

export function testClient(port: number, credentials = grpc.credentials.createInsecure()): TestClient {
  const client = new grpc.Client(`127.0.0.1:${port}`, credentials, {
    "grpc.ssl_target_name_override": "localhost",
    // Each test sees its own connection fail, not one that another left behind.
    "grpc.use_local_subchannel_pool": 1,
    "grpc.enable_retries": 0,
  });

  function parts<Method extends DescMethod>(method: Method, { metadata = {}, deadlineMs }: CallSettings) {
    const head = new grpc.Metadata();
    for (const [name, value] of Object.entries(metadata)) head.set(name, value);
    return {
      path: pathOf(method.parent, method),
      serialize: (message: MessageInitShape<Method["input"]>) => Buffer.from(toBinary(method.input, create(method.input, message))),
      deserialize: (bytes: Buffer) => fromBinary(method.output, bytes) as MessageShape<Method["output"]>,
      head,
      options: deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs },
    };
  }

  return {
    unary(method, request, settings = {}) {
      const { path, serialize, deserialize, head, options } = parts(method, settings);
      return new Promise((resolve, reject) => {
        client.makeUnaryRequest(path, serialize, deserialize, request, head, options, (error, answer) => {
          if (error !== null) reject(error);
          else if (answer !== undefined) resolve(answer);
        });
      });
    },
    stream(method, request, settings = {}) {
      const { path, serialize, deserialize, head, options } = parts(method, settings);
      const call = client.makeServerStreamRequest(path, serialize, deserialize, request, head, options);
      const messages = call[Symbol.asyncIterator]();
      return {
        async next() {
          const { done, value } = await messages.next();
          return done === true ? undefined : value;
        },
        cancel: () => call.cancel(),
      };
    },
    close: () => client.close(),
  };
}

function pathOf(service: DescService, method: DescMethod): string {
  return `/${service.typeName}/${method.name}`;
}
