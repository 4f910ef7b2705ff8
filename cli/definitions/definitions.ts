import { resolve } from "node:path";
import type { Budget, BudgetDimension, BudgetMatch } from "../../domain/budgets/budget.ts";
import type { LimitDimension, LimitMatch } from "../../domain/limits/limit.ts";
import type { Match } from "../../domain/policy/policy.ts";
import type { AuditMode, Timeouts, UpstreamTls } from "../../domain/server.ts";
import type { NamePick, ResourcePick, VirtualServer } from "../../domain/virtual/virtual-server.ts";

/** An upstream as its author writes it: `url` or `command`, and what belongs to it. */
export interface AuthorUpstream {
  readonly id?: string;
  readonly kind?: "http" | "sse" | "websocket" | "stdio";
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tls?: UpstreamTls;
  readonly command?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string | null;
  readonly processesMax?: number;
}

/** A server as its author writes it (`$defs/server` of config.schema.json). What has a default may be left out. */
export interface AuthorServer extends Omit<AuthorUpstream, "id"> {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly audit?: AuditMode;
  readonly timeouts?: Partial<Timeouts>;
  readonly costs?: Readonly<Record<string, number>>;
  readonly upstreams?: readonly AuthorUpstream[];
}

type Texts = string | readonly string[];

/** In rules and limits a list of one may be written as its entry. */
type AuthorMatch<Full> = { readonly [Part in keyof Full]?: Part extends "labels" ? Readonly<Record<string, string>> : Texts };

export interface AuthorRule {
  readonly id: string;
  readonly effect: "allow" | "deny";
  readonly match?: AuthorMatch<Match>;
  readonly when?: string | null;
  readonly reason?: string | null;
}

export interface AuthorPolicy {
  readonly policyId: string;
  readonly description?: string;
  readonly enabled?: boolean;
  readonly shadow?: boolean;
  readonly replaces?: string | null;
  readonly rules: readonly AuthorRule[];
}

export interface AuthorLimit {
  readonly limitId: string;
  readonly description?: string;
  readonly enabled?: boolean;
  readonly callsMax: number;
  readonly windowMs: number;
  readonly per?: readonly LimitDimension[];
  readonly match?: AuthorMatch<LimitMatch>;
}

export interface AuthorBudget {
  readonly budgetId: string;
  readonly description?: string;
  readonly enabled?: boolean;
  readonly unit: Budget["unit"];
  readonly period: Budget["period"];
  readonly amountMax: number;
  readonly per?: readonly BudgetDimension[];
  readonly match?: AuthorMatch<BudgetMatch>;
}

type AuthorPick<Full extends { readonly except: unknown }> = Partial<Omit<Full, "server" | "pick" | "except">> & {
  readonly server: string;
  readonly pick: string;
  readonly except?: Texts;
};

export interface AuthorVirtualServer extends Partial<Pick<VirtualServer, "title" | "description" | "instructions" | "metaTools">> {
  readonly name: string;
  readonly tools?: readonly AuthorPick<NamePick>[];
  readonly prompts?: readonly AuthorPick<NamePick>[];
  readonly resources?: readonly AuthorPick<ResourcePick>[];
}

export interface AuthorDefinitions {
  readonly servers: readonly AuthorServer[];
  readonly policies: readonly AuthorPolicy[];
  readonly limits: readonly AuthorLimit[];
  readonly budgets: readonly AuthorBudget[];
  readonly virtualServers: readonly AuthorVirtualServer[];
}

/** A definition with its short forms written out, as the interfaces (gRPC, REST) take it. */
export type DefinitionDocument = Readonly<Record<string, unknown>>;

/** The long form of a server: its one upstream moves into `upstreams`. `folder` is where relative folders of stdio servers start. */
export function serverDocument(
  author: AuthorServer,
  { audit, folder }: { readonly audit: AuditMode; readonly folder: string },
): DefinitionDocument {
  const { kind, url, headers, tls, command, args, env, cwd, processesMax, upstreams, ...server } = author;
  const short = { kind, url, headers, tls, command, args, env, cwd, processesMax };
  return {
    audit,
    ...given(server),
    upstreams: (upstreams ?? [short]).map((upstream) => {
      const { cwd, tls, ...written } = upstream;
      return {
        ...given(written),
        ...(typeof cwd === "string" ? { cwd: resolve(folder, cwd) } : {}),
        ...(tls === undefined ? {} : { tls: tlsDocument(tls, folder) }),
      };
    }),
  };
}

/** Files are named from `folder` on; what is PEM or a reference stays. */
function tlsDocument({ serverName, ...material }: UpstreamTls, folder: string): DefinitionDocument {
  const files = Object.entries(material).map(([name, text]) => [name, isPath(text) ? resolve(folder, text) : text]);
  return given({ ...Object.fromEntries(files), serverName });
}

/** Whether a part of `tls` names a file: it is neither PEM nor a reference. */
export function isPath(text: string): boolean {
  return !text.startsWith("-----BEGIN ") && !text.startsWith("${");
}

export function policyDocument({ rules, ...policy }: AuthorPolicy): DefinitionDocument {
  return { ...given(policy), rules: rules.map(({ match, ...rule }) => ({ ...given(rule), match: inLists(match) })) };
}

export function limitDocument({ match, ...limit }: AuthorLimit | AuthorBudget): DefinitionDocument {
  return { ...given(limit), match: inLists(match) };
}

export function virtualServerDocument({ tools = [], prompts = [], resources = [], ...virtual }: AuthorVirtualServer): DefinitionDocument {
  const long = ({ except, ...pick }: AuthorPick<NamePick> | AuthorPick<ResourcePick>) => ({
    ...given(pick),
    ...inLists(given({ except })),
  });
  return { ...given(virtual), tools: tools.map(long), prompts: prompts.map(long), resources: resources.map(long) };
}

function inLists(match: DefinitionDocument = {}): DefinitionDocument {
  return Object.fromEntries(Object.entries(match).map(([part, entries]) => [part, typeof entries === "string" ? [entries] : entries]));
}

/** Without what is absent. */
function given(value: object): DefinitionDocument {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined && part !== null));
}
