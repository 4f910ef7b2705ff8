import Connection, { type ApiVersions } from "kafkajs/src/network/connection.js";
import { within } from "./within.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface LinkOptions {
  /** What kafkajs makes connections of. */
  readonly connection: { readonly logger: unknown; readonly sasl: object | undefined };
  /** So long may it take to connect, to agree on versions and to log in. */
  readonly openMs: number;
  /** So long may a broker take to answer, unless a request says otherwise. */
  readonly requestMs: number;
}

/** What the first connection to a broker has found out about it, for those that follow. */
interface Agreement {
  readonly versions: ApiVersions | null;
  readonly hasAuthenticate: boolean | null;
}

/** The connections to one broker, by number. */
export interface LinkConnections {
  /** Opened once for all who ask; anew where the broker has ended it, because nobody used it for long. */
  at(index: number): Promise<Connection>;
  agreeOn(agreement: Partial<Agreement>): void;
  /** Those that are opened from now on log in by themselves. */
  loginFromNowOn(): void;
  end(reason: Error): void;
}

interface Slot {
  readonly connection: Connection;
  readonly opened: Promise<Connection>;
  isOpen: boolean;
}

export function linkConnections(
  address: Address,
  { connection: parts, openMs, requestMs }: LinkOptions,
  onFailure: (reason: Error) => void,
): LinkConnections {
  const slots = new Map<number, Slot>();
  let agreed: Agreement = { versions: null, hasAuthenticate: null };
  let hasLogin = false;

  async function open(connection: Connection): Promise<Connection> {
    await connection.connect();
    if (hasLogin) await login(connection, openMs);
    return connection;
  }

  function begin(): Slot {
    const times = { connectionTimeout: openMs, requestTimeout: requestMs, enforceRequestTimeout: true };
    const connection = new Connection({ ...parts, ...address, ...times });
    lookOnlyWhereSomethingWaits(connection);
    tell(connection, agreed);
    const slot = { connection, opened: open(connection), isOpen: false };
    slot.opened.then(() => {
      slot.isOpen = true;
    }, onFailure);
    return slot;
  }

  return {
    at(index) {
      const known = slots.get(index);
      if (known !== undefined && !(known.isOpen && !known.connection.isConnected())) return known.opened;
      const slot = begin();
      slots.set(index, slot);
      return slot.opened;
    },
    agreeOn(agreement) {
      agreed = { ...agreed, ...agreement };
      for (const { connection } of slots.values()) tell(connection, agreed);
    },
    loginFromNowOn() {
      hasLogin = true;
    },
    end(reason) {
      for (const { connection } of slots.values()) {
        connection.socket?.destroy(reason);
        connection.rejectRequests(reason);
        connection.disconnect().catch(() => undefined);
      }
    },
  };
}

/** Nothing without SASL, and where the login still holds. */
export async function login(connection: Connection, withinMs: number): Promise<void> {
  if (!connection.isAuthenticated()) await within(withinMs, connection.authenticate(), "the login");
}

function tell(connection: Connection, { versions, hasAuthenticate }: Agreement): void {
  connection.setVersions(versions);
  connection.setSupportAuthenticationProtocol(hasAuthenticate);
}

/**
 * kafkajs looks every millisecond whether something waits for a quota to let it go, also where nothing does: in a process at rest that costs
 * more than everything else.
 */
function lookOnlyWhereSomethingWaits({ requestQueue }: Connection): void {
  const look = requestQueue.scheduleCheckPendingRequests.bind(requestQueue);
  requestQueue.scheduleCheckPendingRequests = () => {
    if (requestQueue.pending.length > 0) look();
  };
}
