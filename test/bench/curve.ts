/**
 * A run's kept models on the seven tests, others beside them, and paired differences, with 95 % intervals over sentences; kept
 * in data/results as `StoredCurve`. For teaching and reporting: nothing may be chosen by the tests. With --held-out it is the
 * recipe's held-out types instead, by which a model may be chosen, on more sentences than an evaluation of the run has time for.
 *
 *   node dist/test/bench/curve.js --run DIR [--models step-4000,best] [--also DIR ...] [--limit 200] [--held-out RECIPE]
 *     [--beside predictions.jsonl --name TEXT --step N [--keep FILE]] [--pair best:checkpoint ...]
 *     [--about TEXT] [--again TEXT ...] --json FILE
 *
 * `--models` are folders of the run (default: all that it kept along the way, and `last` where it is none of them), `--also`
 * other model folders, under their last name. `--beside` reads what a Python script writes, one line a sentence: {set, index,
 * gold, predicted}, spans in words, end inclusive, entities already decided at .5; `--keep` writes it again without the gold,
 * with the number of `mentions` in its place, and such a file is read too. A `--pair` compares two of these names on the same
 * sentences at .5.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { useBackend } from "../../lib/backend";
import type { NerRecord } from "../../lib/data/records";
import { ZERO_SHOT_SETS } from "../../lib/data/zero-shot-tests";
import { addCounts, type Counts, countMatches, f1Scores } from "../../lib/evaluate/scoring/metrics";
import { bootstrapF1 } from "../../lib/evaluate/statistics/bootstrap";
import { compareF1 } from "../../lib/evaluate/statistics/paired";
import type { CurveModel, CurvePair, PairedPoints, StoredCurve } from "../../lib/evaluate/stored/curve";
import { askedOnly } from "../../lib/evaluate/zero-shot";
import { writeAtomically } from "../../lib/files/atomic";
import { GLiNER } from "../../lib/gliner/gliner";
import { readRecipe } from "../../lib/gliner/recipe/recipe";
import { loadTrainingData, trackedTest } from "../../lib/gliner/training/recipe-data";
import { type AskedRecords, countsAt, type Found, findAsked } from "../../lib/gliner/training/scoring";
import { environmentOf } from "../../lib/provenance/environment";
import { type Manifest, readManifest } from "../../lib/provenance/manifest";
import { stepOf } from "../run-models";

const THRESHOLDS = [0.5, 0.3];

/** Of the answers at .5: a list a set, a row a sentence. */
type SetCounts = Counts[][];

interface TestSet {
  name: string;
  asked: readonly AskedRecords[];
  /** The sentences, with the gold that is asked for. */
  records: NerRecord[];
}

/** The seven tests under their short names. */
async function testSets(limit: number): Promise<TestSet[]> {
  return Promise.all(
    ZERO_SHOT_SETS.map(async (name) => {
      const test = await trackedTest(`zero-shot:${name}`, limit);
      return { name, asked: [test], records: askedOnly(test.records, test.types) };
    }),
  );
}

/** A recipe's held-out types. */
async function heldOutSet(path: string, limit: number): Promise<TestSet[]> {
  const recipe = readRecipe(path);
  const { heldOut } = await loadTrainingData({ ...recipe, data: { ...recipe.data, eval_records: limit } });
  if (!heldOut) throw new Error(`${path} holds no types out`);
  const records = heldOut.asked.flatMap(({ records, types }) => askedOnly(records, types));
  return [{ name: "held-out types", asked: heldOut.asked, records }];
}

const percent = (value: number) => Number((100 * value).toFixed(2));

/** F1 of each set and their mean. */
function summary(sets: readonly TestSet[], counts: SetCounts): Pick<CurveModel, "average" | "datasets"> {
  const interval = (of: SetCounts): CurveModel["average"] => {
    const { value, low, high } = bootstrapF1(of);
    return { f1: percent(value), ci95: [percent(low), percent(high)] };
  };
  const datasets = sets.map(({ name }, i) => {
    const { precision, recall } = f1Scores(addCounts(counts[i]));
    return { name, ...interval([counts[i]]), precision: percent(precision), recall: percent(recall) };
  });
  return { average: interval(counts), datasets };
}

function compare(
  sets: readonly TestSet[],
  counts: ReadonlyMap<string, SetCounts>,
  model: string,
  other: string,
): CurvePair {
  const [a, b] = [model, other].map((name) => {
    const found = counts.get(name);
    if (!found) throw new Error(`--pair got "${name}", wanted one of ${[...counts.keys()].join(", ")}`);
    return found;
  });
  const points = (of: SetCounts, to: SetCounts): PairedPoints => {
    const { difference, low, high, pPermutation } = compareF1(of, to);
    return { difference: percent(difference), ci95: [percent(low), percent(high)], p: pPermutation };
  };
  const datasets = sets.map(({ name }, i) => ({ name, ...points([a[i]], [b[i]]) }));
  return { model, other, threshold: THRESHOLDS[0], average: points(a, b), datasets };
}

/** What a model finds in each set. */
async function foundBy(folder: string, sets: readonly TestSet[]): Promise<Found[]> {
  const model = await GLiNER.fromPretrained(folder);
  const found: Found[] = [];
  for (const set of sets) {
    process.stderr.write(`${basename(folder)}: ${set.name}\n`);
    const answers = await findAsked(model, set.asked);
    if (answers) found.push(answers);
  }
  model.dispose();
  return found;
}

/** A sentence's line in a file of predictions. */
interface PredictedLine {
  set: string;
  index: number;
  gold?: unknown[];
  mentions?: number;
  predicted: [start: number, end: number, type: string, score: number][];
}

const readPredicted = (path: string): PredictedLine[] =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as PredictedLine);

const mentionsOf = ({ mentions, gold }: PredictedLine) => mentions ?? gold?.length;

/** Matches of a file of predictions. @throws Error where its sentences or gold are not those of the sets */
function countsOfFile(path: string, sets: readonly TestSet[]): SetCounts {
  const lines = readPredicted(path);
  return sets.map(({ name, records }) => {
    const own = lines.filter(({ set }) => set === name).slice(0, records.length);
    if (own.length !== records.length)
      throw new Error(`${path}: ${own.length} sentences of ${name}, wanted ${records.length}`);
    return records.map(({ ner }, i) => {
      if (mentionsOf(own[i]) !== ner.length) throw new Error(`${path}: the gold of ${name} ${i} is another`);
      const predicted = own[i].predicted.map(([start, end, type]): NerRecord["ner"][number] => [start, end, type]);
      return countMatches(ner, predicted);
    });
  });
}

/** The predictions alone: the gold is not the project's to give away. */
function keepPredictions(from: string, to: string): void {
  const lines = readPredicted(from).map((line) => {
    const { set, index, predicted } = line;
    const rounded = predicted.map(([start, end, type, score]) => [start, end, type, Number(score.toFixed(4))]);
    return JSON.stringify({ set, index, mentions: mentionsOf(line), predicted: rounded });
  });
  writeAtomically(to, `${lines.join("\n")}\n`);
}

/** The models that the run kept along the way, and `last` where it is none of them. */
function keptModels(run: string, manifest: Manifest): string[] {
  const steps = readdirSync(run).flatMap((name) => /^step-(\d+)$/.exec(name)?.slice(1).map(Number) ?? []);
  const kept = steps.sort((a, b) => a - b).map((step) => `step-${step}`);
  return kept.includes(`step-${stepOf(manifest, "last")}`) ? kept : [...kept, "last"];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      run: { type: "string" },
      models: { type: "string" },
      also: { type: "string", multiple: true, default: [] },
      limit: { type: "string", default: "1000000" },
      "held-out": { type: "string" },
      beside: { type: "string" },
      name: { type: "string", default: "the other" },
      step: { type: "string" },
      keep: { type: "string" },
      pair: { type: "string", multiple: true, default: [] },
      about: { type: "string", default: "" },
      again: { type: "string", multiple: true, default: [] },
      json: { type: "string" },
    },
  });
  const { run, json, beside, name: besideName } = values;
  if (!run || !json) throw new Error("wanted --run DIR and --json FILE");
  const pairs = values.pair.map((pair) => pair.split(":") as [string, string]);
  await useBackend();
  const recipe = values["held-out"];
  const limit = Number(values.limit);
  const sets = recipe === undefined ? await testSets(limit) : await heldOutSet(recipe, limit);
  const models: CurveModel[] = [];
  const counts = new Map<string, SetCounts>();
  const manifest = readManifest(join(run, "manifest.json"));
  const folders = (values.models?.split(",") ?? keptModels(run, manifest)).map((name) => ({
    folder: join(run, name),
    step: stepOf(manifest, name),
  }));
  for (const { folder, step } of [...folders, ...values.also.map((folder) => ({ folder, step: null }))]) {
    const model = basename(folder);
    const found = await foundBy(folder, sets);
    for (const threshold of THRESHOLDS) {
      const own = found.map((one) => countsAt(one, threshold));
      if (threshold === THRESHOLDS[0]) counts.set(model, own);
      models.push({ model, step, threshold, ...summary(sets, own) });
    }
  }
  if (beside) {
    const own = countsOfFile(beside, sets);
    if (values.keep) keepPredictions(beside, values.keep);
    counts.set(besideName, own);
    const step = values.step === undefined ? null : Number(values.step);
    models.push({ model: besideName, step, threshold: THRESHOLDS[0], ...summary(sets, own) });
  }
  const asked =
    recipe === undefined
      ? "the seven tests, else dropped, labels = sorted types of the whole file"
      : "the recipe's held-out types, asked among other types of the sentence's source";
  const setting = `F1, precision and recall in percent on ${asked}; flat, exact match`;
  const result: StoredCurve = {
    about: [values.about, setting].filter(Boolean).join("; "),
    again: values.again,
    sentences: Object.fromEntries(sets.map(({ name, records }) => [name, records.length])),
    models,
    pairs: pairs.map(([model, other]) => compare(sets, counts, model, other)),
    environment: environmentOf(),
  };
  writeAtomically(json, `${JSON.stringify(result, null, 1)}\n`);
}

void main();
