/**
 * Makes data/checkpoint, the model that comes with the project, from a finished run:
 *
 *   node dist/test/write-checkpoint.js --run runs/more-types [--model best] [--before runs/full/best] [--choice more-types-held-out]
 *     [--dev more-types-dev] [--texts more-types-texts] [--results more-types] [--out DIR]
 *
 * Eight bits a value, beside it the run's manifest, its curve (loss and F1 on held-out types) and the card. With --before the card
 * says what the model went on from, with --choice by which table of held-out types the step was chosen, with --results what was
 * measured of it on the seven tests (files of data/results that test/bench/curve.ts wrote), with --texts how it reads texts that
 * no model here was trained on, with --dev that development texts had a part in the choice (what test/bench/passages.ts wrote).
 */
import { copyFileSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PROJECT_ROOT } from "../lib/backend";
import { loadRecords } from "../lib/data/named";
import { readData } from "../lib/data/project";
import { goldTypes } from "../lib/data/records";
import { ZERO_SHOT_SETS } from "../lib/data/zero-shot-tests";
import { type CurveModel, type StoredCurve, storedCurve } from "../lib/evaluate/stored/curve";
import { writeAtomically } from "../lib/files/atomic";
import { readJson } from "../lib/files/json";
import { GLiNER } from "../lib/gliner/gliner";
import { type CardAdditions, modelCard } from "../lib/provenance/card";
import { type Manifest, readManifest } from "../lib/provenance/manifest";
import type { PassageRow, PassageScores } from "./bench/passages";
import { type MeanPart, meanOf, stepOf } from "./run-models";

/** The strictest terms stated by a source of the training data: `fewnerd_inter` and `sgd` are share-alike. */
const LICENCE = "cc-by-sa-4.0";

/** Steps that a loss of the curve is the mean of. */
const WINDOW = 250;

interface Line {
  step: number;
  loss: number;
  devLoss?: number;
  heldOut?: { f1: number; ci95: [number, number]; precision: number; recall: number; threshold: number };
}

/** One point every 250 steps: the mean loss of a step since the last one, and what was evaluated. */
function curveOf(run: string): object[] {
  const text = readFileSync(join(run, "metrics.jsonl"), "utf8").trim();
  const lines = text.split("\n").map((line) => JSON.parse(line) as Line);
  return lines.flatMap(({ step, devLoss, heldOut }) => {
    if (step % WINDOW !== 0) return [];
    const losses = lines.filter((line) => line.step > step - WINDOW && line.step <= step).map(({ loss }) => loss);
    const loss = rounded(losses.reduce((sum, value) => sum + value, 0) / losses.length);
    if (!heldOut) return [{ step, loss }];
    const { f1, ci95, precision, recall, threshold } = heldOut;
    const scores = { threshold, f1: rounded(f1), ci95: ci95.map(rounded), precision: rounded(precision) };
    return [{ step, loss, dev_loss: rounded(devLoss ?? Number.NaN), held_out: { ...scores, recall: rounded(recall) } }];
  });
}

const rounded = (value: number) => Number(value.toPrecision(5));

interface Tables {
  /** Of the model that the run went on from. */
  before?: Manifest;
  choice?: StoredCurve;
  results?: StoredCurve;
  texts?: PassageScores;
  /** As `texts`, of the development texts: by the mean of both the step was chosen. */
  dev?: PassageScores;
  /** Of which models' weights this is the mean. */
  mean?: readonly MeanPart[];
  /** Types of the seven tests, and those of them that training had under no such name. */
  tested?: { types: number; unseen: string[] };
}

function additions(
  manifest: Manifest,
  model: string,
  { before, choice, results, texts, dev, tested, mean }: Tables,
): CardAdditions {
  const stored = [
    "## What is stored",
    `${whichModel(manifest, model, mean)} Matrices have eight bits a value and a scale for each row, vectors are float32; \`manifest.json\` is the run's own, \`curve.json\` its loss and its F1 on held-out types.`,
    ...(before ? [cameFrom(before)] : []),
    ...(choice ? [howChosen(choice, model, dev)] : []),
  ];
  const terms = [
    "## Terms",
    "Weights: CC BY-SA 4.0, as two of the training sources ask for (see below); where the original set of a source carries further terms, they are for the user to read. The text itself is not part of the project.",
  ];
  return {
    frontMatter: { license: LICENCE, ...(before && { base_model: before.weights.start }) },
    sections: [
      stored,
      ...(texts ? [ownTexts(texts)] : []),
      ...(results ? [benchmark(results, tested)] : []),
      terms,
    ].map((parts) => parts.join("\n\n")),
    python:
      'Python does not read eight-bit weights; `await model.savePretrained("for-python")` writes the folder for `GLiNER.from_pretrained`.',
  };
}

/** The step, or for a mean the runs and steps that it is the mean of. */
function whichModel(manifest: Manifest, model: string, mean?: readonly MeanPart[]): string {
  if (!mean) return `The model of step ${stepOf(manifest, model)}.`;
  const parts = mean.map(({ model: name, share, step, seed }) =>
    seed === undefined ? `${share} of ${name}` : `${share} of step ${step} of the run with seed ${seed}`,
  );
  return `The mean of ${mean.length} models' weights: ${parts.join(", ")}. This card's run and \`curve.json\` are those of the first.`;
}

function cameFrom({ config, data, result, weights }: Manifest): string {
  const { num_steps, seed } = config.training as Record<string, unknown>;
  return `It went on from a model that was trained on ${data.train_data.name} before: ${result.best?.step ?? result.steps} of ${num_steps} steps, seed ${seed}, starting from ${weights.start}. What this card and the manifest call \`data/checkpoint\` is that model, which lay there before.`;
}

/** The table by which the step was chosen. @throws Error where the model is not in it */
function howChosen({ models, sentences }: StoredCurve, name: string, dev?: PassageScores): string {
  const candidates = models.filter(({ threshold }) => threshold === 0.5);
  const own = candidates.find(({ model }) => model === name);
  if (!own) throw new Error(`--choice has no model "${name}" at .5, wanted one of its ${candidates.length}`);
  const heldOut = `F1 at .5 on ${total(sentences)} sentences asked for the held-out types`;
  const scores = `${own.average.f1.toFixed(1)} % (${interval(own)})`;
  const flattered = "the highest of several, so a little flattered";
  if (!dev) return `Chosen among ${candidates.length} models by ${heldOut}: ${scores}; ${flattered}.`;
  const [texts] = passages(dev, name).filter(({ threshold, types }) => threshold === 0.5 && types === "all");
  const developed = `${texts.f1.toFixed(1)} % (${interval({ average: texts })})`;
  return `Chosen among ${candidates.length} models (steps that were kept, means of the last with the model before, that model itself) by the mean of two: ${heldOut}, ${scores}, and F1 at .5 on ${texts.texts} texts of ${texts.set} asked for their own types, ${developed}; ${flattered}.`;
}

const total = (sentences: StoredCurve["sentences"]) => Object.values(sentences).reduce((sum, value) => sum + value, 0);
const interval = ({ average }: Pick<CurveModel, "average">) =>
  average.ci95.map((value) => value.toFixed(1)).join(" to ");

/** What was measured of this folder on the seven tests. */
function benchmark({ models, sentences }: StoredCurve, tested?: Tables["tested"]): string[] {
  const own = models.filter(({ model }) => model === "checkpoint");
  const rows = own.map(({ threshold, average, datasets }) => {
    const cells = datasets.map(({ f1 }) => f1.toFixed(1));
    return `| ${threshold} | ${average.f1.toFixed(1)} (${interval({ average })}) | ${cells.join(" | ")} |`;
  });
  const names = own[0]?.datasets.map(({ name }) => name) ?? [];
  const head = `| threshold | mean F1 (95 %) | ${names.join(" | ")} |\n|${"---|".repeat(names.length + 2)}`;
  return [
    "## Zero-shot, the seven tests",
    `F1 in percent, exact match, ${total(sentences)} sentences, the type \`else\` dropped, labels in sorted order; nothing was chosen by it.`,
    `${head}\n${rows.join("\n")}`,
    ...(tested
      ? [
          `Of the ${tested.types} types of these tests ${tested.types - tested.unseen.length} were trained under their own name (the sentences were not seen), all but ${tested.unseen.join(", ")}.`,
        ]
      : []),
  ];
}

/** The rows of a model that have an F1. */
function passages({ rows }: PassageScores, name: string): PassageRow[] {
  return rows.filter((row): row is PassageRow => row.model === name && "f1" in row);
}

/** The seven tests' types but `else`, and those that no training example had under this name. */
async function testedTypes(trained: object): Promise<Tables["tested"]> {
  const sets = await Promise.all(ZERO_SHOT_SETS.map((set) => loadRecords(`zero-shot:${set}`)));
  const types = new Set(sets.flatMap((set) => goldTypes(set)).map((type) => type.toLowerCase()));
  types.delete("else");
  return { types: types.size, unseen: [...types].filter((type) => !Object.hasOwn(trained, type)) };
}

/** What was measured of this folder, "checkpoint", on texts of the project and of sources that no training had. */
function ownTexts(scores: PassageScores): string[] {
  const { part } = scores;
  const own = passages(scores, "checkpoint");
  const at = (threshold: number, { set, types }: PassageRow) =>
    own.find((row) => row.threshold === threshold && row.set === set && row.types === types);
  const cell = (row?: PassageRow) => (row ? `${row.f1.toFixed(1)} (${interval({ average: row })})` : "-");
  const lines = own
    .filter(({ threshold, types }) => threshold === 0.5 && types !== "trained")
    .map((row) => {
      const name = row.types === "all" ? row.set : `${row.set}, types whose name no training example had`;
      return `| ${name} | ${row.texts} | ${row.support} | ${cell(row)} | ${cell(at(0.3, row))} |`;
    });
  return [
    "## Texts that it was not trained on",
    `F1 in percent, exact match, each text asked for its own types and others of its domain (\`test/bench/passages.ts --part ${part}\`). The project's own texts are of the same writer as two thirds of what it learnt from. Six general types: person, city, country, organization, date, company; an answer that is right by one reading only (a child's name as a person where the text marks children) counts neither way.`,
    `| set | texts | mentions | at .5 (95 %) | at .3 (95 %) |\n|---|---|---|---|---|\n${lines.join("\n")}`,
  ];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      run: { type: "string" },
      before: { type: "string" },
      texts: { type: "string" },
      dev: { type: "string" },
      model: { type: "string", default: "best" },
      choice: { type: "string" },
      results: { type: "string" },
      out: { type: "string", default: join(PROJECT_ROOT, "data", "checkpoint") },
    },
  });
  const { run, before, texts, dev, model: name, choice, results, out } = values;
  if (!run) throw new Error("wanted --run DIR");
  const manifest = readManifest(join(run, "manifest.json"));
  const table = (stored?: string) => (stored === undefined ? undefined : storedCurve(stored));
  const read = (stored?: string) =>
    stored === undefined ? undefined : (readData("results", `${stored}.json`) as PassageScores);
  const trained = readJson(join(run, "types.json")) as object;
  const tables: Tables = {
    before: before === undefined ? undefined : readManifest(join(before, "manifest.json")),
    choice: table(choice),
    results: table(results),
    texts: read(texts),
    dev: read(dev),
    mean: meanOf(join(run, name)),
    tested: results === undefined ? undefined : await testedTypes(trained),
  };
  const card = modelCard(manifest, additions(manifest, name, tables));
  const curve = `${JSON.stringify(curveOf(run), null, 1)}\n`;
  const model = await GLiNER.fromPretrained(join(run, name));
  // Only now: whatever cannot be read leaves the model that is there.
  rmSync(out, { recursive: true, force: true });
  await model.savePretrained(out, { precision: "int8" });
  model.dispose();
  copyFileSync(join(run, "manifest.json"), join(out, "manifest.json"));
  // Thousands of types: a line each would be a share of the folder's 30 MB.
  writeAtomically(join(out, "types.json"), JSON.stringify(trained));
  writeAtomically(join(out, "curve.json"), curve);
  writeAtomically(join(out, "README.md"), card);
}

void main();
