import assert from "node:assert/strict";
import { test } from "node:test";
import { takeRounds } from "../../lib/bench/rounds";
import { compareAnswers } from "../../lib/bench/same-scores";
import { benchReport } from "../../lib/cli/bench-report";
import { UserError } from "../../lib/errors";

const silent = () => undefined;
const WORK = { mode: "train" as const, batch: 8, hidden: 384 };

/** A process that prints what a measurement prints. */
const prints = (name: string, output: string, code = 0) => ({
  name,
  words: [
    process.execPath,
    "-e",
    `console.log("chatter"); console.log(${JSON.stringify(output)}); process.exit(${code})`,
  ],
});
const speed = (name: string, sentences: number, memory: number) =>
  prints(name, JSON.stringify({ sentences_per_s: sentences, peak_rss_mb: memory, more: 1 }));

test("rounds take all in turn, ratios are those of a round, memory the highest", async () => {
  const lines: string[] = [];
  const taken = await takeRounds(WORK, [speed("own", 10, 100), speed("other", 4, 200)], 2, (line) => lines.push(line));
  assert.deepEqual(
    lines.map((line) => /round (\d): (\w+)/.exec(line)?.slice(1).join(" ")),
    ["1 own", "1 other", "2 own", "2 other"],
  );
  assert.equal(taken.results[0].rounds.length, 2);
  assert.equal(taken.results[0].rounds[0].more, 1);
  assert.deepEqual(taken.ratios, [{ ...WORK, against: "other", median: 2.5, range: [2.5, 2.5], memory: 0.5 }]);
  assert.equal(taken.busy.length, 4);
  assert.match(benchReport(taken), /against other +2\.50 times/);
});

test("a program that fails, or says something else, is named with what it said", async () => {
  const fails = (contender: ReturnType<typeof prints>) =>
    assert.rejects(takeRounds(WORK, [contender], 1, silent), UserError);
  await fails(prints("bad", "no json"));
  await fails(prints("bad", "{}"));
  await fails(prints("bad", JSON.stringify({ sentences_per_s: 1, peak_rss_mb: 1 }), 3));
  await assert.rejects(
    takeRounds(WORK, [{ name: "absent", words: ["/no/such/program"] }], 1, silent),
    /absent does not start/,
  );
});

test("two sides that compute something else are told apart before anything is timed", () => {
  const own = { loss: 100, entities: [[0, 0, 5, "person", 0.9]] as [number, number, number, string, number][] };
  const near = { loss: 100.0001, entities: [[0, 0, 5, "person", 0.90001]] as typeof own.entities };
  assert.equal(compareAnswers(own, near, "other").entities, 1);
  assert.throws(() => compareAnswers(own, { ...near, loss: 101 }, "other"), /do not compute the same/);
  assert.throws(() => compareAnswers(own, { ...near, entities: [[0, 0, 5, "person", 0.8]] }, "other"), UserError);
  assert.throws(() => compareAnswers(own, { ...near, entities: [] }, "other"), UserError);
});
