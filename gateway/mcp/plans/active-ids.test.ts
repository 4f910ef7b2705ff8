import assert from "node:assert/strict";
import { test } from "node:test";
import type { RoutedServer } from "../../routing/router.ts";
import { IdClaim } from "./active-ids.ts";

// Only its identity counts.
const server = () => ({}) as RoutedServer;

test("an id and a token that are free pass as they are, and are free again afterwards", () => {
  const at = server();
  for (let round = 0; round < 2; round += 1) {
    const claim = new IdClaim(at, "1", '"p"', '"spare"');
    assert.deepEqual([claim.idRaw, claim.tokenRaw], ["1", '"p"']);
    claim.release();
  }
});

test("what another request in flight uses is replaced, each for itself", () => {
  const at = server();
  const first = new IdClaim(at, "1", '"p"', '"a"');
  const second = new IdClaim(at, "1", '"q"', '"b"');
  const third = new IdClaim(at, "2", '"p"', '"c"');
  assert.deepEqual([second.idRaw, second.tokenRaw], ['"b"', '"q"']);
  assert.deepEqual([third.idRaw, third.tokenRaw], ["2", '"c"']);
  first.release();
  const fourth = new IdClaim(at, "1", '"p"', '"d"');
  assert.deepEqual([fourth.idRaw, fourth.tokenRaw], ["1", '"p"']);
});

test("servers know nothing of each other's, and ids nothing of tokens", () => {
  const [one, other] = [server(), server()];
  new IdClaim(one, "1", null, '"a"');
  assert.equal(new IdClaim(other, "1", null, '"b"').idRaw, "1");
  assert.equal(new IdClaim(one, "2", "1", '"c"').tokenRaw, "1");
});
