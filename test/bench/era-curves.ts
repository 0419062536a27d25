/**
 * Python's own 0.1.2 beside `train --recipe v0`, MiniLM, loss by loss: from the same weights, with the same batches and without dropout; then
 * with dropout and each side's own random numbers, and so again on eight records with rates of 0, where only dropout and types are drawn and
 * the means of both sides can be compared. Writes the losses as JSON. What lies in the work folder is not run again, so that
 * several calls with --only may share the runs.
 *
 *     node dist/test/bench/era-curves.js --steps 200 --seeds 3 --dropout-steps 200 --out data/results/era-curves.json
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { useBackend } from "../../lib/backend";
import { loadRecords } from "../../lib/data/named";
import { type NerRecord, recordLine } from "../../lib/data/records";
import { mean, standardDeviation } from "../../lib/evaluate/statistics/mean";
import { writeAtomically } from "../../lib/files/atomic";
import { readJsonObject } from "../../lib/files/json-object";
import { GLiNER } from "../../lib/gliner/gliner";
import { recipeOfItsDay } from "../../lib/gliner/recipe/era-recipes";
import { runRecipe } from "../../lib/gliner/training/run-recipe";
import { randomStream } from "../../lib/random";
import { keysOf, type PythonJob, pythonLine } from "../../lib/study/engines/python/job";
import { runPython } from "../../lib/study/engines/python/run";
import { encoderFolder } from "../../lib/weights/encoders";
import { ROOT } from "../tiny";

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "200" },
    "dropout-steps": { type: "string", default: "200" },
    seeds: { type: "string", default: "3" },
    "still-steps": { type: "string", default: "100" },
    release: { type: "string", default: "0.1.2" },
    only: { type: "string" },
    words: { type: "string", default: "25" },
    work: { type: "string", default: "runs/era-curves" },
    out: { type: "string", default: join(ROOT, "data", "results", "era-curves.json") },
  },
});

const BATCH = 8;
/** The laboratory's: those of v0 belong to its encoder. */
const SIZES = {
  model_name: "sentence-transformers/all-MiniLM-L6-v2",
  hidden_size: 384,
  train_batch_size: BATCH,
  lr_encoder: 1e-4,
  lr_others: 5e-4,
  save_every: 100_000,
  histogram_every: 0,
};

async function main(): Promise<void> {
  await useBackend();
  const counts = [values.steps, values["dropout-steps"], values.seeds, values["still-steps"]].map(Number);
  const [steps, dropoutSteps, seeds, stillSteps] = counts;
  const records = await shortRecords(Math.max(steps, dropoutSteps) * BATCH);
  const wants = (name: string) => values.only === undefined || values.only.split(",").includes(name);
  const same = wants("same") ? await sideBySide(records.slice(0, steps * BATCH), steps) : null;
  const still = stillSteps > 0 && wants("still") ? await atRest(records.slice(0, BATCH), stillSteps) : null;
  // By itself it is put into what is on file.
  if (values.only === "still") {
    const out = String(values.out);
    const whole = { ...readJsonObject(out, "losses"), at_rest_with_dropout: still };
    writeAtomically(out, `${JSON.stringify(whole, null, 1)}\n`);
  }
  const kept = {
    release: values.release,
    recipe: "v0",
    same_batches_without_dropout: same,
    at_rest_with_dropout: still,
  };
  const dropout: unknown[] = [];
  save({ ...kept, with_dropout: { steps: dropoutSteps, runs: dropout } });
  for (let seed = 0; seed < seeds; seed++) {
    if (!wants(String(seed))) continue;
    const run = { steps: dropoutSteps, seed, name: String(seed), rates: {} };
    dropout.push({ seed, ...(await withDropout(records.slice(0, dropoutSteps * BATCH), run)) });
    save({ ...kept, with_dropout: { steps: dropoutSteps, runs: dropout } });
  }
}

function save(result: object): void {
  if (values.only !== undefined) return;
  const command = `node dist/test/bench/era-curves.js --steps ${values.steps} --dropout-steps ${values["dropout-steps"]} --seeds ${values.seeds} --still-steps ${values["still-steps"]} --words ${values.words}`;
  writeAtomically(String(values.out), `${JSON.stringify({ command, ...result }, null, 1)}\n`);
}

/** Records with a mention, of few words: two programs that agree on short ones agree on long ones, and these cost less. */
async function shortRecords(count: number): Promise<NerRecord[]> {
  const all = await loadRecords("corpus:train_no_nc", { keepEmpty: false, recordLabels: false });
  const short = all.filter(({ tokens, ner }) => tokens.length <= Number(values.words) && ner.length > 0);
  const found = randomStream(0, "era curves").shuffle(short).slice(0, count);
  if (found.length < count) throw new Error(`${found.length} records, wanted ${count}`);
  return found.map(({ tokens, ner }) => ({ tokens, ner }));
}

/** The encoder; without dropout where the head has none: its own is a key of its configuration. */
async function encoderOf(dropout: number): Promise<string> {
  const folder = await encoderFolder(SIZES.model_name);
  if (dropout > 0) return folder;
  const still = join(String(values.work), "encoder-still");
  if (existsSync(join(still, "config.json"))) return still;
  mkdirSync(still, { recursive: true });
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isFile()) cpSync(join(folder, entry.name), join(still, entry.name));
  const config = readJsonObject(join(folder, "config.json"), "a configuration");
  const none = { hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 };
  writeAtomically(join(still, "config.json"), JSON.stringify({ ...config, ...none }));
  return still;
}

/** One set of weights under two configurations. @returns the folder */
async function start(dropout: number): Promise<string> {
  const set = settings({ train_data: "sentences:train", dropout, model_name: await encoderOf(dropout) });
  const recipe = recipeOfItsDay("v0", set);
  const folder = join(String(values.work), `start-${dropout}-${values.only ?? "all"}`);
  mkdirSync(folder, { recursive: true });
  const model = await GLiNER.fromConfig(recipe.model, { seed: 0 });
  await model.savePretrained(folder);
  model.dispose();
  return folder;
}

const settings = (more: Record<string, unknown>): string[] =>
  Object.entries({ ...SIZES, max_len: 384, ...more }).map(([key, value]) => `${key}=${JSON.stringify(value)}`);

async function sideBySide(records: readonly NerRecord[], steps: number): Promise<object> {
  const folder = await start(0);
  const python = await theirs(records, { steps, seed: 0, dropout: 0, folder, name: "python-same" });
  const draws = readFileSync(join(python.out, "draws.jsonl"), "utf8").trim().split("\n");
  const batches = draws.map((line) => JSON.parse(line) as { records: number[]; types: string[][] });
  const replayed = batches.flatMap(({ records: indices, types }) =>
    indices.map((i, b) => ({ ...records[i], labels: types[b] })),
  );
  // The run's own order puts each record back to where Python drew it.
  const order = randomStream(0, "order", 0).shuffle(replayed.map((_, i) => i));
  const placed = new Array<NerRecord>(replayed.length);
  for (const [position, index] of order.entries()) placed[index] = replayed[position];
  const ours = await ownRun(placed, {
    steps,
    seed: 0,
    folder,
    name: "ours-same",
    more: { sort_labels: false, random_drop: false },
  });
  const relative = ours.map(
    (loss, i) => Math.abs(loss - Number(python.losses[i])) / Math.abs(Number(python.losses[i])),
  );
  console.log(
    `first 10: ${Math.max(...relative.slice(0, 10)).toExponential(2)}, all: ${Math.max(...relative).toExponential(2)}`,
  );
  return {
    ...python.about,
    steps: ours.length,
    python: python.losses,
    ours,
    relative,
    most_relative_first_10: Math.max(...relative.slice(0, 10)),
    most_relative: Math.max(...relative),
  };
}

interface DropoutRun {
  steps: number;
  seed: number;
  name: string;
  /** Rates other than the laboratory's. */
  rates: Record<string, number>;
}

async function withDropout(
  records: readonly NerRecord[],
  { steps, seed, name, rates }: DropoutRun,
): Promise<{ python: (number | null)[]; ours: number[] }> {
  const folder = await start(0.4);
  const python = await theirs(records, { steps, seed, dropout: 0.4, folder, name: `python-${name}`, more: rates });
  const ours = await ownRun(records, { steps, seed, folder, name: `ours-${name}`, more: rates });
  return { python: python.losses, ours };
}

/** Weights that stay as they are: steps are draws of dropout and types, and both sides must have one mean. */
async function atRest(records: readonly NerRecord[], steps: number): Promise<object> {
  const many = Array.from({ length: steps }, () => records).flat();
  const rates = { lr_encoder: 0, lr_others: 0 };
  const { python, ours } = await withDropout(many, { steps, seed: 0, name: "still", rates });
  const [a, b] = [python.map(Number), ours].map((losses) => ({ mean: mean(losses), error: standardError(losses) }));
  const difference = b.mean - a.mean;
  return { steps, mean: [a.mean, b.mean], difference, standard_error: Math.hypot(a.error, b.error), python, ours };
}

const standardError = (values: readonly number[]) => standardDeviation(values) / Math.sqrt(values.length);

interface TheirRun {
  steps: number;
  seed: number;
  dropout: number;
  folder: string;
  name: string;
  more?: Record<string, unknown>;
}

async function theirs(records: readonly NerRecord[], { steps, seed, dropout, folder, name, more }: TheirRun) {
  const out = join(String(values.work), name);
  mkdirSync(out, { recursive: true });
  const set = settings({ train_data: "sentences:train", dropout, num_steps: steps, seed, ...more });
  const recipe = recipeOfItsDay("v0", set);
  const encoder = await encoderOf(dropout);
  const path = join(out, "records.jsonl");
  writeFileSync(path, records.map((record, i) => pythonLine(record, i, String(values.release))).join(""));
  const job: PythonJob = {
    version: String(values.release),
    ...keysOf(recipe, encoder),
    records: path,
    weights: join(folder, "model.safetensors"),
    draws: join(out, "draws.jsonl"),
    out,
    tests: [],
    floor: 0.05,
  };
  const signal = new AbortController().signal;
  const options = { log: join(out, "log.txt"), environment: { OMP_NUM_THREADS: "1" }, signal };
  const run = await once(join(out, "run.json"), () => runPython(job, options));
  return { ...run, out };
}

interface OwnRun {
  steps: number;
  seed: number;
  folder: string;
  name: string;
  more: Record<string, unknown>;
}

/** `train --recipe v0`, as the verb calls it. */
async function ownRun(records: readonly NerRecord[], { steps, seed, folder, name, more }: OwnRun): Promise<number[]> {
  const out = join(String(values.work), name);
  mkdirSync(out, { recursive: true });
  const data = join(out, "records.jsonl");
  writeFileSync(data, records.map((record) => `${recordLine(record)}\n`).join(""));
  const set = settings({ train_data: data, num_steps: steps, seed, prev_path: folder, ...more });
  return once(join(out, "losses.json"), async () => {
    const losses: number[] = [];
    rmSync(join(out, "run"), { recursive: true, force: true });
    await runRecipe(recipeOfItsDay("v0", set), { out: join(out, "run"), onStep: ({ loss }) => void losses.push(loss) });
    return losses;
  });
}

/** What a file holds, or what is made and kept there. */
async function once<T>(path: string, make: () => Promise<T>): Promise<T> {
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as T;
  const made = await make();
  writeAtomically(path, JSON.stringify(made));
  return made;
}

void main();
