/** Studies over Redis and over PostgreSQL, real ones; the long form with 40 runs is test/long/queue.long.ts. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { readPlan } from "../../lib/study/plan/read";
import { planRuns } from "../../lib/study/plan/runs";
import { verb } from "../cli/verb";
import { TINY_RECORDS } from "../tiny";
import { otherCode, outcome, start, throughTrouble, until } from "./queue-run";
import { freePort, SERVERS, type Server } from "./servers";
import { scratch, type TinyStudy, tinyStudy } from "./tiny-study";

const RUNS = 4;
let tiny: TinyStudy;
let alone: unknown;

before(() => {
  tiny = tinyStudy({ seeds: RUNS / 2 });
  const out = join(tiny.folder, "alone");
  const ended = verb("study", [tiny.plan, "--jobs", "2", "--out", out]);
  assert.equal(ended.code, 0, ended.err);
  alone = outcome(out);
});

for (const [name, open] of Object.entries(SERVERS))
  test(`${name}: a worker is killed, the server restarted; each result once, the numbers of one machine`, async (t) => {
    const server = await open();
    if (typeof server === "string") return t.skip(server);
    try {
      const out = await throughTrouble(tiny.plan, join(tiny.folder, name), server, RUNS);
      assert.deepEqual(outcome(out), alone);
    } finally {
      await server.stop();
    }
  });

let redis: Server | string = "not started";
after(async () => {
  if (typeof redis !== "string") await redis.stop();
});

test("a worker with other data or other code is refused, before it takes a run", async (t) => {
  redis = await SERVERS.redis();
  if (typeof redis === "string") return t.skip(redis);
  const { url } = redis;
  const corpora = ["mine", "yours"].map((name, i) => corpus(TINY_RECORDS.slice(i), name));
  const plan = tinyStudy({ set: undefined, control: onCorpus("a", 0.75), arms: [onCorpus("b", -1)] });
  const study = start("study", [plan.plan, "--queue", url, "--out", join(plan.folder, "out")], {
    env: { WORKBOOK_CORPUS: corpora[0] },
  });
  try {
    await until("the runs were in the queue", () => /go to redis/.test(study.said()), study);
    const worker = (name: string, env: Record<string, string>, root?: string) =>
      start("worker", ["--queue", url, "--out", join(plan.folder, name)], { env, root });
    const data = worker("data", { WORKBOOK_CORPUS: corpora[1] });
    assert.equal(await data.ended, 1);
    assert.match(
      data.said(),
      /worker: refused: this worker has other data \(train_data corpus:tiny, sha256 \w+\) than the study/,
    );
    const code = worker("code", { WORKBOOK_CORPUS: corpora[0] }, otherCode(plan.folder));
    assert.equal(await code.ended, 1);
    assert.match(code.said(), /worker: refused: this worker has other code/);
    assert.doesNotMatch(study.said(), /done by/);
  } finally {
    study.child.kill("SIGKILL");
    await study.ended;
  }
});

test("a run that fails every time on its worker is reported, and the others come back", async (t) => {
  // A server of its own: on the other lies a study that nobody ends.
  const server = await SERVERS.redis();
  if (typeof server === "string") return t.skip(server);
  const broken = tinyStudy({ seeds: 2 });
  const out = join(broken.folder, "out");
  const { arms } = await planRuns(readPlan(broken.plan));
  const [{ id }] = arms[0].runs;
  const worker = join(broken.folder, "worker");
  mkdirSync(join(worker, "runs", id), { recursive: true });
  writeFileSync(join(worker, "runs", id, "recipe.yaml"), "{}");
  const study = start("study", [broken.plan, "--queue", server.url, "--out", out]);
  const at = start("worker", ["--queue", server.url, "--out", worker]);
  try {
    assert.equal(await study.ended, 1);
    assert.match(study.said(), /alpha -1, seed 0 .* failed 4 times: .* is another recipe/);
    assert.match(study.said(), /3 of 4 runs are on file; alpha -1, seed 0 .*; the same command tries again\.\n$/);
    const { failed, arms: compared } = JSON.parse(readFileSync(join(out, "result.json"), "utf8"));
    assert.deepEqual([failed.length, compared[0].runs.length], [1, 1]);
  } finally {
    at.child.kill("SIGKILL");
    await at.ended;
    await server.stop();
  }
});

const onCorpus = (value: string, loss_alpha: number) => ({ value, set: { train_data: "corpus:tiny", loss_alpha } });

/** A folder of corpora that holds one. */
function corpus(records: readonly object[], name: string): string {
  const folder = join(scratch("corpus"), name);
  mkdirSync(folder);
  writeFileSync(
    join(folder, "tiny.jsonl.gz"),
    gzipSync(records.map((record) => `${JSON.stringify(record)}\n`).join("")),
  );
  return folder;
}

test("a queue that is not there, or is none: one sentence", async () => {
  const { plan, folder } = tinyStudy();
  const port = await freePort();
  for (const url of [`redis://127.0.0.1:${port}`, `postgres://me:secret@127.0.0.1:${port}/x`]) {
    const ended = verb("study", [plan, "--queue", url, "--out", join(folder, "out")]);
    assert.equal(ended.code, 1);
    assert.match(
      ended.err.trim().split("\n").at(-1) ?? "",
      /^study: --queue \w+:\/\/.*: nobody answers there \(ECONNREFUSED\)/,
    );
    assert.doesNotMatch(ended.err, /secret/);
  }
  const worker = verb("worker", ["--queue", "amqp://x", "--out", join(folder, "w")]);
  assert.deepEqual(
    [worker.code, worker.err.trim()],
    [2, 'worker: --queue got "amqp://x", wanted redis://HOST:PORT or postgres://HOST:PORT/DATABASE.'],
  );
});
