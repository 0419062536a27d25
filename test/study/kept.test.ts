/** The runs that the repository keeps, whoever made them: each is what its name says, and its scores are those of its own counts. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { addCounts, f1Scores } from "../../lib/evaluate/scoring/metrics";
import { meanF1 } from "../../lib/evaluate/statistics/bootstrap";
import { readJson } from "../../lib/files/json";
import { planOf } from "../../lib/study/plan/read";
import { readingKey } from "../../lib/study/plan/runs";
import { runId } from "../../lib/study/plan/settings";
import { checkResult } from "../../lib/study/run/result";
import { KEPT_RUNS } from "../../lib/study/run/store";
import { countsOf, thresholdKey } from "../../lib/study/run/tests";
import { readSuspect } from "../../lib/study/suspects/suspect";

const NAMES = readdirSync(KEPT_RUNS);

test("a kept run is named by the hash of its settings, and scored by what it counts", () => {
  assert.ok(NAMES.length > 0);
  for (const name of NAMES) {
    assert.match(name, /^[0-9a-f]{16}\.json$/);
    const { id, settings, readings, ran } = checkResult(
      readJson(join(KEPT_RUNS, name)),
      name.slice(0, -".json".length),
      name,
    );
    assert.equal(runId(settings), id, `${name}: its settings are those of another run`);
    assert.equal(ran.steps, settings.training.num_steps, `${name}: it was not trained to its end`);
    for (const [key, reading] of Object.entries(readings)) {
      const counts = countsOf(reading);
      const sets = Object.fromEntries(
        Object.keys(reading.counts).map((set, i) => [set, f1Scores(addCounts(counts[i])).f1]),
      );
      assert.deepEqual(reading.sets, sets, `${name}, ${key}`);
      assert.equal(reading.f1[thresholdKey(reading.threshold)], meanF1(counts), `${name}, ${key}`);
    }
  }
});

test("two readings of one kept run that count the same sentences in the same way are of one model", () => {
  const { tests } = planOf(readSuspect("threshold"));
  const keys = [null, 200].map((limit) =>
    readingKey({ checkpoint: "last", ask: null, score: {} }, { ...tests, limit }),
  );
  let both = 0;
  for (const name of NAMES) {
    const { readings } = checkResult(readJson(join(KEPT_RUNS, name)), name.slice(0, -".json".length), name);
    const [whole, first] = keys.map((key) => readings[key]);
    if (!whole || !first) continue;
    both++;
    for (const [set, counts] of Object.entries(first.counts))
      assert.deepEqual(whole.counts[set].slice(0, counts.length), counts, `${name}, ${set}`);
  }
  assert.ok(both > 0);
});
