import type { Page, PageRequest } from "../page.ts";

/** Pages as AIP-158 has them: an absent size is 0, an absent token is empty. */
export function pageRequest({ pageSize, pageToken: cursor }: { readonly pageSize: number; readonly pageToken: string }): PageRequest {
  return { limit: pageSize === 0 ? undefined : pageSize, cursor: cursor === "" ? undefined : cursor };
}

export function pageToken({ nextCursor }: Page<unknown>): { readonly nextPageToken: string } {
  return { nextPageToken: nextCursor ?? "" };
}
