/** Many texts over Redis and over PostgreSQL, real ones: the output of one machine, whatever happens on the way. */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { readSafetensors, writeSafetensors } from "../../../lib/weights/safetensors";
import { verb } from "../../cli/verb";
import { otherCode, type Running, start, until } from "../../study/queue-run";
import { freePort, SERVERS, type Server } from "../../study/servers";
import { scratch } from "../../study/tiny-study";
import { TINY_BERT, TINY_RECORDS } from "../../tiny";

const SHARD = 128;
const LINES = 5 * SHARD + 5;
const ASKED = ["--model", TINY_BERT, "--labels", "person,organization,location", "--threshold", "0.3", "--lines"];
const folder = scratch("shards");
const input = join(folder, "lines.txt");

/** What one machine writes. */
const alone = { jsonl: "", marked: "" };

before(() => {
  const words = TINY_RECORDS.flatMap(({ tokens }) => tokens);
  const line = (n: number) =>
    Array.from({ length: 5 + (n % 40) }, (_, i) => words[(n * 7 + i) % words.length]).join(" ");
  writeFileSync(input, Array.from({ length: LINES }, (_, n) => (n % 50 === 49 ? "" : line(n))).join("\n"));
  alone.jsonl = predicted([]);
  alone.marked = predicted(["--to", "marked"]);
  assert.ok(alone.jsonl.split("\n").length > LINES, "hardly anything is found: nothing would be compared");
});

function predicted(more: readonly string[]): string {
  const { code, out, err } = verb("predict", [...ASKED, ...more], readFileSync(input, "utf8"));
  assert.equal(code, 0, err);
  return out;
}

const workers = (server: Server, names: readonly string[]) =>
  names.map((name) => start("worker", ["--queue", server.url, "--name", name, "--out", join(folder, `w-${name}`)]));

async function end(running: readonly Running[]): Promise<void> {
  for (const { child } of running) child.kill("SIGKILL");
  await Promise.all(running.map(({ ended }) => ended));
}

const done = (running: Running) => running.said().match(/^\d+: lines \d+ to \d+ done/gm) ?? [];

for (const [name, open] of Object.entries(SERVERS))
  test(`${name}: lines over three workers, one killed -9, the server restarted: complete, in order, each once`, async (t) => {
    const server = await open();
    if (typeof server === "string") return t.skip(server);
    const out = join(folder, `${name}.jsonl`);
    const order = start("predict", [...ASKED, "--queue", server.url, "--lease", "3", "--out", out], { input });
    const team = workers(
      server,
      ["a", "b", "c"].map((one) => `${name}-${one}`),
    );
    try {
      await until("the first worker had a shard", () => /: lines \d+ to/.test(team[0].said()), order);
      // It is still loading the model: the shard in its hands is not done.
      team[0].child.kill("SIGKILL");
      const [, taken] = /: (lines \d+ to \d+)\n/.exec(team[0].said()) ?? [];
      await until("some shards were done", () => done(order).length >= 2, order);
      await server.restart();
      assert.equal(await order.ended, 0, order.said());
      assert.equal(readFileSync(out, "utf8"), alone.jsonl);
      assert.equal(done(order).length, Math.ceil(LINES / SHARD));
      assert.equal(new Set(done(order).map((line) => line.replace(/^\d+/, ""))).size, Math.ceil(LINES / SHARD));
      assert.match(order.said(), new RegExp(`${taken} done by ${name}-[bc]`), "the killed one's shard");
      assert.ok(!existsSync(`${out}.parts`), "parts are left");
    } finally {
      await end([order, ...team]);
      await server.stop();
    }
  });

test("an order that was killed goes on where it stopped; another form begins anew", async (t) => {
  const server = await SERVERS.redis();
  if (typeof server === "string") return t.skip(server);
  const out = join(folder, "resumed.txt");
  const words = [...ASKED, "--queue", server.url, "--lease", "3", "--out", out];
  const team = workers(server, ["resumed"]);
  let order = start("predict", words, { input });
  try {
    await until("some shards were done", () => done(order).length >= 2, order);
    order.child.kill("SIGKILL");
    await order.ended;
    assert.ok(!existsSync(out), "half an output");
    order = start("predict", words, { input });
    assert.equal(await order.ended, 0, order.said());
    assert.match(order.said(), /^\d+ of 6 shards were on file$/m);
    assert.equal(readFileSync(out, "utf8"), alone.jsonl);
    order = start("predict", [...words, "--to", "marked"], { input });
    assert.equal(await order.ended, 0, order.said());
    assert.equal(readFileSync(out, "utf8"), alone.marked);
  } finally {
    await end([order, ...team]);
    await server.stop();
  }
});

test("a line of which words were not read ends the order with its sentence, and nothing is written", async (t) => {
  const server = await SERVERS.redis();
  if (typeof server === "string") return t.skip(server);
  const [long, out] = [join(folder, "long.txt"), join(folder, "long.jsonl")];
  writeFileSync(long, `short\n${"Anna met Rosa in Paris ".repeat(60)}\n`);
  const words = [...ASKED, "--truncate", "--fail-on-truncation", "--queue", server.url, "--out", out];
  const order = start("predict", words, { input: long });
  const team = workers(server, ["long"]);
  try {
    assert.equal(await order.ended, 1, order.said());
    assert.match(
      order.said(),
      /^predict: line 2: \d+ words at the end were not read, and --fail-on-truncation is given/m,
    );
    assert.ok(!existsSync(out));
  } finally {
    await end([order, ...team]);
    await server.stop();
  }
});

test("evaluate over many files, asked otherwise than as the model is: the predictions and the scores of one machine", async (t) => {
  const server = await SERVERS.redis();
  if (typeof server === "string") return t.skip(server);
  const files = ["one", "two", "three"].map((name, i) => {
    const path = join(folder, `${name}.jsonl`);
    const records = Array.from({ length: 30 * (i + 1) + 140 }, (_, n) => TINY_RECORDS[(n + i) % TINY_RECORDS.length]);
    writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
    return path;
  });
  const words = (where: string) => [
    "--model",
    TINY_BERT,
    "--data",
    ...files,
    "--threshold",
    "0.3",
    ...["--wording", "plural", "--labels-at-once", "2", "--precision", "int8", "--max-len", "9"],
    "--predictions",
    where,
  ];
  const here = join(folder, "here");
  const local = verb("evaluate", [...words(here), "--json", join(folder, "here.json")]);
  assert.equal(local.code, 0, local.err);
  const there = join(folder, "there");
  const order = start("evaluate", [...words(there), "--queue", server.url, "--json", join(folder, "there.json")]);
  const team = workers(server, ["e", "f"]);
  try {
    assert.equal(await order.ended, 0, order.said());
    for (const name of ["one", "two", "three"]) {
      const [ours, theirs] = [here, there].map((root) =>
        readFileSync(join(root, "tiny_bert", `${name}.jsonl`), "utf8"),
      );
      assert.equal(theirs, ours, name);
    }
    const scores = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8")).datasets;
    assert.deepEqual(scores("there.json"), scores("here.json"));
  } finally {
    await end([order, ...team]);
    await server.stop();
  }
});

test("a worker with another model of the same name, without the model, or with other code is refused", async (t) => {
  const server = await SERVERS.redis();
  if (typeof server === "string") return t.skip(server);
  const [mine, yours, nobody] = ["mine", "yours", "nobody"].map((name) => join(folder, name));
  for (const home of [mine, yours]) {
    mkdirSync(home);
    cpSync(TINY_BERT, join(home, "model"), { recursive: true });
  }
  mkdirSync(nobody);
  changeWeights(join(yours, "model", "model.safetensors"));
  const asked = ["--model", "model", "--labels", "person", "--lines"];
  const order = start("predict", [...asked, "--queue", server.url, "--out", "out.jsonl"], { cwd: mine, input });
  try {
    await until("shards were in the queue", () => /shards go to redis/.test(order.said()), order);
    const worker = (cwd: string, root?: string) =>
      start("worker", ["--queue", server.url, "--out", join(cwd, "w")], { cwd, root });
    for (const [running, why] of [
      [
        worker(yours),
        /worker: refused: this worker has other data \(model model, sha256 \w+\) than the shards \(\w+\)\./,
      ],
      [worker(nobody), /worker: refused: this worker does not have the model model: /],
      [worker(mine, otherCode(folder)), /worker: refused: this worker has other code/],
    ] as const) {
      assert.equal(await running.ended, 1, running.said());
      assert.match(running.said(), why);
    }
    assert.doesNotMatch(order.said(), /done by/);
  } finally {
    await end([order]);
    await server.stop();
  }
});

function changeWeights(path: string): void {
  const { tensors } = readSafetensors(path);
  const list = [...tensors].map(([name, { shape, data }]) => [name, shape, () => data.map((x) => x * 2)] as const);
  writeSafetensors(path, list);
}

test("what does not go together, and a queue that is not there: one sentence", async () => {
  const refused = (name: string, words: readonly string[], code: number, sentence: RegExp) => {
    const ended = verb(name, words, "a\n");
    assert.equal(ended.code, code, ended.err);
    assert.match(ended.err.trim().split("\n").at(-1) ?? "", sentence);
  };
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  refused("predict", [...ASKED, "--queue", url], 2, /--queue, --out FILE and --lines go together/);
  refused("predict", [...ASKED, "--out", join(folder, "x")], 2, /--queue, --out FILE and --lines go together/);
  refused(
    "predict",
    [...ASKED, "--queue", url, "--out", join(folder, "x")],
    1,
    /nobody answers there \(ECONNREFUSED\)/,
  );
  refused(
    "evaluate",
    ["--model", TINY_BERT, "--data", "sentences:test", "--queue", url],
    2,
    /wants --model and --predictions DIR/,
  );
});
