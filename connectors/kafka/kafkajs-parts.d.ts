// The parts of kafkajs below its producer and consumer that this connector is built on, as far as it uses them. The version is pinned.

declare module "kafkajs/src/cluster/index.js" {
  interface ProtocolRequest {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    encode(): Promise<unknown>;
  }

  interface ProtocolCall<Answer> {
    readonly request: ProtocolRequest;
    readonly response: { decode(bytes: Buffer): Promise<Answer>; parse(answer: Answer): Promise<Answer> };
    readonly requestTimeout?: number;
  }

  interface TopicPartitions<Partition> {
    readonly topic: string;
    readonly partitions: readonly Partition[];
  }

  interface Broker {
    readonly nodeId: number;
    readonly connectionPool: {
      send<Answer>(call: ProtocolCall<Answer>): Promise<Answer>;
      getConnection(index: number): Promise<unknown>;
      destroy(): Promise<void>;
    };
    initProducerId(request: {
      readonly transactionTimeout: number;
    }): Promise<{ readonly producerId: string; readonly producerEpoch: number }>;
    listOffsets(request: {
      readonly replicaId: number;
      readonly isolationLevel: number;
      readonly topics: readonly TopicPartitions<{ readonly partition: number; readonly timestamp: number }>[];
    }): Promise<{ readonly responses: readonly TopicPartitions<{ readonly partition: number; readonly offset: string }>[] }>;
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

  class Cluster {
    constructor(options: object);
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    isConnected(): boolean;
    refreshMetadata(): Promise<void>;
    refreshMetadataIfNecessary(): Promise<void>;
    addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
    findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number; readonly leader: number }[];
    findBroker(place: { readonly nodeId: number | string }): Promise<Broker>;
    findControllerBroker(): Promise<Broker>;
    findGroupCoordinator(group: { readonly groupId: string }): Promise<Broker>;
    removeBroker(place: { readonly host: string; readonly port: number }): void;
  }
  export default Cluster;
  export type { Broker, Cluster };
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
  import type { ProtocolRequest } from "kafkajs/src/cluster/index.js";

  const request: (options: object) => ProtocolRequest;
  export default request;
}

declare module "kafkajs/src/protocol/requests/produce/v7/request.js" {
  import type { ProtocolRequest } from "kafkajs/src/cluster/index.js";

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
