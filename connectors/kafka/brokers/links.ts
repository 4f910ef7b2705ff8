import kafkajs from "kafkajs";
import loggers from "kafkajs/src/loggers/index.js";
import socketFactory from "kafkajs/src/network/socketFactory.js";
import type { KafkaConnection } from "./connection.ts";
import { createLink, type Link } from "./link.ts";
import type { Address } from "./link-connections.ts";

/** The links to brokers, one for each address; one that was cut is replaced when somebody needs it. */
export interface Links {
  to(address: Address): Link;
  isOpen(address: Address): boolean;
  cut(address: Address, reason: Error): void;
  close(): void;
}

const openMsMax = 5_000;
const requestMsDefault = 10_000;

export function createLinks(connection: KafkaConnection): Links {
  const options = linkOptions(connection);
  const links = new Map<string, Link>();
  let isClosed = false;
  return {
    to(address) {
      if (isClosed) throw closed();
      const known = links.get(keyOf(address));
      if (known !== undefined && !known.isCut()) return known;
      const link = createLink(address, options);
      links.set(keyOf(address), link);
      return link;
    },
    isOpen: (address) => links.get(keyOf(address))?.isOpen() === true,
    cut(address, reason) {
      links.get(keyOf(address))?.cut(reason);
      links.delete(keyOf(address));
    },
    close() {
      isClosed = true;
      for (const link of links.values()) link.cut(closed());
      links.clear();
    },
  };
}

function closed(): Error {
  return Object.assign(new Error("the connections to the brokers are closed"), { type: "CLOSED" });
}

export function keyOf({ host, port }: Address): string {
  return `${host}:${port}`;
}

function linkOptions(connection: KafkaConnection) {
  const requestMs = connection.requestMs ?? requestMsDefault;
  return {
    openMs: Math.min(openMsMax, requestMs),
    requestMs,
    connection: {
      logger: loggers.createLogger({ level: kafkajs.logLevel.WARN, logCreator: () => quiet(connection) }),
      socketFactory: socketFactory(),
      ssl: connection.tls === false ? undefined : connection.tls,
      // kafkajs keeps what it makes of a login in the object that it is given.
      sasl: connection.sasl === undefined ? undefined : { ...connection.sasl },
      clientId: connection.clientId,
      reauthenticationThreshold: 10_000,
    },
  };
}

/** What kafkajs calls errors are mostly connections that are opened again. */
function quiet({ logger }: KafkaConnection) {
  return ({ namespace, log }: { readonly namespace: string; readonly log: { readonly message: string } }) =>
    logger.debug("kafkajs says something", { namespace, message: log.message });
}
