import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { openKibanaApi } from "../../../tests/fixtures/kibana-api.ts";
import { savedObjects } from "./bundle.ts";
import { installKibana } from "./install.ts";
import { alertRules } from "./rules.ts";

const apiKey = "aW5zdGFsbGVy";

async function stage(t: TestContext) {
  const api = await openKibanaApi(apiKey);
  t.after(() => api.close());
  return { api, connection: { url: api.url, credentials: { apiKey }, space: null } };
}

const countOf = (parts: readonly { readonly outcome: string }[], outcome: string) =>
  parts.filter((part) => part.outcome === outcome).length;

describe("the installer of Kibana's objects, against its documented API", () => {
  test("imports everything, makes the rules, and says so", async (t) => {
    const { api, connection } = await stage(t);
    const { parts, isComplete } = await installKibana(connection);
    assert.equal(isComplete, true);
    assert.equal(countOf(parts, "imported"), savedObjects().length);
    assert.equal(countOf(parts, "created"), alertRules.length);
    assert.equal(api.objects.size, savedObjects().length);
    assert.equal(api.rules.size, alertRules.length);
  });

  test("run again changes nothing, and keeps whom somebody wants told, and when", async (t) => {
    const { api, connection } = await stage(t);
    await installKibana(connection);
    const [rule] = alertRules;
    assert.ok(rule !== undefined);
    const action = { id: "mail", group: "query matched", params: {}, uuid: "u" };
    const others = { alert_delay: { active: 3 }, artifacts: { dashboards: [{ id: "d" }] } };
    const key = `default/${rule.id}`;
    // As Kibana answers, with more than it takes.
    const read = { enabled: false, execution_status: { status: "ok" }, notify_when: null, flapping: null };
    const actions = [{ ...action, connector_type_id: ".email" }];
    api.rules.set(key, { ...api.rules.get(key), ...read, ...others, name: "an old name", actions });
    const before = new Map(api.objects);
    const { parts, isComplete } = await installKibana(connection);
    assert.equal(isComplete, true);
    assert.equal(countOf(parts, "updated"), alertRules.length);
    assert.deepEqual(api.objects, before);
    assert.equal(api.rules.size, alertRules.length);
    assert.equal(api.rules.get(key)?.["name"], rule.body.name);
    const { rule_type_id, consumer } = rule.body;
    const { actions: _, ...ours } = rule.body;
    assert.deepEqual(api.rules.get(key), { ...ours, ...others, rule_type_id, consumer, enabled: false, actions: [action] });
  });

  test("goes into the space that it is told", async (t) => {
    const { api, connection } = await stage(t);
    await installKibana({ ...connection, url: `${connection.url}/`, space: "audit" });
    assert.ok([...api.objects.keys(), ...api.rules.keys()].every((key) => key.startsWith("audit/")));
    // And into a second one, where the rules are others.
    assert.equal((await installKibana({ ...connection, space: "operations" })).isComplete, true);
    assert.equal(api.rules.size, 2 * alertRules.length);
    assert.equal(api.objects.size, 2 * savedObjects().length);
    // Where it finds what it brought in before, under the ids that it got there.
    assert.equal((await installKibana({ ...connection, space: "operations" })).isComplete, true);
    assert.equal(api.objects.size, 2 * savedObjects().length);
  });

  test("the default space is the same by its name and without one", async (t) => {
    const { api, connection } = await stage(t);
    await installKibana(connection);
    const { parts } = await installKibana({ ...connection, space: "default" });
    assert.equal(countOf(parts, "updated"), alertRules.length);
    assert.equal(api.rules.size, alertRules.length);
  });

  test("a part that fails is told, and does not keep back the others", async (t) => {
    const { api, connection } = await stage(t);
    const broken = savedObjects().at(-1);
    const [rule] = alertRules;
    assert.ok(broken !== undefined && rule !== undefined);
    api.refusedObjects.set(broken.id, "Document belongs to a more recent version of Kibana");
    api.refusedRules.set(rule.id, 403);
    const { parts, isComplete } = await installKibana(connection);
    assert.equal(isComplete, false);
    assert.deepEqual(
      parts.filter(({ outcome }) => outcome === "failed").map(({ id, reason }) => [id, reason]),
      [
        [broken.id, "Document belongs to a more recent version of Kibana"],
        [rule.id, "HTTP 403: Unauthorized to create a rule"],
      ],
    );
    // Put right, the same command brings in what is missing.
    api.refusedObjects.clear();
    api.refusedRules.clear();
    assert.equal((await installKibana(connection)).isComplete, true);
  });

  test("a key that is refused is said before anything is changed, and is in no message", async (t) => {
    const { api, connection } = await stage(t);
    const failing = installKibana({ ...connection, credentials: { apiKey: "geheim" } });
    await assert.rejects(failing, (fault: Error & { code?: string }) => {
      assert.equal(fault.code, "unauthenticated");
      assert.doesNotMatch(JSON.stringify(fault) + fault.message, /geheim/);
      return true;
    });
    assert.equal(api.rules.size, 0);
    assert.equal(api.requests.length, 1);
  });

  test("where nobody answers, that is said", async () => {
    const nowhere = { url: "http://127.0.0.1:1", credentials: null, space: null };
    await assert.rejects(installKibana(nowhere), { code: "unavailable" });
  });
});
