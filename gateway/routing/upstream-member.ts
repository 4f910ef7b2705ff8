import type { Metrics } from "../../domain/ports/metrics.ts";
import type { Upstream } from "../../domain/ports/upstream.ts";
import type { UpstreamDefinition } from "../../domain/server.ts";
import type { Candidate } from "./balance.ts";
import { type Breaker, type Circuit, createBreaker } from "./breaker.ts";
import { type Health, type HealthCheckOptions, type HealthWatch, watchHealth } from "./health-check.ts";

/** What operators are told of an upstream. */
export interface UpstreamStanding {
  readonly health: Health;
  readonly circuit: Circuit;
  /** A sentence. */
  readonly reason: string;
}

/** How a call of an upstream went, as the metrics name it. */
export type CallOutcome = "answered" | "error-status" | "unavailable" | "timeout" | "cancelled" | "refused";

export interface MemberOptions {
  readonly definition: UpstreamDefinition;
  readonly upstream: Upstream;
  readonly healthCheck: HealthCheckOptions;
  readonly random: () => number;
  readonly nowMs: () => number;
  readonly changed: (standing: UpstreamStanding) => void;
  readonly count: ReturnType<Metrics["counter"]>["series"] | undefined;
  /** The label values of this upstream: organization, server, upstream. */
  readonly labels: readonly string[];
}

/** An upstream in rotation, with what is known of it. A class for the hot path's sake: `inFlight` and `usable` are looked at for every call. */
export class UpstreamMember implements Candidate {
  inFlight = 0;
  /** When a call was answered last. */
  lastAnswerMs: number = Number.NEGATIVE_INFINITY;
  leaseUntilMs: number;
  /** When it left the rotation, to be closed once its calls are over. */
  retiredAtMs: number | undefined;
  readonly definition: UpstreamDefinition;
  readonly upstream: Upstream;
  readonly breaker: Breaker = createBreaker();
  readonly #watch: HealthWatch;
  readonly #options: MemberOptions;
  readonly #series = new Map<CallOutcome, { add(count: number): void }>();
  #reported: UpstreamStanding = { health: "unknown", circuit: "closed", reason: "" };
  #lastFailure = "";

  constructor(options: MemberOptions) {
    const { definition, upstream, healthCheck, random, nowMs } = options;
    this.#options = options;
    this.definition = definition;
    this.upstream = upstream;
    this.leaseUntilMs = leaseOf(definition);
    this.#watch = watchHealth({ upstream, kind: definition.kind }, healthCheck, random, () => this.report(nowMs()));
  }

  usable(nowMs: number): boolean {
    return this.#watch.health !== "unhealthy" && nowMs < this.leaseUntilMs && this.breaker.admits(nowMs);
  }

  tick(nowMs: number): void {
    if (nowMs < this.leaseUntilMs) this.#watch.tick(nowMs, this.lastAnswerMs);
    this.report(nowMs);
  }

  standing(nowMs: number): UpstreamStanding {
    const circuit = this.breaker.circuit(nowMs);
    if (nowMs >= this.leaseUntilMs) return { health: "unhealthy", circuit, reason: "its lease is over" };
    const { health, reason } = this.#watch;
    return { health, circuit, reason: circuit === "closed" || this.#lastFailure === "" ? reason : this.#lastFailure };
  }

  /** Tells of a change, if there is one. */
  report(nowMs: number): void {
    const standing = this.standing(nowMs);
    if (standing.health === this.#reported.health && standing.circuit === this.#reported.circuit) return;
    this.#reported = standing;
    if (this.retiredAtMs === undefined) this.#options.changed(standing);
  }

  succeeded(probe: boolean, nowMs: number): void {
    this.lastAnswerMs = nowMs;
    this.breaker.succeeded(probe);
    if (probe) this.report(nowMs);
  }

  failed(probe: boolean, nowMs: number, why: string): void {
    this.#lastFailure = why;
    this.breaker.failed(probe, nowMs);
    this.report(nowMs);
  }

  count(outcome: CallOutcome): void {
    const { count, labels } = this.#options;
    if (count === undefined) return;
    let series = this.#series.get(outcome);
    if (series === undefined) {
      series = count(...labels, outcome);
      this.#series.set(outcome, series);
    }
    series.add(1);
  }

  async close(): Promise<void> {
    this.#watch.stop();
    await this.upstream.close();
  }

  /** Out of rotation: no more checks, nothing more told. */
  retire(nowMs: number): void {
    this.retiredAtMs = nowMs;
    this.#watch.stop();
  }
}

/** Without a lease it counts for good. */
export function leaseOf(definition: UpstreamDefinition): number {
  return definition.kind !== "stdio" && definition.leaseUntilMs !== null ? definition.leaseUntilMs : Number.POSITIVE_INFINITY;
}
