import { X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { Fault } from "../../domain/fault.ts";
import type { NativeApp } from "./uws-response.ts";

/** The files of a server's certificate, PEM. */
export interface TlsFiles {
  readonly keyFile: string;
  readonly certFile: string;
  /** The authority whose certificates clients must show; none is asked for without it. */
  readonly clientCaFile?: string;
}

/** The native apps behind one listening socket. */
export interface Apps {
  /** The one that listens. */
  readonly acceptor: NativeApp;
  /**
   * Reads the certificate again: new connections get the new one, the open ones go on as they are. Throws `Fault("invalid")` for files
   * that can't be used; then nothing changes.
   */
  renew(): void;
  /** Cuts every connection. */
  close(): void;
}

/** A native app: for TLS where it is given files. */
export type OpenApp = (files?: {
  readonly key_file_name: string;
  readonly cert_file_name: string;
  readonly ca_file_name?: string;
}) => NativeApp;
/** Gives an app its routes; `socketClosed` is to be told of the end of each WebSocket, which the native server doesn't count. */
export type Attach = (app: NativeApp, socketClosed: () => void) => void;

export function createApps(open: OpenApp, tls: TlsFiles | undefined, attach: Attach): Apps {
  if (tls === undefined) {
    const acceptor = open();
    attach(acceptor, () => {});
    return { acceptor, renew() {}, close: () => void acceptor.close() };
  }
  return new RenewableApps(open, tls, attach);
}

/**
 * One app listens and takes no connection for itself: it hands each to the app with the newest certificate. So the listening socket
 * stays open when the certificate changes, and no connection that waits in its queue is lost. Apps of earlier certificates go when
 * their last connection has gone.
 */
class RenewableApps implements Apps {
  readonly acceptor: NativeApp;
  private readonly openApp: OpenApp;
  private readonly tls: TlsFiles;
  private readonly attach: Attach;
  private readonly connections = new Map<NativeApp, number>();
  private current: NativeApp;

  constructor(openApp: OpenApp, tls: TlsFiles, attach: Attach) {
    this.openApp = openApp;
    this.tls = tls;
    this.attach = attach;
    this.acceptor = this.open();
    this.current = this.child();
    this.acceptor.addChildAppDescriptor(this.current.getDescriptor());
  }

  renew(): void {
    refuseExpired(this.tls.certFile);
    const before = this.current;
    const next = this.child();
    this.current = next;
    this.acceptor.addChildAppDescriptor(next.getDescriptor());
    this.acceptor.removeChildAppDescriptor(before.getDescriptor());
    this.retire(before);
  }

  close(): void {
    this.acceptor.close();
    for (const app of this.connections.keys()) app.close();
  }

  private child(): NativeApp {
    const app = this.open();
    this.connections.set(app, 0);
    const changed = (change: number): void => {
      this.connections.set(app, (this.connections.get(app) ?? 0) + change);
      this.retire(app);
    };
    // The native method of that name is not the one of arrays: it tells of connections that open and close.
    const onConnections = app.filter.bind(app);
    onConnections((_, change) => changed(Number(change)));
    this.attach(app, () => changed(-1));
    return app;
  }

  private retire(app: NativeApp): void {
    if (app === this.current || this.connections.get(app) !== 0) return;
    // Later: the native server may be about to hand it one more connection, or to tell of the end of this one.
    setTimeout(() => {
      if (this.connections.get(app) !== 0) return;
      this.connections.delete(app);
      app.close();
    }, retireMs).unref();
  }

  private open(): NativeApp {
    const { keyFile, certFile, clientCaFile } = this.tls;
    const what = clientCaFile === undefined ? `${keyFile} and ${certFile}` : `${keyFile}, ${certFile} and ${clientCaFile}`;
    try {
      // The native server says nothing of an authority's file that isn't there, and would then trust nobody or anybody.
      if (clientCaFile !== undefined) statSync(clientCaFile);
      return this.openApp({
        key_file_name: keyFile,
        cert_file_name: certFile,
        ...(clientCaFile === undefined ? {} : { ca_file_name: clientCaFile }),
      });
    } catch (cause) {
      throw new Fault("invalid", `TLS can't be set up from ${what}`, {
        cause,
        field: "http.tls",
        next: "They must be readable PEM, the key that of the first certificate.",
      });
    }
  }
}

/** At the start an expired certificate is better than no gate; in the place of one that counts it would only do harm. */
function refuseExpired(certFile: string): void {
  let validTo: number;
  try {
    validTo = new X509Certificate(readFileSync(certFile)).validToDate.getTime();
  } catch (cause) {
    throw new Fault("invalid", `${certFile} holds no certificate that can be read`, { cause, field: "http.tls" });
  }
  if (validTo <= Date.now()) throw new Fault("invalid", `the certificate in ${certFile} has expired`, { field: "http.tls" });
}

const retireMs = 1_000;
