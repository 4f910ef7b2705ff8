import type { Fault } from "../../domain/fault.ts";
import { toFault } from "../../domain/fault.ts";
import type { HttpReply, HttpRequest, Route } from "../../domain/ports/http.ts";
import { type Restriction, targetId } from "../../domain/restriction.ts";
import type { Actor, Authentication } from "../actor.ts";
import { type AuditFilter, auditKinds, auditVerdicts } from "../audit/audit-entry.ts";
import type { Control } from "../control.ts";
import type { DocumentView } from "../documents/document-commands.ts";
import { invalid, readChoice, readInteger, readObject, readText } from "../object-reader.ts";
import type { Page } from "../page.ts";
import type { ServerView } from "../servers/server-view.ts";
import { serverBounds } from "../servers/servers.ts";
import { expectedVersionOf, type RestRequest, readQuery, readRequest, splitBody, timeOf } from "./rest-request.ts";

export interface AdminRoutesOptions {
  readonly control: Control;
  /** Who sends the request, or why nobody is let in. Called before anything else is looked at. */
  readonly authenticate: (request: HttpRequest) => Authentication | Promise<Authentication>;
  /** Answers with a problem document (RFC 9457). */
  readonly sendFault: (reply: HttpReply, fault: Fault) => void;
}

/** What a handler answers: a status, a body (none for 204) and further headers. */
interface Answer {
  readonly status: 200 | 201 | 204;
  readonly body?: unknown;
  readonly headers?: readonly string[];
}

type Handle = (actor: Actor, request: RestRequest) => Promise<Answer>;

/**
 * The administrative REST interface: the functions of the control plane, one route each. Bodies are JSON, at most 256 KiB; unknown keys are refused.
 * `If-Match: "3"` is the expected version, `If-None-Match: *` expects none (RFC 9110 section 13.1); entities carry theirs as `ETag`.
 */
export function adminRoutes(options: AdminRoutesOptions): readonly Route[] {
  const { control } = options;
  const table: readonly (readonly [Route["method"], path: string, handle: Handle])[] = [
    ["GET", "/gateway/servers", async (actor, request) => pageAnswer("servers", await control.listServers(actor, readPage(request)))],
    ["POST", "/gateway/servers", (actor, request) => registerServer(control, actor, request)],
    ["GET", "/gateway/servers/{id}", async (actor, { id }) => serverAnswer(200, await control.getServer(actor, id))],
    ["DELETE", "/gateway/servers/{id}", (actor, request) => removeServer(control, actor, request)],
    ["POST", "/gateway/servers/{id}/heartbeat", (actor, request) => heartbeat(control, actor, request)],
    ["GET", "/policies", async (actor, request) => pageAnswer("policies", await control.listPolicies(actor, readPage(request)))],
    ["POST", "/policies", (actor, request) => createPolicy(control, actor, request)],
    ["GET", "/policies/{id}", async (actor, { id }) => documentAnswer(200, await control.getPolicy(actor, id))],
    ["PUT", "/policies/{id}", (actor, request) => putPolicy(control, actor, request)],
    ["DELETE", "/policies/{id}", async (actor, { id, ...request }) => gone(control.removePolicy(actor, id, expectedVersionOf(request)))],
    ["GET", "/limits", async (actor, request) => pageAnswer("limits", await control.listLimits(actor, readPage(request)))],
    [
      "POST",
      "/limits",
      async (actor, { body, ...request }) => documentAnswer(201, await control.putLimit(actor, body, expectedVersionOf(request))),
    ],
    ["DELETE", "/limits/{id}", async (actor, { id, ...request }) => gone(control.removeLimit(actor, id, expectedVersionOf(request)))],
    [
      "GET",
      "/gateway/virtual-servers",
      async (actor, request) => pageAnswer("virtualServers", await control.listVirtualServers(actor, readPage(request))),
    ],
    ["POST", "/gateway/virtual-servers", (actor, request) => createVirtualServer(control, actor, request)],
    ["GET", "/gateway/virtual-servers/{id}", async (actor, { id }) => documentAnswer(200, await control.getVirtualServer(actor, id))],
    ["PUT", "/gateway/virtual-servers/{id}", (actor, request) => putVirtualServer(control, actor, request)],
    [
      "DELETE",
      "/gateway/virtual-servers/{id}",
      async (actor, { id, ...request }) => gone(control.removeVirtualServer(actor, id, expectedVersionOf(request))),
    ],
    ["GET", "/budgets", async (actor, request) => pageAnswer("budgets", await control.listBudgets(actor, readPage(request)))],
    [
      "POST",
      "/budgets",
      async (actor, { body, ...request }) => documentAnswer(201, await control.putBudget(actor, body, expectedVersionOf(request))),
    ],
    ["DELETE", "/budgets/{id}", async (actor, { id, ...request }) => gone(control.removeBudget(actor, id, expectedVersionOf(request)))],
    ["GET", "/admin/spending", async (actor, request) => pageAnswer("spending", await control.listSpending(actor, readPage(request)))],
    ["GET", "/auth/api-keys", async (actor, request) => pageAnswer("keys", await control.listKeys(actor, readPage(request)))],
    ["POST", "/auth/api-keys", async (actor, { body }) => ({ status: 201, body: await control.issueKey(actor, body) })],
    ["DELETE", "/auth/api-keys/{id}", async (actor, { id }) => gone(control.revokeKey(actor, id))],
    ["GET", "/admin/anomalies", (actor, request) => anomalies(control, actor, request)],
    ["GET", "/admin/restrictions", async (actor, request) => pageAnswer("restrictions", await restrictions(control, actor, request))],
    [
      "POST",
      "/admin/restrictions",
      async (actor, { body }) => ({ status: 201, body: restrictionBody(await control.imposeRestriction(actor, body)) }),
    ],
    ["DELETE", "/admin/restrictions/{id}", async (actor, { id }) => gone(control.releaseRestriction(actor, id))],
    ["GET", "/admin/logs", (actor, request) => logs(control, actor, request)],
    ["GET", "/admin/stats", (actor, request) => stats(control, actor, request)],
  ];
  return table.map(([method, path, handle]) => ({ method, path, handler: handlerOf(handle, options) }));
}

function handlerOf(handle: Handle, { authenticate, sendFault }: AdminRoutesOptions): Route["handler"] {
  return async (request, reply, parameters) => {
    try {
      // Everything is taken from the request before the first await: its body is valid no longer.
      const taken = readRequest(request, parameters);
      const actor = await taken.admit(authenticate(request));
      const { status, body, headers = [] } = await handle(actor, taken.parse());
      const text = body === undefined ? "" : `${JSON.stringify(body)}\n`;
      const type = body === undefined ? [] : ["content-type", "application/json; charset=utf-8"];
      reply.send(status, [...type, "cache-control", "no-store", ...headers], text);
    } catch (reason) {
      sendFault(reply, toFault(reason));
    }
  };
}

async function registerServer(control: Control, actor: Actor, { body, ...request }: RestRequest): Promise<Answer> {
  const [input, lease] = splitBody(body, "leaseMs");
  const { server, leaseUntilMs } = await control.registerServer(actor, input, { leaseMs: readLease(lease), ...expectedVersionOf(request) });
  return { ...serverAnswer(201, server, leaseUntilMs), headers: [...tag(server.version), "location", `/gateway/servers/${server.name}`] };
}

async function removeServer(control: Control, actor: Actor, { id, query, ...request }: RestRequest): Promise<Answer> {
  const { upstream } = readQuery(query, ["upstream"]);
  return gone(control.removeServer(actor, id, { upstreamId: upstream, ...expectedVersionOf(request) }));
}

async function heartbeat(control: Control, actor: Actor, { id, body }: RestRequest): Promise<Answer> {
  const { leaseMs, upstreamId } = readObject(body ?? {}, "", ["leaseMs", "upstreamId"]);
  const upstream = upstreamId === undefined ? undefined : readText(upstreamId, "upstreamId", { charactersMax: 64 });
  return { status: 200, body: await control.heartbeat(actor, { name: id, upstreamId: upstream, leaseMs: readLease(leaseMs) }) };
}

function readLease(value: unknown): number | undefined {
  return value === undefined ? undefined : readInteger(value, "leaseMs", { min: serverBounds.leaseMsMin, max: serverBounds.leaseMsMax });
}

/** POST makes a policy that isn't there; PUT makes or replaces. */
async function createPolicy(control: Control, actor: Actor, { body }: RestRequest): Promise<Answer> {
  const policy = await control.putPolicy(actor, body, { expectedVersion: 0 });
  return { ...documentAnswer(201, policy), headers: [...tag(policy.version), "location", `/policies/${encodeURIComponent(policy.id)}`] };
}

async function putPolicy(control: Control, actor: Actor, { id, body, ...request }: RestRequest): Promise<Answer> {
  const [rest, policyId] = splitBody(body, "policyId");
  if (policyId !== undefined && policyId !== id) throw invalid("policyId", "must be the id in the path");
  const policy = await control.putPolicy(actor, { ...rest, policyId: id }, expectedVersionOf(request));
  return documentAnswer(policy.version === 1 ? 201 : 200, policy);
}

async function createVirtualServer(control: Control, actor: Actor, { body }: RestRequest): Promise<Answer> {
  const virtual = await control.putVirtualServer(actor, body, { expectedVersion: 0 });
  return { ...documentAnswer(201, virtual), headers: [...tag(virtual.version), "location", `/gateway/virtual-servers/${virtual.id}`] };
}

async function putVirtualServer(control: Control, actor: Actor, { id, body, ...request }: RestRequest): Promise<Answer> {
  const [rest, name] = splitBody(body, "name");
  if (name !== undefined && name !== id) throw invalid("name", "must be the name in the path");
  const virtual = await control.putVirtualServer(actor, { ...rest, name: id }, expectedVersionOf(request));
  return documentAnswer(virtual.version === 1 ? 201 : 200, virtual);
}

async function logs(control: Control, actor: Actor, { query }: RestRequest): Promise<Answer> {
  const read = readQuery(query, ["since", "until", "user", "server", "verdict", "kind", "limit", "cursor"]);
  const filter: AuditFilter = {
    userId: read.user,
    server: read.server,
    verdict: read.verdict === undefined ? undefined : readChoice(read.verdict, "verdict", auditVerdicts),
    kinds: read.kind === undefined ? undefined : [readChoice(read.kind, "kind", auditKinds)],
  };
  const range = { sinceMs: timeOf(read.since, "since"), untilMs: timeOf(read.until, "until") };
  const page = await control.queryAudit(actor, { ...range, filter, limit: numberOf(read.limit), cursor: read.cursor });
  return pageAnswer("entries", {
    ...page,
    entries: page.entries.map(({ kind, event }) => ({ kind, time: new Date(event.timeMs).toISOString(), ...event })),
  });
}

async function anomalies(control: Control, actor: Actor, { query }: RestRequest): Promise<Answer> {
  const { since, limit, cursor } = readQuery(query, ["since", "limit", "cursor"]);
  const page = await control.listAnomalies(actor, { sinceMs: timeOf(since, "since"), limit: numberOf(limit), cursor });
  return pageAnswer("anomalies", {
    ...page,
    entries: page.entries.map((anomaly) => ({ ...anomaly, time: new Date(anomaly.timeMs).toISOString() })),
  });
}

async function restrictions(control: Control, actor: Actor, request: RestRequest): Promise<Page<unknown>> {
  const page = await control.listRestrictions(actor, readPage(request));
  return { ...page, entries: page.entries.map(restrictionBody) };
}

function restrictionBody({ organizationId: _organizationId, ...restriction }: Restriction) {
  return { id: targetId(restriction.target), ...restriction };
}

async function stats(control: Control, actor: Actor, { query }: RestRequest): Promise<Answer> {
  const { since, until } = readQuery(query, ["since", "until"]);
  return { status: 200, body: await control.stats(actor, { sinceMs: timeOf(since, "since"), untilMs: timeOf(until, "until") }) };
}

function readPage({ query }: RestRequest) {
  const { limit, cursor } = readQuery(query, ["limit", "cursor"]);
  return { limit: numberOf(limit), cursor };
}

function numberOf(text: string | undefined): number | undefined {
  // What is no number becomes NaN, which the bound refuses by the field's name.
  return text === undefined ? undefined : /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
}

function pageAnswer<Entry>(name: string, { entries, nextCursor }: Page<Entry>): Answer {
  return { status: 200, body: { [name]: entries, nextCursor: nextCursor ?? null } };
}

function serverAnswer(status: 200 | 201, server: ServerView, leaseUntilMs?: number | null): Answer {
  const body = leaseUntilMs === undefined || leaseUntilMs === null ? server : { ...server, leaseUntilMs };
  return { status, body, headers: tag(server.version) };
}

function documentAnswer(status: 200 | 201, document: DocumentView): Answer {
  return { status, body: document, headers: tag(document.version) };
}

function tag(version: number): readonly string[] {
  return ["etag", `"${version}"`];
}

async function gone(done: Promise<unknown>): Promise<Answer> {
  await done;
  return { status: 204 };
}
