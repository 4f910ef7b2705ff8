import type { WebSocketConnection, WebSocketListener } from "../../domain/ports/websocket.ts";
import { Exchange, type ExchangeHost } from "./uws-exchange.ts";
import type { NativeRequest, NativeResponse } from "./uws-response.ts";
import { Socket, type SocketHost } from "./uws-socket.ts";

/**
 * A request that asks for a WebSocket. It goes the way of all requests (Host, Origin, route, authentication), so that it is
 * refused as they are; only that its handler may answer it with `upgrade`.
 */
export class UpgradeExchange extends Exchange {
  private readonly sockets: SocketHost;
  private readonly context: unknown;

  constructor(place: { readonly res: NativeResponse; readonly req: NativeRequest; readonly context: unknown }, host: UpgradeHost) {
    super(place.res, place.req, host);
    this.sockets = host.sockets;
    this.context = place.context;
  }

  upgrade(subprotocol: string, listen: (connection: WebSocketConnection) => WebSocketListener): void {
    if (this.phase !== "open") return;
    // Once the response is a socket, it can't be asked for any more.
    void this.address;
    const socket = new Socket(this.sockets, listen);
    const key = this.header("sec-websocket-key");
    // First, as the response must not be touched any more, whatever goes wrong from here.
    this.finish();
    // In an object of its own: the native server copies its members, and would leave the methods of a class behind.
    const during = () => this.res.upgrade({ socket }, key, subprotocol, "", this.context);
    if (this.corked) during();
    else this.res.cork(during);
  }
}

export interface UpgradeHost extends ExchangeHost {
  readonly sockets: SocketHost;
}
