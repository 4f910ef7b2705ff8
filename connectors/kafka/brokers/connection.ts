import type { ConnectionOptions } from "node:tls";
import { Fault } from "../../../domain/fault.ts";
import type { Logger } from "../../../domain/ports/logger.ts";

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

/** The protocol's name of an error (`NOT_LEADER_FOR_PARTITION`), the network's (`ECONNREFUSED`), or kafkajs' own. */
export function errorType(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  const { type, code, name, cause } = error as { type?: unknown; code?: unknown; name?: unknown; cause?: unknown };
  if (typeof type === "string") return type;
  if (cause !== undefined && cause !== error && name !== "KafkaJSProtocolError") return errorType(cause);
  return typeof code === "string" ? code : String(name);
}

/** Errors that trying again does not mend: somebody must change something. */
const rights = new Set([
  "SASL_AUTHENTICATION_FAILED",
  "KafkaJSSASLAuthenticationError",
  "TOPIC_AUTHORIZATION_FAILED",
  "GROUP_AUTHORIZATION_FAILED",
  "CLUSTER_AUTHORIZATION_FAILED",
]);

/** Whether the brokers do not let us: the login or what is granted to it must change first. */
export function isForbidden(error: unknown): boolean {
  return rights.has(errorType(error));
}

const advice: Readonly<Record<string, string>> = {
  NOT_ENOUGH_REPLICAS: "It is tried again. Fewer brokers than min.insync.replicas asks for have the partition: see which of them are away.",
  LEADER_NOT_AVAILABLE: "It is tried again. None of the brokers that have the partition runs: see which of them are away.",
};
const rightsAdvice = "Check the credentials of this program and what the brokers allow it.";
const otherAdvice = "It is tried again. Check that the brokers run and that their advertised addresses can be reached from here.";

export function toKafkaFault(error: unknown, what: string): Fault {
  if (error instanceof Fault) return error;
  const type = errorType(error);
  return new Fault("unavailable", `${what}: ${type}`, {
    cause: error,
    next: rights.has(type) ? rightsAdvice : (advice[type] ?? otherAdvice),
  });
}
