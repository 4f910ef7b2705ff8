import { termsOf } from "./terms.ts";

/** What is searched of one thing, with how much each part counts. */
export interface SearchText {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Names and descriptions of its parameters, one behind the other. */
  readonly parameters: string;
}

/** How often each term occurs, by the weight of the part that it occurs in; and all of that together. */
export interface Profile {
  readonly terms: ReadonlyMap<string, number>;
  readonly length: number;
}

const weights: Readonly<Record<keyof SearchText, number>> = { name: 3, title: 2, description: 1, parameters: 0.3 };

/** Made once for each text: it costs more than ranking it. */
export function profileOf(text: SearchText): Profile {
  const terms = new Map<string, number>();
  let length = 0;
  for (const part of ["name", "title", "description", "parameters"] as const) {
    for (const term of termsOf(text[part])) {
      terms.set(term, (terms.get(term) ?? 0) + weights[part]);
      length += weights[part];
    }
  }
  return { terms, length };
}

/** A thing that may be found. */
export interface Candidate<Item> {
  readonly item: Item;
  readonly profile: Profile;
}

export interface Found<Item> {
  readonly item: Item;
  readonly score: number;
}

// The usual constants of BM25: how soon more of a term counts no more, and how much a long text is held against it.
const saturation = 1.2;
const lengthShare = 0.75;

/**
 * The candidates that have terms of the query, the best first, at most `max`: Okapi BM25 over fields that are weighted before they are added up
 * (BM25F). Only the candidates themselves tell how rare a term is: who may see less learns nothing of the rest. Ties keep the order given.
 */
export function rank<Item>(query: string, candidates: readonly Candidate<Item>[], max: number): readonly Found<Item>[] {
  const wanted = [...new Set(termsOf(query))];
  const lengthMean = candidates.reduce((sum, { profile }) => sum + profile.length, 0) / Math.max(1, candidates.length) || 1;
  const rarity = wanted.map((term) => {
    const having = candidates.reduce((count, { profile }) => count + (profile.terms.has(term) ? 1 : 0), 0);
    return Math.log(1 + (candidates.length - having + 0.5) / (having + 0.5));
  });
  return candidates
    .map(({ item, profile }): Found<Item> => {
      const norm = saturation * (1 - lengthShare + (lengthShare * profile.length) / lengthMean);
      const score = wanted.reduce((sum, term, index) => {
        const often = profile.terms.get(term) ?? 0;
        return often === 0 ? sum : sum + ((rarity[index] ?? 0) * often * (saturation + 1)) / (often + norm);
      }, 0);
      return { item, score };
    })
    .filter(({ score }) => score > 0)
    .toSorted((one, other) => other.score - one.score)
    .slice(0, max);
}
