import type { ActivityObserved } from "../events.ts";
import { type Counts, countOf, surpriseOf } from "./counts.ts";
import type { OrganizationModel } from "./organization.ts";
import type { Outcomes } from "./outcomes.ts";
import { toolKey } from "./tool-key.ts";

/** What a caller has used before. */
export interface Used {
  readonly tools: Counts;
  readonly addresses: Counts;
}

interface News {
  readonly what: string;
  readonly surprise: number;
  /** The organization does not know it either. */
  readonly isNewToAll: boolean;
}

interface NewsSurprise {
  readonly surprise: number;
  readonly evidence?: string;
  /** All that is new is new to the organization, too. */
  readonly isNewToAll: boolean;
}

export const nothingNew: NewsSurprise = { surprise: 0, isNewToAll: false };

/** So many things that are new, the least likely, count together. */
const newsMax = 3;
/** Windows of its callers before a tool is known to an organization. */
const toolWarmup = 20;
/** The share of what nobody used before among what a caller uses for the first time. */
const unseen = 0.2;

/** What the callers of a window have in common is nobody's news. */
interface Background {
  readonly organization: OrganizationModel;
  readonly outcomes: Outcomes;
}

/** Tools and addresses that this caller never used: each by how unlikely it is, the three least likely together. */
export function surpriseOfNews(used: Used, activity: ActivityObserved, background: Background): NewsSurprise {
  const news = [...newTools(used, activity, background), ...newAddresses(used, activity)];
  const strongest = news.sort((a, b) => b.surprise - a.surprise).slice(0, newsMax);
  if (strongest.length === 0) return nothingNew;
  return {
    surprise: strongest.reduce((sum, { surprise }) => sum + surprise, 0),
    evidence: `for the first time: ${strongest.map(({ what }) => what).join(", ")}`,
    isNewToAll: strongest.every(({ isNewToAll }) => isNewToAll),
  };
}

function newTools({ tools }: Used, activity: ActivityObserved, { organization, outcomes }: Background): readonly News[] {
  const news: News[] = [];
  for (const { server, name } of activity.tools) {
    const tool = toolKey(server, name);
    if (countOf(tools, tool) > 0) continue;
    const isNewToAll = (organization.sizes[tool]?.count ?? 0) < toolWarmup;
    // What several take up at once is a beginning.
    if (isNewToAll && (outcomes.get(tool)?.size ?? 0) > 1) continue;
    // How many callers use it: one that everybody uses is less of a surprise.
    const background = isNewToAll ? unseen : (countOf(organization.users, tool) + 0.5) / (organization.callers + 1);
    news.push({ what: `the tool ${tool}`, surprise: surpriseOf(tools, tool, { newness: 1, background }), isNewToAll });
  }
  return news;
}

function newAddresses({ addresses }: Used, activity: ActivityObserved): readonly News[] {
  return activity.addresses
    .filter((address) => countOf(addresses, address) === 0)
    .map((address) => ({
      what: `the address ${address}`,
      surprise: surpriseOf(addresses, address, { newness: 1, background: unseen }),
      isNewToAll: false,
    }));
}
