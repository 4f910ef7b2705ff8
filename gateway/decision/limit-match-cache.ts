import type { Call } from "../../domain/call.ts";
import type { Caller } from "../../domain/identity.ts";
import type { Bucket } from "./limit-bucket.ts";

const matchesMax = 32_768;
const cachedNameCharactersMax = 256;

/** Which buckets a caller's calls of one method and name are counted in. Two generations, so that it is bounded and keeps what is used. */
export function createMatchCache() {
  const callers = new WeakMap<Caller, string>();
  let recent = new Map<string, readonly Bucket[]>();
  let older = new Map<string, readonly Bucket[]>();

  const callerKey = (caller: Caller): string => {
    const known = callers.get(caller);
    if (known !== undefined) return known;
    const key = JSON.stringify([caller.organizationId, caller.userId, caller.agentId, caller.roles]);
    callers.set(caller, key);
    return key;
  };
  const set = (key: string, buckets: readonly Bucket[]) => {
    if (recent.size >= matchesMax) {
      older = recent;
      recent = new Map();
    }
    recent.set(key, buckets);
  };

  return {
    set,
    /** Null where the name is too long to keep. Lengths tell parts apart that hold the separator. */
    keyOf({ caller, server, method, name }: Call): string | null {
      if ((name?.length ?? 0) + method.length > cachedNameCharactersMax) return null;
      return `${callerKey(caller)}\n${server === null ? "-" : server.length}\n${method.length}\n${server}\n${method}\n${name === null ? "" : "="}${name}`;
    },
    get(key: string): readonly Bucket[] | undefined {
      const known = recent.get(key);
      if (known !== undefined) return known;
      const old = older.get(key);
      if (old !== undefined) set(key, old);
      return old;
    },
    clear() {
      recent = new Map();
      older = new Map();
    },
  };
}
