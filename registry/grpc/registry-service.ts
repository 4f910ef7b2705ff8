import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  AuditMode,
  Health,
  Origin,
  type RegistryService,
  type ServerDefinition,
  type ServerSchema,
  type TlsMaterial,
  type Upstream,
  type UpstreamSchema,
  type WatchServersResponseSchema,
} from "../../proto/gen/sluice/registry/v1/registry_pb.ts";
import type { Control, ServerViewChange } from "../control.ts";
import { invalid } from "../object-reader.ts";
import type { ServerView, UpstreamView } from "../servers/server-view.ts";
import type { Implementation } from "./grpc-bridge.ts";
import { pageRequest, pageToken } from "./wire-page.ts";
import { durationToMs, optionalTimestamp } from "./wire-time.ts";

/** sluice.registry.v1.RegistryService over the control plane. */
export function registryService(control: Control): Implementation<typeof RegistryService> {
  return {
    async registerServer({ server, lease, expectedVersion }, { actor }) {
      if (server === undefined) throw invalid("server", "is missing");
      const input = serverInput(server);
      const registered = await control.registerServer(actor, input, { leaseMs: durationToMs(lease), expectedVersion });
      return { server: serverMessage(registered.server), ...optionalTimestamp("leaseUntil", registered.leaseUntilMs) };
    },
    async getServer({ name }, { actor }) {
      return { server: serverMessage(await control.getServer(actor, name)) };
    },
    async listServers(request, { actor }) {
      const page = await control.listServers(actor, pageRequest(request));
      return { servers: page.entries.map(serverMessage), ...pageToken(page) };
    },
    async *watchServers({ afterOffset }, { actor, signal }) {
      const after = afterOffset === undefined ? undefined : Number(afterOffset);
      for await (const change of control.watchServers(actor, { afterOffset: after, signal })) yield changeMessage(change);
    },
    async removeServer({ name, upstreamId, expectedVersion }, { actor }) {
      await control.removeServer(actor, name, { upstreamId: upstreamId || undefined, expectedVersion });
      return {};
    },
    async heartbeat({ name, upstreamId, lease }, { actor }) {
      const { leaseUntilMs } = await control.heartbeat(actor, { name, upstreamId: upstreamId || undefined, leaseMs: durationToMs(lease) });
      return optionalTimestamp("leaseUntil", leaseUntilMs);
    },
  };
}

const auditNames: Readonly<Partial<Record<AuditMode, string>>> = { [AuditMode.BUFFERED]: "buffered", [AuditMode.STRICT]: "strict" };

/** The message as the document that `parseServer` reads: what is empty or absent has its default there. */
function serverInput({ name, title, description, labels, upstreams, audit, timeouts, costs }: ServerDefinition): unknown {
  return {
    ...{ name, title, description, labels, costs },
    upstreams: upstreams.map(upstreamInput),
    ...(audit === AuditMode.UNSPECIFIED ? {} : { audit: auditNames[audit] ?? "unknown" }),
    ...(timeouts === undefined ? {} : { timeouts: present({ ...timeouts, $typeName: undefined, $unknown: undefined }) }),
  };
}

function upstreamInput({ id, endpoint }: Upstream, index: number): unknown {
  const named = id === "" ? {} : { id };
  if (endpoint.case === undefined) throw invalid(`upstreams[${index}]`, "must have http, sse, websocket or stdio");
  if (endpoint.case !== "stdio") {
    const { url, headers, tls } = endpoint.value;
    return { ...named, kind: endpoint.case, url, headers, ...(tls === undefined ? {} : { tls: tlsInput(tls) }) };
  }
  const { command, args, env, cwd, processesMax } = endpoint.value;
  return { ...named, command, args, env, ...(cwd === "" ? {} : { cwd }), ...(processesMax === 0 ? {} : { processesMax }) };
}

/** What is empty was not given. */
function tlsInput({ ca, cert, key, serverName }: TlsMaterial): unknown {
  return Object.fromEntries(Object.entries({ ca, cert, key, serverName }).filter(([, text]) => text !== ""));
}

function present(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const originMessages = { file: Origin.FILE, api: Origin.API, service: Origin.SERVICE, demo: Origin.DEMO } as const;
const healthMessages = { unknown: Health.UNKNOWN, healthy: Health.HEALTHY, unhealthy: Health.UNHEALTHY } as const;
const auditMessages = { buffered: AuditMode.BUFFERED, strict: AuditMode.STRICT } as const;

function serverMessage(server: ServerView): MessageInitShape<typeof ServerSchema> {
  const { name, title, description, labels, audit, timeouts, costs, version, origin, health } = server;
  const upstreams = server.upstreams ?? [];
  return {
    definition: {
      ...{ name, title, description, labels, timeouts, costs },
      upstreams: upstreams.map(({ definition }) => upstreamMessage(definition)),
      audit: auditMessages[audit],
    },
    version,
    origin: originMessages[origin],
    health: healthMessages[health],
    upstreams: upstreams.map((upstream) => ({
      id: upstream.definition.id,
      health: healthMessages[upstream.health],
      circuit: upstream.circuit,
      reason: upstream.reason,
      ...optionalTimestamp("leaseUntil", upstream.definition.kind !== "stdio" ? upstream.definition.leaseUntilMs : null),
    })),
  };
}

function upstreamMessage(definition: UpstreamView["definition"]): MessageInitShape<typeof UpstreamSchema> {
  if (definition.kind !== "stdio") {
    const { kind, id, url, headers, tls } = definition;
    return { id, endpoint: { case: kind, value: { url, headers, ...(tls === undefined ? {} : { tls }) } } };
  }
  const { id, command, args, env, cwd, processesMax } = definition;
  return { id, endpoint: { case: "stdio", value: { command, args: [...args], env, cwd: cwd ?? "", processesMax } } };
}

function changeMessage(change: ServerViewChange): MessageInitShape<typeof WatchServersResponseSchema> {
  const offset = BigInt(change.offset);
  if (change.kind === "put") return { offset, change: { case: "put", value: serverMessage(change.server) } };
  if (change.kind === "removed") return { offset, change: { case: "removed", value: change.name } };
  return { offset, change: { case: "current", value: {} } };
}
