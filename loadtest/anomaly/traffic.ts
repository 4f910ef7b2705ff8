import { toolKey } from "../../domain/anomaly/tool-key.ts";
import type { CallDecided, CallEnded } from "../../domain/events.ts";
import { type Random, randomOf } from "./random.ts";

/** Kinds of attack, each with the detector that should see it. */
export const attackKinds = ["theft", "exfiltration", "brute-force", "runaway", "poisoning", "slow-server", "failing-server"] as const;
export type AttackKind = (typeof attackKinds)[number];

/** What happened, and to whom: the label that findings are held against. Times are minutes since the start. */
export interface Attack {
  readonly kind: AttackKind;
  readonly fromMinute: number;
  readonly minutes: number;
  /** The caller's user, or the server. */
  readonly target: string;
}

/** What looks odd and is not. */
export const benignKinds = ["crowd", "new-tool", "deploy", "forbidden-tool", "new-caller"] as const;
export type BenignKind = (typeof benignKinds)[number];

/** An event that is nobody's fault, with the time in which an alert is taken for one about it. */
export interface Benign {
  readonly kind: BenignKind;
  readonly fromMinute: number;
  readonly minutes: number;
  /** The tool, server or user; for a crowd there is none. */
  readonly target: string;
}

export interface TrafficOptions {
  readonly seed: number;
  readonly callers: number;
  readonly days: number;
  /** No attacks before this day. */
  readonly quietDays: number;
  readonly attacksOfEach: number;
  /** How strong attacks are: 1 as in the tuning runs. */
  readonly force?: number;
}

/** One minute of an organization's calls. */
export interface Minute {
  readonly minute: number;
  readonly decided: readonly CallDecided[];
  readonly ended: readonly CallEnded[];
}

export interface Traffic {
  readonly attacks: readonly Attack[];
  readonly benign: readonly Benign[];
  minutes(): Iterable<Minute>;
}

interface Tool {
  readonly server: string;
  readonly name: string;
  readonly logMicros: number;
  readonly logBytes: number;
  readonly failing: number;
}

interface Role {
  /** Tools by weight; the likeliest next one is the neighbour in the list. */
  readonly tools: readonly number[];
  readonly weights: readonly number[];
  readonly callsAMinute: number;
  readonly sessionsADay: number;
  readonly hours: readonly [number, number];
}

interface Agent {
  readonly user: string;
  readonly role: Role;
  readonly addresses: readonly string[];
  /** Of the role's tools, those that this one uses. */
  readonly usual: readonly number[];
  /** Before this minute it is not there. */
  readonly joinsMinute: number;
  sessionUntil: number;
  at: number;
}

const dayMinutes = 24 * 60;
/** One caller in so many comes after the quiet days. */
const newCallersShare = 8;
const organizationId = "acme";
export const startMs = Date.UTC(2026, 0, 5);

/**
 * Labelled traffic of one organization: roles with habits, working days, sessions, what follows what; benign events (crowds, new tools, slower
 * versions of servers, travelling, denied calls); and attacks. The same options give the same calls.
 */
export function trafficOf(options: TrafficOptions): Traffic {
  const random = randomOf(options.seed);
  const tools = toolsOf(random);
  const roles = rolesOf(random, tools.length);
  const settled = Array.from({ length: options.callers }, (_, index) => agentOf(random, roles, index, 0));
  const attacks = attacksOf(random, settled, tools, options);
  const joining = Array.from({ length: Math.ceil(options.callers / newCallersShare) }, (_, index) => {
    const day = options.quietDays + random.below(Math.max(1, options.days - options.quietDays - 1));
    return agentOf(random, roles, options.callers + index, day * dayMinutes);
  });
  const benign = benignOf(random, options, tools, joining);
  const agents = [...settled, ...joining];
  return { attacks, benign, minutes: () => play({ random: randomOf(options.seed + 1), tools, agents, attacks, benign, options }) };
}

function toolsOf(random: Random): Tool[] {
  const servers = ["files", "mail", "tickets", "code", "search", "crm", "billing", "calendar"];
  return servers.flatMap((server) =>
    Array.from({ length: 6 }, (_, index) => ({
      server,
      name: `tool-${index}`,
      logMicros: 9 + 2 * random.next(),
      logBytes: 4 + 3 * random.next(),
      failing: 0.005 + 0.03 * random.next(),
    })),
  );
}

function rolesOf(random: Random, tools: number): Role[] {
  const shapes: readonly Pick<Role, "callsAMinute" | "sessionsADay" | "hours">[] = [
    { callsAMinute: 3, sessionsADay: 6, hours: [8, 18] },
    { callsAMinute: 6, sessionsADay: 4, hours: [9, 17] },
    { callsAMinute: 2, sessionsADay: 10, hours: [7, 20] },
    { callsAMinute: 12, sessionsADay: 8, hours: [0, 24] },
  ];
  return shapes.map((shape) => {
    const own = new Set<number>();
    while (own.size < 12) own.add(random.below(tools));
    return { ...shape, tools: [...own], weights: [...own].map((_, index) => 1 / (1 + index)) };
  });
}

function agentOf(random: Random, roles: readonly Role[], index: number, joinsMinute: number): Agent {
  const role = random.pick(roles);
  const usual = role.tools.filter((_, place) => place < 4 || random.next() < 0.5);
  const addresses = [`10.0.${index >> 8}.${index & 255}`, `10.1.${index >> 8}.${index & 255}`].slice(0, 1 + random.below(2));
  return { user: `user-${index}`, role, addresses, usual, joinsMinute, sessionUntil: -1, at: -1 };
}

/** Attacks are spread over the days after the quiet ones; no two on the same target at once. */
function attacksOf(random: Random, agents: readonly Agent[], tools: readonly Tool[], options: TrafficOptions): Attack[] {
  const attacks: Attack[] = [];
  const span = (options.days - options.quietDays) * dayMinutes;
  for (const kind of attackKinds) {
    for (let index = 0; index < options.attacksOfEach; index += 1) {
      const isServer = kind.endsWith("-server");
      const [from, until] = [options.quietDays * dayMinutes, span];
      // In working hours, so that there are callers.
      const day = Math.floor((from + random.next() * until) / dayMinutes) * dayMinutes;
      const fromMinute = day + (10 + random.below(6)) * 60 + random.below(60);
      const target = isServer ? random.pick(tools).server : random.pick(agents).user;
      attacks.push({ kind, fromMinute, minutes: isServer ? 40 : 10 + random.below(15), target });
    }
  }
  return attacks;
}

interface Play {
  readonly random: Random;
  readonly tools: readonly Tool[];
  readonly agents: readonly Agent[];
  readonly attacks: readonly Attack[];
  readonly benign: readonly Benign[];
  readonly options: TrafficOptions;
}

function* play(scene: Play): Generator<Minute> {
  const { agents, attacks, benign, options } = scene;
  let sequence = 0;
  for (const agent of agents) Object.assign(agent, { sessionUntil: -1, at: -1 });
  for (let minute = 0; minute < options.days * dayMinutes; minute += 1) {
    const decided: CallDecided[] = [];
    const ended: CallEnded[] = [];
    const [going, events] = [attacks.filter(isOnAt(minute)), benign.filter(isOnAt(minute))];
    const moment = { minute, events, crowd: events.some(({ kind }) => kind === "crowd") ? 4 : 1 };
    for (const agent of agents.filter(({ joinsMinute }) => minute >= joinsMinute)) {
      const attack = going.find(({ kind, target }) => target === agent.user && !kind.endsWith("-server"));
      for (const planned of callsOf(scene, agent, { ...moment, attack })) {
        sequence += 2;
        const pair = callOf(scene, agent, { minute, events, sequence, planned, attack, going });
        decided.push(pair.decided);
        if (pair.ended !== null) ended.push(pair.ended);
      }
    }
    if (decided.length > 0) yield { minute, decided, ended };
  }
}

function isOnAt(minute: number): (event: Pick<Attack, "fromMinute" | "minutes">) => boolean {
  return ({ fromMinute, minutes }) => minute >= fromMinute && minute < fromMinute + minutes;
}

/**
 * Every third day a crowd; a new tool that everybody takes up; versions of servers that are slower for good; a tool that nobody may use for half an hour;
 * callers who are new.
 */
function benignOf(random: Random, { days, quietDays }: TrafficOptions, tools: readonly Tool[], joining: readonly Agent[]): Benign[] {
  const rest = days * dayMinutes;
  const workingMinute = () => (quietDays + random.below(days - quietDays)) * dayMinutes + (9 + random.below(8)) * 60;
  const toolName = ({ server, name }: Tool) => toolKey(server, name);
  const crowds = Array.from({ length: Math.floor(days / 3) }, (_, index) => (3 * index + 1) * dayMinutes + (9 + random.below(8)) * 60);
  return [
    ...crowds.map((fromMinute) => ({ kind: "crowd", fromMinute, minutes: 45, target: "" }) as const),
    { kind: "new-tool", fromMinute: Math.floor(days / 2) * dayMinutes, minutes: rest, target: toolName(random.pick(tools)) },
    { kind: "deploy", fromMinute: Math.floor(days * 0.6) * dayMinutes, minutes: rest, target: random.pick(tools).server },
    ...Array.from(
      { length: Math.ceil((days - quietDays) / 2) },
      () => ({ kind: "forbidden-tool", fromMinute: workingMinute(), minutes: 30, target: toolName(random.pick(tools)) }) as const,
    ),
    ...joining.map(({ user, joinsMinute }) => ({ kind: "new-caller", fromMinute: joinsMinute, minutes: rest, target: user }) as const),
  ];
}

interface Moment {
  readonly minute: number;
  readonly crowd: number;
  readonly attack: Attack | undefined;
  /** The benign ones that go on. */
  readonly events: readonly Benign[];
}

interface Planned {
  readonly tool: number;
  readonly size: number;
}

/** What one agent calls in one minute: nothing outside of its sessions. */
function callsOf({ random, tools, options }: Play, agent: Agent, { minute, crowd, attack, events }: Moment): Planned[] {
  const { role } = agent;
  const [opens, closes] = role.hours;
  const day = Math.floor(minute / dayMinutes);
  const hour = (minute % dayMinutes) / 60;
  const isWorking = hour >= opens && hour < closes && (day % 7 < 5 || closes === 24);
  const starts = (role.sessionsADay * crowd) / ((closes - opens) * 60);
  if (minute >= agent.sessionUntil && isWorking && random.next() < starts) agent.sessionUntil = minute + 3 + random.poisson(15);
  if (minute >= agent.sessionUntil && attack === undefined) return [];

  const force = options.force ?? 1;
  const news = events.find(({ kind }) => kind === "new-tool");
  const adopted = tools.findIndex(({ server, name }) => toolKey(server, name) === news?.target);
  if (attack?.kind === "runaway") return repeated(random.poisson(role.callsAMinute * (4 + 16 * force)), () => plain(agent.usual[0] ?? 0));
  if (attack?.kind === "brute-force") return repeated(5 + random.poisson(10 * force), () => plain(random.pick(agent.usual)));
  if (attack?.kind === "theft") return repeated(2 + random.poisson(3), () => plain(strange(random, agent, tools.length)));
  if (attack?.kind === "exfiltration") {
    return repeated(1 + random.poisson(2), () => ({ tool: agent.usual[1] ?? 0, size: 20 * force * (1 + 9 * random.next()) }));
  }
  if (attack?.kind === "poisoning") {
    // The last of its tools after every call of the first: both known, never one after the other.
    const [read, send] = [agent.usual[0] ?? 0, agent.usual.at(-1) ?? 0];
    return Array.from({ length: 2 + random.poisson(2 * force) }, () => [plain(read), plain(send)]).flat();
  }
  return repeated(random.poisson(role.callsAMinute * (crowd > 1 ? 1.5 : 1)), () => plain(nextTool(random, agent, adopted)));
}

function plain(tool: number): Planned {
  return { tool, size: 1 };
}

function repeated(count: number, make: () => Planned): Planned[] {
  return Array.from({ length: count }, make);
}

function strange(random: Random, { role }: Agent, tools: number): number {
  for (;;) {
    const tool = random.below(tools);
    if (!role.tools.includes(tool)) return tool;
  }
}

/** Mostly the neighbour of the tool before, else one by weight; now and then, another of the role's. */
function nextTool(random: Random, agent: Agent, adopted: number): number {
  if (adopted >= 0 && random.next() < 0.05) return adopted;
  if (random.next() < 0.002) return random.pick(agent.role.tools);
  const place = agent.usual.indexOf(agent.at);
  const next = random.next() < 0.6 && place >= 0 ? agent.usual[(place + 1) % Math.max(2, agent.usual.length - 1)] : undefined;
  const chosen =
    next ??
    random.weighted(
      agent.usual,
      agent.usual.map((_, index) => 1 / (1 + index)),
    );
  agent.at = chosen;
  return chosen;
}

interface Scene {
  readonly minute: number;
  readonly sequence: number;
  readonly planned: Planned;
  readonly attack: Attack | undefined;
  readonly going: readonly Attack[];
  readonly events: readonly Benign[];
}

function callOf({ random, tools, options }: Play, agent: Agent, { minute, sequence, planned, attack, going, events }: Scene) {
  const tool = tools[planned.tool];
  if (tool === undefined) throw new RangeError("a planned tool exists");
  const force = options.force ?? 1;
  const timeMs = startMs + minute * 60_000 + random.below(60_000);
  const isForbidden = events.some(({ kind, target }) => kind === "forbidden-tool" && target === toolKey(tool.server, tool.name));
  const isDenied = random.next() < (attack?.kind === "brute-force" ? 0.6 : 0.004) || isForbidden;
  const address = attack?.kind === "theft" || random.next() < 0.0005 ? `203.0.113.${random.below(250)}` : random.pick(agent.addresses);
  const bytes = Math.round(Math.exp(tool.logBytes + 0.6 * random.normal()) * planned.size);
  const place = { timeMs, organizationId, gateway: "gate", epoch: 1, method: "tools/call", server: tool.server, name: tool.name };
  const decided: CallDecided = {
    ...place,
    id: `gate/1/${sequence}`,
    callId: `call-${sequence}`,
    sequence,
    principal: { userId: agent.user, agentId: null, roles: [], scopes: [], groups: [], credential: "key:1" },
    address,
    transport: "http",
    protocol: "2026-07-28",
    serverLabels: {},
    virtualServer: null,
    arguments: null,
    argumentsBytes: bytes,
    traceparent: null,
    verdict: isDenied ? "deny" : "allow",
    stage: "policy",
    rule: null,
    policyVersion: null,
    reason: "",
    policyOffset: 0,
    serverOffset: 0,
    audit: "buffered",
  };
  if (isDenied) return { decided, ended: null };

  const isSlow = going.some(({ kind, target }) => kind === "slow-server" && target === tool.server);
  const isFailing = going.some(({ kind, target }) => kind === "failing-server" && target === tool.server);
  const factor = events.some(({ kind, target }) => kind === "deploy" && target === tool.server) ? 1.3 : 1;
  const micros = Math.exp(tool.logMicros + 0.5 * random.normal()) * factor * (isSlow ? 1 + 3 * force : 1);
  const isFailed = random.next() < (isFailing ? 0.4 * force : tool.failing);
  const ended: CallEnded = {
    ...place,
    id: `gate/1/${sequence + 1}`,
    callId: decided.callId,
    sequence: sequence + 1,
    userId: agent.user,
    agentId: null,
    upstream: "one",
    outcome: isFailed ? "tool-error" : "ok",
    status: 200,
    errorCode: null,
    requestBytes: bytes + 200,
    responseBytes: 700,
    durationMicros: Math.round(micros),
    attempts: 1,
    costUnits: 1,
    traceparent: null,
  };
  return { decided, ended };
}
