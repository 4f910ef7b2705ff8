/**
 * A virtual server: an MCP endpoint (`/mcp/v/{name}`) that shows chosen tools, prompts and resources of several servers, under names of its own.
 * It has no upstream: every call is decided, limited, recorded and forwarded as the call of the real server's tool that it is.
 */
export interface VirtualServer {
  readonly organizationId: string;
  /** What callers write in `/mcp/v/{name}`: as a server's name, unique among the virtual servers of its organization. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** What the endpoint says of itself to models; empty: what its servers say. */
  readonly instructions: string;
  /** Whether tools are found by searching in place of a list of all of them; null as the configuration says. */
  readonly metaTools: MetaTools | null;
  readonly tools: readonly NamePick[];
  readonly prompts: readonly NamePick[];
  readonly resources: readonly ResourcePick[];
  readonly origin: "file" | "api" | "demo";
}

/** `auto`: as soon as the caller has more tools than the configured number. */
export type MetaTools = "off" | "auto" | "always";

interface Pick {
  readonly server: string;
  /** What the server calls it; `*` stands for any run of characters. */
  readonly pick: string;
  /** Not these, of what `pick` fits. May hold `*`. */
  readonly except: readonly string[];
  /** In place of the server's own words; null keeps them. Only where `pick` fits one thing. */
  readonly title: string | null;
  readonly description: string | null;
}

/** Tools or prompts. Outwards they are called `name`, or `prefix` and what the server calls them. */
export interface NamePick extends Pick {
  readonly name: string | null;
  readonly prefix: string;
}

/** Resources by URI, and templates by the text of the template. They keep their URI unless `uri` gives another one. */
export interface ResourcePick extends Pick {
  readonly uri: string | null;
}

export const virtualBounds = {
  perOrganizationMax: 1_000,
  /** Of tools, of prompts and of resources. */
  picksMax: 500,
  /** Of those, picks with `*`: each pair of them is checked for names that both could give. */
  patternsMax: 64,
  exceptMax: 64,
  nameCharactersMax: 128,
  uriCharactersMax: 512,
} as const;
