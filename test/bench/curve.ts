/**
 * A run's kept models on the seven tests, and another system's predictions beside the last of them: F1 over steps with 95 %
 * intervals, and the paired difference. For teaching and reporting: nothing may be chosen by it.
 *
 *   node dist/test/bench/curve.js --run DIR [--limit 200] [--beside predictions.jsonl --name TEXT] --json FILE
 *
 * `--beside` reads what a Python script writes, one line a sentence: {set, index, gold, predicted}, spans in words, end
 * inclusive, entities already decided at .5.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { useBackend } from "../../lib/backend";
import { trackedTest } from "../../lib/cli/train-data";
import type { NerRecord } from "../../lib/data/records";
import { ZERO_SHOT_SETS } from "../../lib/data/zero-shot-tests";
import { bootstrapF1 } from "../../lib/evaluate/bootstrap";
import { addCounts, type Counts, countMatches, scores } from "../../lib/evaluate/metrics";
import { compareF1 } from "../../lib/evaluate/paired";
import { askedOnly } from "../../lib/evaluate/zero-shot";
import { GLiNER } from "../../lib/gliner/gliner";
import type { TrackedTest } from "../../lib/gliner/training/evaluation";
import { countsAt, type Found, findAsked } from "../../lib/gliner/training/scoring";
import { environmentOf } from "../../lib/provenance/environment";
import { writeAtomically } from "../../lib/weights/atomic";

const THRESHOLDS = [0.5, 0.3];

/** The seven tests under their short names, the gold that is asked for. */
async function testSets(limit: number): Promise<TrackedTest[]> {
  return Promise.all(
    ZERO_SHOT_SETS.map(async (name) => {
      const { types, records } = await trackedTest(`zero-shot:${name}`, limit);
      return { name, types, records: askedOnly(records, types) };
    }),
  );
}

/** F1 of each set and their mean, in percent, with intervals. */
function summary(sets: readonly TrackedTest[], counts: readonly Counts[][]) {
  const percent = (value: number) => Number((100 * value).toFixed(2));
  const interval = (of: Counts[][]) => {
    const { value, low, high } = bootstrapF1(of);
    return { f1: percent(value), ci95: [percent(low), percent(high)] };
  };
  const datasets = sets.map(({ name }, i) => {
    const { precision, recall } = scores(addCounts(counts[i]));
    return { name, ...interval([counts[i]]), precision: percent(precision), recall: percent(recall) };
  });
  return { average: interval([...counts]), datasets };
}

/** What a model finds in each set. */
async function foundBy(folder: string, sets: readonly TrackedTest[]): Promise<Found[]> {
  const model = await GLiNER.fromPretrained(folder);
  const found: Found[] = [];
  for (const set of sets) {
    process.stderr.write(`${folder}: ${set.name}\n`);
    const answers = await findAsked(model, [set]);
    if (answers) found.push(answers);
  }
  model.dispose();
  return found;
}

/** Matches of a file of predictions. @throws Error where its sentences or gold are not those of the sets */
function countsOfFile(path: string, sets: readonly TrackedTest[]): Counts[][] {
  const lines = readFileSync(path, "utf8").trim().split("\n");
  const rows = lines.map((line) => JSON.parse(line) as { set: string; gold: unknown[]; predicted: unknown[][] });
  return sets.map(({ name, records }) => {
    const own = rows.filter(({ set }) => set === name).slice(0, records.length);
    if (own.length !== records.length)
      throw new Error(`${path}: ${own.length} sentences of ${name}, wanted ${records.length}`);
    return records.map(({ ner }, i) => {
      if (own[i].gold.length !== ner.length) throw new Error(`${path}: the gold of ${name} ${i} is another`);
      const predicted = own[i].predicted.map((span) => [span[0], span[1], span[2]] as NerRecord["ner"][number]);
      return countMatches(ner, predicted);
    });
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      run: { type: "string" },
      limit: { type: "string", default: "1000000" },
      beside: { type: "string" },
      name: { type: "string", default: "the other" },
      json: { type: "string" },
    },
  });
  const { run, json } = values;
  if (!run || !json) throw new Error("wanted --run DIR and --json FILE");
  await useBackend();
  const sets = await testSets(Number(values.limit));
  const steps = readdirSync(run)
    .map((name) => /^step-(\d+)$/.exec(name)?.[1])
    .filter((step) => step !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
  const curve: object[] = [];
  let last: Counts[][] = [];
  for (const name of [...steps.map((step) => `step-${step}`), "last"]) {
    const found = await foundBy(join(run, name), sets);
    for (const threshold of THRESHOLDS) {
      const counts = found.map((one) => countsAt(one, threshold));
      if (threshold === THRESHOLDS[0]) last = counts;
      curve.push({ model: name, threshold, ...summary(sets, counts) });
    }
  }
  const result: Record<string, unknown> = {
    about: "F1 in percent on the seven tests, else dropped, labels = sorted types of the whole file, flat, exact match",
    sentences: Object.fromEntries(sets.map(({ name, records }) => [name, records.length])),
    curve,
    environment: environmentOf(),
  };
  if (values.beside) {
    const other = countsOfFile(values.beside, sets);
    const { difference, low, high, pPermutation } = compareF1(last, other);
    const bySet = sets.map(({ name }, i) => ({ name, ...compareF1([last[i]], [other[i]]) }));
    result.beside = {
      name: values.name,
      ...summary(sets, other),
      difference: { difference, low, high, pPermutation },
      bySet,
    };
  }
  writeAtomically(json, `${JSON.stringify(result, null, 2)}\n`);
}

void main();
