/**
 * What each scoring decision is worth: one model's predictions for the seven sets under every preset, at three thresholds.
 *
 *   node dist/test/bench/presets.js --asked gliner=DIR --asked workbook=DIR ... --about TEXT --json FILE
 *
 * DIR holds the predictions that `evaluate --preset NAME --predictions` made, of one model; the first NAME is gliner, and every
 * preset is scored on its predictions. The others show what a prompt of their own changes.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { goldTypes } from "../../lib/data/records";
import { findSource } from "../../lib/data/sources";
import { ZERO_SHOT_SETS, zeroShotTest } from "../../lib/data/zero-shot-tests";
import { type BenchmarkSet, comparePresets, type PresetScores } from "../../lib/evaluate/benchmark";
import { type Predictions, readPredictions } from "../../lib/evaluate/predictions/predictions";
import { addCounts, type Counts } from "../../lib/evaluate/scoring/metrics";
import { PRESETS, presetOf } from "../../lib/evaluate/scoring/presets";
import { bootstrapDifference } from "../../lib/evaluate/statistics/paired";
import { type PresetRow, presetRow, type StoredPresets } from "../../lib/evaluate/stored/presets";
import { writeAtomically } from "../../lib/files/atomic";

/** Of the presets' own first; what a decision is worth hangs on the threshold, so lower ones are shown too. */
const THRESHOLDS = [0.5, 0.3, 0.1];
/** Where the counts of sentences are kept. */
const COUNTS_AT = THRESHOLDS[0];

/** The tests are files of a commit, whose hash the manifest states. */
function sha256OfSource(id: string): string {
  const source = findSource(id);
  if ("hub" in source) throw new Error(`${id} is a file of the hub`);
  return source.sha256;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { asked: { type: "string", multiple: true }, about: { type: "string" }, json: { type: "string" } },
  });
  const asked = (values.asked ?? []).map((entry) => entry.split("=") as [name: string, folder: string]);
  if (asked[0]?.[0] !== "gliner" || !values.json) throw new Error("wanted --asked gliner=DIR first, and --json FILE");
  const sets: BenchmarkSet[] = [];
  for (const name of ZERO_SHOT_SETS) {
    const records = await zeroShotTest(name);
    sets.push({ name, records, types: goldTypes(records) });
  }
  const answers = asked.map(([, folder]) => readFolder(folder));
  const rows: PresetRow[] = [];
  let kept: Counts[][] = [];
  for (const threshold of THRESHOLDS) {
    const scored = comparePresets(orderedPresets(), sets, answers[0], { threshold });
    rows.push(...scored.map((row) => presetRow(row, "gliner")));
    for (const [i, [name]] of asked.entries()) {
      if (i === 0) continue;
      const [own] = comparePresets([presetOf(name)], sets, answers[i], { threshold });
      rows.push(presetRow(against(scored[0], own), name));
    }
    if (threshold === COUNTS_AT) kept = scored[0].counts;
  }
  const { model } = answers[0][0].header;
  if (answers.flat().some(({ header }) => header.model.sha256 !== model.sha256))
    throw new Error("predictions of two models");
  const result: StoredPresets = {
    about:
      "What each scoring decision is worth: one model, the seven zero-shot tests, every preset at three thresholds; F1 in 0..1, intervals over sentences",
    again: commands(asked, values.about ?? ""),
    manifest: {
      model: { ...model, about: values.about ?? "" },
      sets: sets.map((set, i) => ({
        name: set.name,
        texts: set.records.length,
        mentions: mentionsOf(kept[i]),
        source_sha256: sha256OfSource(set.name),
        words_sha256: answers[0][i].header.data.sha256,
      })),
      node: process.version,
      date: new Date().toISOString().slice(0, 10),
    },
    rows,
    counts: {
      threshold: COUNTS_AT,
      sets: Object.fromEntries(
        sets.map(({ name }, i) => [
          name,
          kept[i].flatMap(({ truePositives, falsePositives, falseNegatives }) => [
            truePositives,
            falsePositives,
            falseNegatives,
          ]),
        ]),
      ),
    },
  };
  writeAtomically(values.json, compact(result));
}

/** `gliner` first: the others are held against it. Those that only differ by threshold or prompt would be its row again. */
const orderedPresets = () => [
  presetOf("gliner"),
  ...PRESETS.filter(({ name }) => !["gliner", "workbook", "threshold-.3"].includes(name)),
];

function readFolder(folder: string): Predictions[] {
  const [model, ...others] = readdirSync(folder);
  if (others.length) throw new Error(`${folder} holds predictions of several models`);
  return ZERO_SHOT_SETS.map((name) => readPredictions(join(folder, model, `${name}.jsonl`)));
}

/** A preset that asked itself, held against gliner's answers to gliner's question. */
function against(first: PresetScores, own: PresetScores): PresetScores {
  const { low, high } = bootstrapDifference(own.counts, first.counts);
  return { ...own, difference: { f1: own.average.f1 - first.average.f1, ci95: [low, high] } };
}

function mentionsOf(counts: Counts[]): number {
  const { truePositives, falseNegatives } = addCounts(counts);
  return truePositives + falseNegatives;
}

function commands(asked: [string, string][], about: string): string[] {
  const data = ZERO_SHOT_SETS.map((name) => `zero-shot:${name}`).join(" ");
  const predicted = asked.map(
    ([name]) => `npm run -s evaluate -- --model MODEL --data ${data} --preset ${name} --predictions runs/asked-${name}`,
  );
  const folders = asked.map(([name]) => `--asked ${name}=runs/asked-${name}`).join(" ");
  const again = `node dist/test/bench/presets.js ${folders} --about ${JSON.stringify(about)} --json data/results/zero-shot-presets.json`;
  return [...predicted, again];
}

/** A line a row, so that a difference of two runs can be read. */
function compact({ rows, counts, ...head }: StoredPresets): string {
  const lines = (items: readonly unknown[]) => items.map((item) => `    ${JSON.stringify(item)}`).join(",\n");
  const sets = Object.entries(counts.sets).map(([name, numbers]) => `      "${name}": ${JSON.stringify(numbers)}`);
  const body = JSON.stringify(head, null, 2).slice(0, -2);
  return `${body},\n  "rows": [\n${lines(rows)}\n  ],\n  "counts": {\n    "threshold": ${counts.threshold},\n    "sets": {\n${sets.join(",\n")}\n    }\n  }\n}\n`;
}

if (require.main === module) void main();
