import type { TermField } from "../fields.ts";
import { dataStreamPattern } from "../index-template.ts";
import { all, atLeast, type Filter, is, oneOf, queryOf } from "./filter.ts";
import { stableId } from "./saved-object.ts";
import { administrativeActs, failedAuthentications, isDenied, isFailed, isKnownUser } from "./searches.ts";

/** When so many documents fit within so many minutes, counted for each value of `per` where it is given, somebody should look. */
export interface Alert {
  readonly name: string;
  readonly title: string;
  readonly where: Filter;
  readonly above: number;
  readonly minutes: number;
  readonly per?: TermField;
}

/** The body that makes the rule, as `POST /api/alerting/rule/{id}` takes it. */
export interface AlertRule {
  /** In the default space. */
  readonly id: string;
  /** In a space: rules of two spaces can't have one id. */
  idIn(space: string): string;
  readonly body: {
    readonly name: string;
    readonly tags: readonly string[];
    readonly rule_type_id: ".es-query";
    readonly consumer: "stackAlerts";
    readonly schedule: { readonly interval: string };
    readonly params: Readonly<Record<string, unknown>>;
    readonly actions: readonly unknown[];
  };
}

export const alerts: readonly Alert[] = [
  {
    name: "failed-authentications",
    title: "many failed authentications from one address",
    where: failedAuthentications.where,
    above: 50,
    minutes: 5,
    per: "source.address",
  },
  {
    name: "denied-caller",
    title: "a caller is denied again and again",
    where: all(isDenied, isKnownUser),
    above: 100,
    minutes: 15,
    per: "user.id",
  },
  { name: "limit-met", title: "a limit is met all the time", where: is("mcp.stage", "limit"), above: 500, minutes: 15, per: "rule.id" },
  { name: "failing-server", title: "calls of a server fail", where: isFailed, above: 50, minutes: 5, per: "mcp.server.name" },
  {
    name: "slow-calls",
    title: "calls take longer than 30 s",
    where: atLeast("event.duration", 30e9),
    above: 20,
    minutes: 15,
    per: "mcp.server.name",
  },
  {
    name: "open-circuit",
    title: "the circuit of an upstream opened",
    where: is("mcp.upstream.circuit", "open"),
    above: 0,
    minutes: 5,
    per: "mcp.server.name",
  },
  {
    name: "anomaly",
    title: "something unusual was found",
    where: is("event.action", "anomaly-found"),
    above: 0,
    minutes: 5,
    per: "mcp.target.id",
  },
  {
    name: "quarantine",
    title: "a caller, tool or server was quarantined",
    where: quarantined(),
    above: 0,
    minutes: 5,
    per: "mcp.target.id",
  },
  {
    name: "refused-acts",
    title: "administrative acts are refused",
    where: all(administrativeActs.where, is("event.outcome", "failure")),
    above: 5,
    minutes: 15,
    per: "user.id",
  },
  {
    name: "policies-changed",
    title: "policies were changed",
    where: all(oneOf("event.action", "policies.put", "policies.remove", "file.reconcile"), is("event.outcome", "success")),
    above: 0,
    minutes: 5,
  },
  {
    name: "wrong-decisions",
    title: "calls were decided by what was outdated, or otherwise than policies say",
    where: oneOf("mcp.review.finding", "stale", "contradicted"),
    above: 0,
    minutes: 5,
    per: "service.node.name",
  },
];

function quarantined(): Filter {
  return all(is("event.action", "restriction-imposed"), is("mcp.restriction.action", "quarantine"));
}

/**
 * The query of an alert in Elasticsearch's own language, which needs no data view, and runs wherever Elasticsearch does. It is asked every
 * minute, so that no document falls between two windows, and stays active while its documents are in the window.
 */
export function ruleOf({ name, title, where, above, minutes, per }: Alert): AlertRule {
  const params = {
    searchType: "esQuery",
    index: [dataStreamPattern],
    // What somebody must hear of counts when it arrives, however late; a rate is one only at the time of the calls.
    timeField: above === 0 ? "event.ingested" : "@timestamp",
    esQuery: JSON.stringify({ query: queryOf(where) }),
    size: 100,
    threshold: [above],
    thresholdComparator: ">",
    timeWindowSize: minutes,
    timeWindowUnit: "m",
    aggType: "count",
    groupBy: per === undefined ? "all" : "top",
    ...(per === undefined ? {} : { termField: per, termSize: 20 }),
    excludeHitsFromPreviousRun: false,
  };
  const head = { name: `Sluice: ${title}`, tags: ["sluice"], rule_type_id: ".es-query", consumer: "stackAlerts" } as const;
  return {
    id: stableId("rule", name),
    idIn: (space) => stableId("rule", name, space),
    body: { ...head, schedule: { interval: "1m" }, params, actions: [] },
  };
}

export const alertRules: readonly AlertRule[] = alerts.map(ruleOf);
