// The parts of kafkajs below its producer and consumer that this connector is built on, as far as it uses them. The version is pinned.

declare module "kafkajs/src/network/connection.js" {
  import type { Socket } from "node:net";

  interface ProtocolRequest {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    encode(): Promise<unknown>;
  }

  interface ProtocolCall<Answer> {
    readonly request: ProtocolRequest;
    /** What is decoded may have `clientSideThrottleTime`, in milliseconds: so long is nothing more sent (KIP-219). */
    readonly response: { decode(bytes: Buffer): Promise<Answer>; parse(answer: Answer): Promise<Answer> };
    /** In milliseconds, where it is more than usual. */
    readonly requestTimeout?: number;
  }

  interface ApiVersions {
    readonly [apiKey: number]: { readonly minVersion: number; readonly maxVersion: number };
  }

  class Connection {
    constructor(options: object);
    readonly socket?: Socket;
    readonly requestQueue: { readonly pending: readonly unknown[]; scheduleCheckPendingRequests: () => void };
    connect(): Promise<unknown>;
    authenticate(): Promise<void>;
    disconnect(): Promise<unknown>;
    isConnected(): boolean;
    isAuthenticated(): boolean;
    setVersions(versions: ApiVersions | null): void;
    setSupportAuthenticationProtocol(isSupported: boolean | null): void;
    rejectRequests(error: Error): void;
    send<Answer>(call: ProtocolCall<Answer>): Promise<Answer>;
  }
  export default Connection;
  export type { ApiVersions, ProtocolCall, ProtocolRequest };
}

declare module "kafkajs/src/broker/index.js" {
  import type Connection from "kafkajs/src/network/connection.js";
  import type { ApiVersions, ProtocolCall } from "kafkajs/src/network/connection.js";

  interface TopicPartitions<Partition> {
    readonly topic: string;
    readonly partitions: readonly Partition[];
  }

  interface Connections {
    readonly host: string;
    readonly port: number;
    readonly sasl: object | undefined;
    readonly connectionTimeout: number;
    isConnected(): boolean;
    isAuthenticated(): boolean;
    getConnection(): Promise<Connection>;
    setVersions(versions: ApiVersions): void;
    setSupportAuthenticationProtocol(isSupported: boolean): void;
    send<Answer>(call: ProtocolCall<Answer>): Promise<Answer>;
    destroy(): Promise<void>;
  }

  class Broker {
    constructor(options: { readonly connectionPool: Connections; readonly logger: unknown });
    readonly connectionPool: Connections;
    connect(): Promise<void>;
    findGroupCoordinator(request: { readonly groupId: string; readonly coordinatorType: number }): Promise<{
      readonly coordinator: { readonly nodeId: number; readonly host: string; readonly port: number };
    }>;
    initProducerId(request: {
      readonly transactionTimeout: number;
    }): Promise<{ readonly producerId: string; readonly producerEpoch: number }>;
    listOffsets(request: {
      readonly replicaId: number;
      readonly isolationLevel: number;
      readonly topics: readonly TopicPartitions<{ readonly partition: number; readonly timestamp: number }>[];
    }): Promise<{ readonly responses: readonly TopicPartitions<{ readonly partition: number; readonly offset: string }>[] }>;
    createTopics(request: {
      readonly topics: readonly {
        readonly topic: string;
        readonly numPartitions: number;
        readonly replicationFactor: number;
        readonly configEntries: readonly { readonly name: string; readonly value: string }[];
      }[];
      readonly validateOnly: boolean;
    }): Promise<unknown>;
    describeConfigs(request: {
      readonly resources: readonly { readonly type: number; readonly name: string }[];
      readonly includeSynonyms: boolean;
    }): Promise<{
      readonly resources: readonly {
        readonly resourceName: string;
        readonly configEntries: readonly {
          readonly configName: string;
          readonly configValue: string | null;
          readonly configSource: number;
        }[];
      }[];
    }>;
    alterConfigs(request: {
      readonly resources: readonly {
        readonly type: number;
        readonly name: string;
        readonly configEntries: readonly { readonly name: string; readonly value: string }[];
      }[];
      readonly validateOnly: boolean;
    }): Promise<unknown>;
    joinGroup(request: {
      readonly groupId: string;
      readonly sessionTimeout: number;
      readonly rebalanceTimeout: number;
      readonly memberId: string;
      readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
    }): Promise<{
      readonly generationId: number;
      readonly leaderId: string;
      readonly memberId: string;
      readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
    }>;
    syncGroup(request: {
      readonly groupId: string;
      readonly generationId: number;
      readonly memberId: string;
      readonly groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[];
    }): Promise<{ readonly memberAssignment: Buffer }>;
    heartbeat(request: { readonly groupId: string; readonly groupGenerationId: number; readonly memberId: string }): Promise<unknown>;
    leaveGroup(request: { readonly groupId: string; readonly memberId: string }): Promise<unknown>;
    offsetCommit(request: {
      readonly groupId: string;
      readonly groupGenerationId: number;
      readonly memberId: string;
      readonly topics: readonly TopicPartitions<{ readonly partition: number; readonly offset: string }>[];
    }): Promise<unknown>;
    offsetFetch(request: {
      readonly groupId: string;
      readonly topics: readonly TopicPartitions<{ readonly partition: number }>[];
    }): Promise<{ readonly responses: readonly TopicPartitions<{ readonly partition: number; readonly offset: string }>[] }>;
  }
  export default Broker;
}

declare module "kafkajs/src/protocol/error.js" {
  export function createErrorFromCode(code: number): Error & { readonly type: string };
}

declare module "kafkajs/src/protocol/requests/apiVersions/index.js" {
  import type { ProtocolCall } from "kafkajs/src/network/connection.js";

  const requests: { protocol(of: { readonly version: number }): () => ProtocolCall<unknown> };
  export default requests;
}

declare module "kafkajs/src/protocol/requests/metadata/v6/request.js" {
  import type { ProtocolRequest } from "kafkajs/src/network/connection.js";

  const request: (options: { readonly topics: readonly string[]; readonly allowAutoTopicCreation: boolean }) => ProtocolRequest;
  export default request;
}

declare module "kafkajs/src/protocol/requests/metadata/v6/response.js" {
  interface Metadata {
    readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[];
    readonly topicMetadata: readonly {
      readonly topicErrorCode: number;
      readonly topic: string;
      readonly partitionMetadata: readonly {
        readonly partitionId: number;
        readonly leader: number;
        readonly replicas: readonly number[];
        readonly isr: readonly number[];
      }[];
    }[];
  }
  const response: { decode(bytes: Buffer): Promise<Metadata> };
  export default response;
  export type { Metadata };
}

declare module "kafkajs/src/network/socketFactory.js" {
  import type { Socket } from "node:net";

  const socketFactory: () => (options: object) => Socket;
  export default socketFactory;
}

declare module "kafkajs/src/loggers/index.js" {
  const loggers: {
    createLogger(options: { readonly level: number; readonly logCreator: unknown }): unknown;
  };
  export default loggers;
}

declare module "kafkajs/src/protocol/requests/fetch/v11/request.js" {
  import type { ProtocolRequest } from "kafkajs/src/network/connection.js";

  const request: (options: object) => ProtocolRequest;
  export default request;
}

declare module "kafkajs/src/protocol/requests/produce/v7/request.js" {
  import type { ProtocolRequest } from "kafkajs/src/network/connection.js";

  const request: (options: object) => ProtocolRequest;
  export default request;
}

declare module "kafkajs/src/protocol/requests/produce/v7/response.js" {
  const response: {
    decode(bytes: Buffer): Promise<{
      readonly topics: readonly {
        readonly topicName: string;
        readonly partitions: readonly { readonly partition: number; readonly errorCode: number; readonly baseOffset: string }[];
      }[];
    }>;
  };
  export default response;
}
