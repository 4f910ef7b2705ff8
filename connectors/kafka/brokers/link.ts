import Broker from "kafkajs/src/broker/index.js";
import type { ApiVersions, ProtocolCall } from "kafkajs/src/network/connection.js";
import apiVersions from "kafkajs/src/protocol/requests/apiVersions/index.js";
import { type Address, type LinkOptions, linkConnections, login } from "./link-connections.ts";
import { TimeoutError, within } from "./within.ts";

export type { Broker };

/**
 * The way to one broker. It is cut as a whole by the first thing that goes wrong with it, and never mended: all that is under way fails
 * at once, and whoever needs the broker again opens another.
 *
 * kafkajs' own pool of connections is not used: it lets go of a broker that does not answer only when nothing is under way any more, and takes
 * more meanwhile; and where agreeing on versions took too long it takes the broker for connected, and never asks again.
 */
export interface Link {
  /** Connects, agrees on versions and logs in, once for all who ask. */
  open(): Promise<Broker>;
  isOpen(): boolean;
  isCut(): boolean;
  cut(reason: Error): void;
}

/** A broker answers the requests of one connection in turn. Fetches wait for news, so they have their own. */
const asking = 0;
const fetching = 1;
const fetchKey = 1;

export function createLink(address: Address, options: LinkOptions): Link {
  const { openMs, requestMs } = options;
  const { sasl, logger } = options.connection;
  const connections = linkConnections(address, options, cut);
  const underWay = interruptible();
  let opening: Promise<Broker> | undefined;
  let isReady = false;
  let cutBy: Error | undefined;

  function cut(reason: Error): void {
    if (cutBy !== undefined) return;
    cutBy = reason;
    connections.end(reason);
    underWay.interrupt(reason);
  }

  async function sendOn<Answer>(index: number, call: ProtocolCall<Answer>): Promise<Answer> {
    try {
      if (cutBy !== undefined) throw cutBy;
      const connection = await connections.at(index);
      // A login may have ended.
      if (isReady && sasl !== undefined) await login(connection, openMs);
      return await connection.send(call);
    } catch (error) {
      if (isOfLink(error)) cut(error);
      throw error;
    }
  }

  /** A broker that may rightly be silent for long is asked meanwhile, on the other connection, whether it is there. */
  function watch(): () => void {
    const look = () => within(openMs, sendOn(fetching, apiVersions.protocol({ version: 2 })()), "a sign of life").catch(cut);
    const timer = setInterval(look, openMs);
    return () => clearInterval(timer);
  }

  function send<Answer>(call: ProtocolCall<Answer>): Promise<Answer> {
    const index = call.request.apiKey === fetchKey ? fetching : asking;
    const unwatch = (call.requestTimeout ?? 0) > requestMs ? watch() : undefined;
    return underWay.wait(sendOn(index, call)).finally(unwatch);
  }

  const connectionPool = {
    ...{ ...address, sasl, connectionTimeout: openMs, send },
    isConnected: () => false,
    isAuthenticated: () => false,
    getConnection: () => connections.at(asking),
    setVersions: (versions: ApiVersions) => connections.agreeOn({ versions }),
    setSupportAuthenticationProtocol: (hasAuthenticate: boolean) => connections.agreeOn({ hasAuthenticate }),
    destroy: async () => cut(Object.assign(new Error("the link is cut"), { type: "CUT" })),
  };

  async function open(): Promise<Broker> {
    const broker = new Broker({ logger, connectionPool });
    try {
      await within(openMs, broker.connect(), `reaching ${address.host}:${address.port}`);
    } catch (error) {
      cut(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
    isReady = true;
    connections.loginFromNowOn();
    return broker;
  }

  return {
    open: () => (opening ??= open()),
    isOpen: () => isReady && cutBy === undefined,
    isCut: () => cutBy !== undefined,
    cut,
  };
}

/** Whoever waits hears of an interruption at once, whatever becomes of that for which it waits. */
function interruptible() {
  const waiting = new Set<(reason: Error) => void>();
  return {
    wait: <Answer>(answer: Promise<Answer>): Promise<Answer> =>
      new Promise((resolve, reject) => {
        waiting.add(reject);
        answer.then(resolve, reject).finally(() => waiting.delete(reject));
      }),
    interrupt(reason: Error): void {
      for (const reject of [...waiting]) reject(reason);
    },
  };
}

/** kafkajs' names of what is wrong with a connection or a login, and not with one request. */
const failures = new Set([
  "KafkaJSConnectionError",
  "KafkaJSConnectionClosedError",
  "KafkaJSRequestTimeoutError",
  "KafkaJSSASLAuthenticationError",
]);

function isOfLink(error: unknown): error is Error {
  return error instanceof Error && (failures.has(error.name) || error instanceof TimeoutError);
}
