/** 40 runs over Redis and again over PostgreSQL, three workers, one killed, the server restarted: the numbers of one machine. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { verb } from "../cli/verb";
import { outcome, throughTrouble } from "../study/queue-run";
import { SERVERS } from "../study/servers";
import { type TinyStudy, tinyStudy } from "../study/tiny-study";

const RUNS = 40;
let tiny: TinyStudy;
let alone: unknown;

before(() => {
  tiny = tinyStudy({ seeds: RUNS / 2 });
  const out = join(tiny.folder, "alone");
  assert.equal(verb("study", [tiny.plan, "--jobs", "2", "--out", out]).code, 0);
  alone = outcome(out);
});

for (const [name, open] of Object.entries(SERVERS))
  test(`${RUNS} runs over ${name}`, async (t) => {
    const server = await open();
    if (typeof server === "string") return t.skip(server);
    try {
      assert.deepEqual(outcome(await throughTrouble(tiny.plan, join(tiny.folder, name), server, RUNS)), alone);
    } finally {
      await server.stop();
    }
  });
