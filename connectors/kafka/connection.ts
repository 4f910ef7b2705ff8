import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import kafkajs from "kafkajs";
import Cluster, { type Broker } from "kafkajs/src/cluster/index.js";
import loggers from "kafkajs/src/loggers/index.js";
import socketFactory from "kafkajs/src/network/socketFactory.js";
import { Fault } from "../../domain/fault.ts";
import type { Logger } from "../../domain/ports/logger.ts";

export type { Broker, Cluster };

/** How the brokers are reached. */
export interface KafkaConnection {
  /** `host:port` of some brokers; the others are learnt from them. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** TLS with the system's authorities (true), or with these certificates; without TLS where false. */
  readonly tls: boolean | Pick<ConnectionOptions, "ca" | "cert" | "key" | "passphrase" | "servername">;
  readonly sasl?: SaslLogin | undefined;
  /** A broker that has not answered for so long is taken to be away. 10 s unless told. */
  readonly requestMs?: number | undefined;
  readonly logger: Logger;
}

export interface SaslLogin {
  readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
  readonly username: string;
  readonly password: string;
}

const connectMs = 5_000;
const requestMsDefault = 10_000;
const metadataMsMax = 60_000;
/** kafkajs tries a few times to reach a broker and to find a coordinator; everything else is tried again here. */
const retry = { initialRetryTime: 50, maxRetryTime: 1_000, factor: 0.2, multiplier: 2, retries: 3 };

/** A client of its own, with connections of its own. Kafka answers the requests of one connection in turn: what waits needs another one. */
export function openCluster(connection: KafkaConnection): Cluster {
  if (connection.sasl?.mechanism === "plain" && connection.tls === false) {
    connection.logger.warn("SASL PLAIN without TLS sends the password in the clear");
  }
  return new Cluster({
    logger: loggers.createLogger({ level: kafkajs.logLevel.WARN, logCreator: () => quiet(connection.logger) }),
    retry,
    socketFactory: roomySockets,
    brokers: [...connection.brokers],
    ssl: connection.tls,
    // kafkajs keeps what it makes of a login in the object that it is given.
    sasl: connection.sasl === undefined ? undefined : { ...connection.sasl },
    clientId: connection.clientId,
    connectionTimeout: connectMs,
    authenticationTimeout: connectMs,
    reauthenticationThreshold: 10_000,
    requestTimeout: connection.requestMs ?? requestMsDefault,
    enforceRequestTimeout: true,
    metadataMaxAge: metadataMsMax,
    allowAutoTopicCreation: false,
    // What is written here is written without transactions.
    isolationLevel: 0,
  });
}

const openSocket = socketFactory();

/** While a connection opens, each request that waits for it listens to its socket. */
function roomySockets(options: object): Socket {
  return openSocket(options).setMaxListeners(0);
}

/** What kafkajs calls errors are mostly connections that it opens again. */
function quiet(logger: Logger) {
  return ({ namespace, log }: { readonly namespace: string; readonly log: { readonly message: string } }) =>
    logger.debug("kafkajs says something", { namespace, message: log.message });
}

/** The protocol's name of an error (`NOT_LEADER_FOR_PARTITION`), the network's (`ECONNREFUSED`), or kafkajs' own. */
export function errorType(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  const { type, code, name, cause } = error as { type?: unknown; code?: unknown; name?: unknown; cause?: unknown };
  if (typeof type === "string") return type;
  if (cause !== undefined && cause !== error && name !== "KafkaJSProtocolError") return errorType(cause);
  return typeof code === "string" ? code : String(name);
}

/** Errors that trying again does not mend: somebody must change something. */
const lasting = new Set([
  "SASL_AUTHENTICATION_FAILED",
  "KafkaJSSASLAuthenticationError",
  "TOPIC_AUTHORIZATION_FAILED",
  "GROUP_AUTHORIZATION_FAILED",
  "CLUSTER_AUTHORIZATION_FAILED",
]);

export function toKafkaFault(error: unknown, what: string): Fault {
  if (error instanceof Fault) return error;
  const type = errorType(error);
  const next = lasting.has(type)
    ? "Check the credentials of this program and what the brokers allow it."
    : "It is tried again. Check that the brokers run and that their advertised addresses can be reached from here.";
  return new Fault("unavailable", `${what}: ${type}`, { cause: error, next });
}

/**
 * Drops the connections to a broker that does not answer: kafkajs would go on using them. Nobody waits for that: it ends when the system
 * says so.
 */
export function dropConnection(broker: Broker | undefined): void {
  broker?.connectionPool.destroy().catch(() => undefined);
}
