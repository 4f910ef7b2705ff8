/** Where a request arrived. */
export interface Endpoint {
  readonly endpoint: string | null;
  readonly virtualServer: string | null;
  readonly place: string | null;
}

/** What a place stands for: the server of `/mcp/{server}`, `v/{name}` of a virtual server, or null for the merged endpoint. */
export function endpointAt(place: string | null): Endpoint {
  if (place === null) return merged;
  return place.startsWith("v/") ? endpointOf({ virtual: place.slice(2) }) : endpointOf({ server: place });
}

const merged: Endpoint = { endpoint: null, virtualServer: null, place: null };

/** No server's name holds a slash, so that the place of a virtual server is no server's. */
export function endpointOf({ server, virtual }: Readonly<Record<string, string>>): Endpoint {
  if (server !== undefined) return { endpoint: server, virtualServer: null, place: server };
  return virtual === undefined ? merged : { endpoint: null, virtualServer: virtual, place: `v/${virtual}` };
}
