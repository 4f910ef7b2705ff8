import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Fault } from "../../../domain/fault.ts";
import { scanMessage } from "../../../domain/mcp/scan.ts";
import type { LinkEvents } from "./link.ts";
import { nothingWanted, type Wanted } from "./wanted.ts";
import { createWatch, type Watcher } from "./watch.ts";

const wanting = (some: Partial<Wanted>): Wanted => ({ ...nothingWanted, ...some });
const tools = wanting({ lists: new Set(["tools"]) });
const resource = (uri: string) => wanting({ uris: new Set([uri]) });

/** A server that keeps what it is asked for, honours all but what is secret, and can be away. */
function server() {
  const applied: string[][] = [];
  const state = { isAway: false, connects: 0, closed: 0, idle: 0 };
  let events: LinkEvents | undefined;
  const watch = createWatch({
    urisMax: 3,
    random: () => 0,
    onIdle: () => {
      state.idle += 1;
    },
    async connect(told) {
      state.connects += 1;
      if (state.isAway) throw new Fault("unavailable", "it is away");
      events = told;
      return {
        async apply(wanted) {
          await undefined;
          applied.push([...wanted.lists, ...wanted.uris]);
          return { ...wanted, uris: new Set([...wanted.uris].filter((uri) => !uri.includes("secret"))) };
        },
        close() {
          state.closed += 1;
        },
      };
    },
  });
  const tell = (method: string, params: object = {}) => {
    const bytes = Buffer.from(JSON.stringify({ jsonrpc: "2.0", method, params }));
    const scanned = scanMessage(bytes);
    assert.ok(scanned.kind !== "malformed");
    events?.message(bytes, scanned);
  };
  return { watch, applied, state, tell, lose: () => events?.lost(new Fault("unavailable", "it broke")) };
}

function watcher(): Watcher & { readonly heard: string[] } {
  const heard: string[] = [];
  return { heard, notice: (_, { method, uri }) => void heard.push(uri ?? method ?? ""), missed: () => void heard.push("missed") };
}

const settled = () => new Promise<void>((resolve) => void setImmediate(resolve));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await settled();
}

describe("one stream for all who listen to a server", () => {
  test("asks once for what all of them want together, and gives each what it wants", async () => {
    const { watch, applied, state, tell } = server();
    const [one, two, three] = [watcher(), watcher(), watcher()];
    const wants: [Watcher, Wanted][] = [
      [one, tools],
      [two, resource("a://b")],
      [three, resource("a://secret")],
    ];
    const honoured = await Promise.all(wants.map(([who, wanted]) => watch.want(who, wanted)));
    assert.deepEqual(applied, [["tools", "a://b", "a://secret"]]);
    assert.deepEqual(
      honoured.map(({ lists, uris }) => [...lists, ...uris]),
      [["tools"], ["a://b"], []],
    );
    tell("notifications/tools/list_changed");
    tell("notifications/resources/updated", { uri: "a://b" });
    tell("notifications/prompts/list_changed");
    assert.deepEqual([one.heard, two.heard, three.heard], [["notifications/tools/list_changed"], ["a://b"], []]);
    assert.equal(state.connects, 1);
  });

  test("asks anew when somebody wants more or leaves, and not when nothing changes", async () => {
    const { watch, applied, state } = server();
    const [one, two] = [watcher(), watcher()];
    await watch.want(one, tools);
    await watch.want(two, tools);
    await watch.want(two, resource("a://b"));
    watch.leave(two);
    await until(() => applied.length === 3);
    assert.deepEqual(applied, [["tools"], ["tools", "a://b"], ["tools"]]);
    watch.leave(two);
    watch.leave(one);
    assert.equal(state.idle, 1);
    watch.close();
    assert.equal(state.closed, 1);
  });

  test("takes no more resources than it may", async () => {
    const { watch } = server();
    await watch.want(watcher(), wanting({ uris: new Set(["a", "b"]) }));
    await assert.rejects(watch.want(watcher(), wanting({ uris: new Set(["c", "d"]) })), /too many/);
    await watch.want(watcher(), resource("c"));
  });
});

describe("a server that is away", () => {
  test("is listened to again when its stream breaks, and who listened hears that something may be missed", async () => {
    const { watch, state, lose, tell } = server();
    const one = watcher();
    await watch.want(one, tools);
    lose();
    await until(() => one.heard.length > 0);
    assert.deepEqual(one.heard, ["missed"]);
    assert.equal(state.connects, 2);
    const late = watcher();
    await watch.want(late, tools);
    tell("notifications/tools/list_changed");
    assert.deepEqual([one.heard.length, late.heard], [2, ["notifications/tools/list_changed"]]);
  });

  test("is tried again for those who began to listen meanwhile, and for nobody once they left", async () => {
    const { watch, state } = server();
    state.isAway = true;
    const [one, two] = [watcher(), watcher()];
    await assert.rejects(watch.want(one, tools), /away/);
    await assert.rejects(watch.want(two, tools), /away/);
    watch.leave(two);
    state.isAway = false;
    await until(() => one.heard.length > 0);
    assert.deepEqual([one.heard, two.heard], [["missed"], []]);
    state.isAway = true;
    watch.leave(one);
    watch.close();
    const { connects } = state;
    await settled();
    assert.equal(state.connects, connects);
  });
});
