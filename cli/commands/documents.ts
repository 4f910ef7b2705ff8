import type { JsonObject } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Command } from "commander";
import type { DefinitionKind } from "../configuration/validation.ts";
import type { AuthorBudget, AuthorLimit, AuthorPolicy, AuthorVirtualServer } from "../definitions/definitions.ts";
import type { ControlPlane } from "../grpc-client.ts";
import { durationText } from "../output.ts";
import { allPages, type Session, withControlPlane } from "../session.ts";
import { examples } from "./call.ts";
import { addPolicyTests } from "./policy-test.ts";

/** A stored policy, limit or virtual server, as the control plane answers it. */
interface Stored {
  readonly id: string;
  readonly version: number;
  readonly origin: string;
  readonly definition?: JsonObject | undefined;
}

/** Policies, limits, budgets and virtual servers are kept alike: documents that are listed, put from files and removed. */
interface DocumentKind {
  /** Of the command, of the section of a file, and for sentences. */
  readonly command: string;
  readonly section: string;
  readonly names: string;
  readonly one: string;
  readonly kind: DefinitionKind;
  /** Whether one can be switched off by its definition. */
  readonly hasState: boolean;
  readonly about: string;
  readonly headers: readonly string[];
  row(definition: JsonObject): readonly (string | null)[];
  /** The long form of what an author wrote. */
  document(author: unknown): Promise<JsonObject>;
  list(plane: ControlPlane): Promise<readonly Stored[]>;
  put(plane: ControlPlane, definition: JsonObject): Promise<Stored | undefined>;
  remove(plane: ControlPlane, id: string): Promise<unknown>;
}

const services = () => import("../../proto/gen/sluice/policy/v1/policy_pb.ts");
const documents = () => import("../definitions/definitions.ts");

const policies: DocumentKind = {
  command: "policies",
  section: "policies",
  kind: "policy",
  hasState: true,
  names: "policies",
  one: "policy",
  about: "Who may do what: nothing is allowed unless a rule allows it, and a rule that denies wins.",
  headers: ["RULES", "DESCRIPTION"],
  row: ({ rules, description }) => [
    Array.isArray(rules) ? rules.map((rule) => ruleText(rule as JsonObject)).join(" ") : "",
    typeof description === "string" ? description : "",
  ],
  // The schema admitted it as the author's form, and a document holds nothing but JSON.
  document: async (author) => (await documents()).policyDocument(author as AuthorPolicy) as JsonObject,
  list: async (plane) => {
    const service = plane.service((await services()).PolicyService);
    return allPages(
      (pageToken) => service.listPolicies({ pageToken }),
      (page) => page.policies,
    );
  },
  put: async (plane, definition) => (await plane.service((await services()).PolicyService).putPolicy({ definition })).policy,
  remove: async (plane, id) => plane.service((await services()).PolicyService).removePolicy({ id }),
};

const limits: DocumentKind = {
  command: "limits",
  section: "limits",
  kind: "limit",
  hasState: true,
  names: "limits",
  one: "limit",
  about: "How often calls may be made: true sliding windows, counted apart by what `per` names.",
  headers: ["CALLS", "WINDOW", "PER", "DESCRIPTION"],
  row: ({ callsMax, windowMs, per, description }) => [
    String(callsMax),
    durationText(Number(windowMs)),
    Array.isArray(per) ? per.join(", ") : "",
    typeof description === "string" ? description : "",
  ],
  document: async (author) => (await documents()).limitDocument(author as AuthorLimit) as JsonObject,
  list: async (plane) => {
    const service = plane.service((await services()).LimitService);
    return allPages(
      (pageToken) => service.listLimits({ pageToken }),
      (page) => page.limits,
    );
  },
  put: async (plane, definition) => (await plane.service((await services()).LimitService).putLimit({ definition })).limit,
  remove: async (plane, id) => plane.service((await services()).LimitService).removeLimit({ id }),
};

const budgets: DocumentKind = {
  command: "budgets",
  section: "budgets",
  kind: "budget",
  hasState: true,
  names: "budgets",
  one: "budget",
  about: "What may be spent in a day or a month, of calls, bytes or cost.",
  headers: ["AMOUNT", "UNIT", "PERIOD", "PER", "DESCRIPTION"],
  row: ({ amountMax, unit, period, per, description }) => [
    String(amountMax),
    String(unit),
    String(period),
    Array.isArray(per) ? per.join(", ") : "",
    typeof description === "string" ? description : "",
  ],
  document: async (author) => (await documents()).limitDocument(author as AuthorBudget) as JsonObject,
  list: async (plane) => {
    const service = plane.service((await services()).BudgetService);
    return allPages(
      (pageToken) => service.listBudgets({ pageToken }),
      (page) => page.budgets,
    );
  },
  put: async (plane, definition) => (await plane.service((await services()).BudgetService).putBudget({ definition })).budget,
  remove: async (plane, id) => plane.service((await services()).BudgetService).removeBudget({ id }),
};

const virtualServices = () => import("../../proto/gen/sluice/registry/v1/virtual_server_pb.ts");

const virtualServers: DocumentKind = {
  command: "virtual-servers",
  section: "virtualServers",
  kind: "virtualServer",
  hasState: false,
  names: "virtual servers",
  one: "virtual server",
  about: "Endpoints (/mcp/v/NAME) that pick and rename tools, prompts and resources of several servers.",
  headers: ["TOOLS", "PROMPTS", "RESOURCES", "TITLE"],
  row: ({ tools, prompts, resources, title }) => [
    ...[tools, prompts, resources].map((picks) => String(Array.isArray(picks) ? picks.length : 0)),
    typeof title === "string" ? title : "",
  ],
  document: async (author) => (await documents()).virtualServerDocument(author as AuthorVirtualServer) as JsonObject,
  list: async (plane) => {
    const service = plane.service((await virtualServices()).VirtualServerService);
    return allPages(
      (pageToken) => service.listVirtualServers({ pageToken }),
      (page) => page.virtualServers,
    );
  },
  put: async (plane, definition) =>
    (await plane.service((await virtualServices()).VirtualServerService).putVirtualServer({ definition })).virtualServer,
  remove: async (plane, id) => plane.service((await virtualServices()).VirtualServerService).removeVirtualServer({ id }),
};

function ruleText({ effect, id }: JsonObject): string {
  return `${effect === "deny" ? "-" : "+"}${typeof id === "string" ? id : "?"}`;
}

/** `sluice policies [list|put|remove|test|reviews]`, which `sluice policy` is another name of. */
export function addPolicies(program: Command, session: Session): void {
  addPolicyTests(addDocuments(program, session, policies).alias("policy"), session);
}

/** `sluice budgets [list|put|remove|spent]` */
export function addBudgets(program: Command, session: Session): void {
  addDocuments(program, session, budgets)
    .command("spent")
    .description("what is spent in the periods that go on")
    .option("--budget <id>", "only of this budget")
    .option("--json", "print it as JSON")
    .addHelpText("after", examples(["sluice budgets spent", "sluice budgets spent --budget month --json"]))
    .action((options: { readonly budget?: string; readonly json?: boolean }, command: Command) => listSpending(session, command, options));
}

async function listSpending(
  session: Session,
  command: Command,
  { budget = "", json }: { readonly budget?: string; readonly json?: boolean },
): Promise<void> {
  const { BudgetService } = await services();
  const all = await withControlPlane(session, command, (plane) =>
    allPages(
      (pageToken) => plane.service(BudgetService).listSpending({ pageToken, budgetId: budget }),
      (page) => page.spending,
    ),
  );
  const rows = all.map(({ budgetId, bucket, unit, spent, amountMax, periodEnd }) => {
    const endsAt = periodEnd === undefined ? null : timestampDate(periodEnd).toISOString();
    return { budget: budgetId, bucket, unit, spent: Number(spent), amountMax: Number(amountMax), endsAt };
  });
  if (json === true) return session.output.json(rows);
  const cells = rows.map((row) => [row.budget, row.bucket, `${row.spent} of ${row.amountMax} ${row.unit}`, share(row), row.endsAt]);
  session.output.table(["BUDGET", "COUNTED APART", "SPENT", "SHARE", "ENDS"], cells, "Nothing is spent of any budget yet.");
}

function share({ spent, amountMax }: { readonly spent: number; readonly amountMax: number }): string {
  return `${((100 * spent) / amountMax).toFixed(1)} %`;
}

/** `sluice limits [list|put|remove]` */
export function addLimits(program: Command, session: Session): void {
  addDocuments(program, session, limits);
}

/** `sluice virtual-servers [list|put|remove]` */
export function addVirtualServers(program: Command, session: Session): void {
  addDocuments(program, session, virtualServers);
}

function addDocuments(program: Command, session: Session, kind: DocumentKind): Command {
  const { command: own, section, names, one, about } = kind;
  const command = program
    .command(own)
    .summary(`list, put and remove ${names}`)
    .description(`${about} Without a subcommand: lists them.`)
    .addHelpText("after", examples([`sluice ${own}`, `sluice ${own} put ${own}.yaml`, `sluice ${own} remove NAME`]));
  command
    .command("list", { isDefault: true })
    .description(`lists the ${names}`)
    .option("--json", "print them as JSON")
    .addHelpText("after", examples([`sluice ${own} list --json`]))
    .action((options: { json?: boolean }, used: Command) => list(session, used, { kind, options }));
  command
    .command("put")
    .description(`creates or replaces the ${names} of a file; gates go by them within a second`)
    .argument("<file>", `YAML: one ${one}, a list of them, or a sluice.yaml with ${section}`)
    .addHelpText("after", examples([`sluice ${own} put ${one.replace(" ", "-")}.yaml`]))
    .action((file: string, _options: unknown, used: Command) => put(session, used, { kind, file }));
  command
    .command("remove")
    .description(`removes a ${one}`)
    .argument("<id>", "its id")
    .addHelpText("after", examples([`sluice ${own} remove NAME`]))
    .action(async (id: string, _options: unknown, used: Command) => {
      await withControlPlane(session, used, (plane) => kind.remove(plane, id));
      session.output.line(`${id} is removed.`);
    });
  return command;
}

async function list(
  session: Session,
  command: Command,
  { kind, options }: { readonly kind: DocumentKind; readonly options: { json?: boolean } },
): Promise<void> {
  const stored = await withControlPlane(session, command, (plane) => kind.list(plane));
  if (options.json === true) {
    session.output.json(stored.map(({ id, version, origin, definition }) => ({ id, version, origin, definition })));
    return;
  }
  const rows = stored.map(({ id, version, origin, definition = {} }) => [
    id,
    String(version),
    origin,
    ...(kind.hasState ? [definition["enabled"] === false ? "off" : "on"] : []),
    ...kind.row(definition),
  ]);
  session.output.table(
    [kind.one.toUpperCase(), "VERSION", "ORIGIN", ...(kind.hasState ? ["STATE"] : []), ...kind.headers],
    rows,
    `There are no ${kind.names} yet.`,
  );
}

async function put(
  session: Session,
  command: Command,
  { kind, file }: { readonly kind: DocumentKind; readonly file: string },
): Promise<void> {
  const { readDefinitions } = await import("../definitions/definition-file.ts");
  const authors = readDefinitions(file, kind.kind, session.folder);
  await withControlPlane(session, command, async (plane) => {
    for (const author of authors) {
      const stored = await kind.put(plane, await kind.document(author));
      session.output.line(`${stored?.id} is in force (version ${stored?.version}).`);
    }
  });
}
