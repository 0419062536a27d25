/** `evaluate`: precision, recall and F1 of models on annotated data, also under other scoring rules or side by side. */
import { loadRecords } from "../data/named";
import { goldTypes } from "../data/records";
import { ZERO_SHOT_SETS } from "../data/zero-shot-tests";
import { usageError } from "../errors";
import { type BenchmarkSet, comparePresets, type PresetScores } from "../evaluate/benchmark";
import { howAsked } from "../evaluate/predictions/predict";
import { type Asking, labelsAsked } from "../evaluate/prompts/asking";
import type { Counts } from "../evaluate/scoring/metrics";
import { askedLabels, PRESETS, type Preset, presetOf, rulesOf } from "../evaluate/scoring/presets";
import { PLAIN_RULES, type ScoringRules } from "../evaluate/scoring/scoring";
import { compareF1 } from "../evaluate/statistics/paired";
import { amongPublished } from "../evaluate/stored/published-scores";
import type { ShardQueue } from "../gliner/shards/order";
import { ASKING_HELP, ASKING_OPTIONS, readAsking } from "./asking";
import { columns } from "./columns";
import { type Command, ruled, runCommand, type Values, whole } from "./command";
import { comparisonReport, presetsReport, scoresReport, unrepresentableReport } from "./evaluation-report";
import {
  evaluateModel,
  floorFor,
  identified,
  type ModelEvaluation,
  type ModelPredictions,
  predictSets,
  savedPredictions,
} from "./evaluation-run";
import { openSet } from "./evaluation-sets";
import { withFamiliarity } from "./familiarity";
import { readLabels } from "./labels";
import { promisedThresholds } from "./promised-thresholds";
import { checkLease, QUEUE_HELP, QUEUE_OPTIONS, withQueue } from "./queue";

export const command: Command = {
  name: "evaluate",
  summary: "Zero-shot evaluation: exact-match micro F1 of every file, with 95 % intervals, and their unweighted mean.",
  usage: "--model DIR --data FILE.jsonl... [--labels FILE|a,b] [--threshold .5] [--nested] [--drop else] --json OUT",
  help: [
    [
      "--model DIR",
      "a model folder, of Python or of this project, or owner/name of the hub; several are compared with the first",
    ],
    ["--data FILE...", "files of records, or zero-shot:NAME for a public test; may be repeated or follow one another"],
    [
      "--labels a,b",
      "the types asked, or a file with one a line or a JSON list; default: the sorted gold types of the file",
    ],
    ["--threshold N", "spans with a greater probability count (default 0.5, or the preset's)"],
    [
      "--thresholds FILE",
      "writes instead of scores a threshold for each type that keeps the promise of --recall, for predict --threshold FILE; from some 50 sentences",
    ],
    [
      "--recall N",
      "with --thresholds: the share of a new sentence's mentions of a type that is to be found, such as .9",
    ],
    ["--nested", "an entity may lie inside another"],
    ["--multi-label", "one span may have several labels"],
    ["--drop a,b", "types left out of the labels and of the gold, such as else"],
    [
      "--preset a,b",
      `a named way of asking and scoring, the first one asks: ${PRESETS.map(({ name }) => name).join(", ")}`,
    ],
    [
      "--predictions DIR",
      "keeps every candidate above .05; goes on where a run was ended; without --model scores those there",
    ],
    ["--details", "also by type, by width, and by other ways of matching (in the JSON)"],
    ["--trained-on DATA", "with --details: seen and unseen types, by the types of this data"],
    ["--published", "shows what others have reported beside the result"],
    ["--limit N", "only the first N records of each file; the types are still those of the whole file"],
    ["--batch-size N", "texts computed at once (default 8)"],
    ...ASKING_HELP,
    ["--fail-on-truncation", "ends with 1 where words of a text were not read"],
    ["--seed N", "of the bootstrap (default 0)"],
    ...QUEUE_HELP,
  ],
  options: {
    model: { type: "string", multiple: true },
    data: { type: "string", multiple: true },
    labels: { type: "string" },
    threshold: { type: "string" },
    thresholds: { type: "string" },
    recall: { type: "string" },
    nested: { type: "boolean" },
    "multi-label": { type: "boolean" },
    drop: { type: "string", multiple: true },
    preset: { type: "string", multiple: true },
    predictions: { type: "string" },
    details: { type: "boolean" },
    "trained-on": { type: "string" },
    published: { type: "boolean" },
    limit: { type: "string" },
    "batch-size": { type: "string" },
    ...ASKING_OPTIONS,
    "fail-on-truncation": { type: "boolean" },
    seed: { type: "string" },
    ...QUEUE_OPTIONS,
  },
  allowPositionals: true,
  async run(values, positionals) {
    const options = readOptions(values, positionals);
    if (values.thresholds !== undefined || values.recall !== undefined) return promisedThresholds(values, options);
    const sets = await Promise.all(
      options.files.map((file) => openSet(file, { ...options, splitter: options.asking.splitter })),
    );
    checkNames(sets, options.folder);
    const evaluated = await (values.queue === undefined
      ? evaluateAll(options, sets)
      : withQueue(values, (queue) => evaluateAll(options, sets, queue)));
    const comparisons = evaluated.slice(1).map((one) => compareWith(evaluated[0], one, sets, options.seed));
    const results = evaluated.map(({ evaluation, presets }) => (presets ? { ...evaluation, presets } : evaluation));
    const published = options.published
      ? showPublished(
          evaluated.map(({ evaluation }) => evaluation),
          sets,
        )
      : undefined;
    const shared = published ? { published } : {};
    return results.length === 1 ? { ...results[0], ...shared } : { models: results, comparisons, ...shared };
  },
};

interface Options {
  models: string[];
  files: string[];
  labels?: string[];
  drop: string[];
  limit: number;
  presets: Preset[];
  asks: string;
  /** Where it was given; else it is the presets' own, or .5. */
  threshold?: number;
  rules: ScoringRules;
  folder?: string;
  details: boolean;
  trainedOn?: string;
  published: boolean;
  batchSize: number;
  asking: Asking;
  failOnTruncation: boolean;
  seed: number;
}

function readOptions(values: Values, positionals: string[]): Options {
  const models = list(values.model);
  const files = [...list(values.data), ...positionals];
  const folder = text(values.predictions);
  if (models.length === 0 && folder === undefined) throw usageError(`--model is missing; wanted: ${command.usage}`);
  if (values.queue !== undefined && (folder === undefined || models.length === 0))
    throw usageError("--queue wants --model and --predictions DIR: what comes back is kept there.");
  if (files.length === 0) throw usageError(`--data is missing; wanted: ${command.usage}`);
  const idle = models.length === 0 ? OF_A_MODEL.find((name) => values[name] !== undefined) : undefined;
  if (idle)
    throw usageError(
      `--${idle} is for asking, and without --model nothing is asked: the answers on file are as they were given; leave one out, or give --model.`,
    );
  checkLease(values);
  const presets = words(values.preset).map(presetOf);
  if (presets.length && (values.nested || values["multi-label"]))
    throw usageError("--preset says itself how answers are decoded; leave --nested and --multi-label out.");
  if (values["trained-on"] && !values.details) throw usageError("--trained-on is for --details; give both.");
  const threshold = ruled(values, "threshold", "threshold");
  const rules = { ...PLAIN_RULES, flatNer: !values.nested, multiLabel: values["multi-label"] === true };
  return {
    models,
    files,
    labels: typeof values.labels === "string" ? readLabels(values.labels) : undefined,
    drop: words(values.drop),
    limit: whole(values, "limit", Number.POSITIVE_INFINITY, 1, Number.POSITIVE_INFINITY),
    presets,
    asks:
      models.length === 0
        ? ""
        : `, asked ${presets.length ? `as the preset ${presets[0].name} does` : "in sorted order"}`,
    threshold,
    rules: { ...rules, threshold: threshold ?? rules.threshold },
    folder,
    details: values.details === true,
    trainedOn: text(values["trained-on"]),
    published: values.published === true,
    batchSize: ruled(values, "batch-size", "batchSize") ?? 8,
    asking: readAsking(values),
    failOnTruncation: values["fail-on-truncation"] === true,
    seed: ruled(values, "seed", "seed") ?? 0,
  };
}

/** One model, its scores, and the counts that comparisons need. */
interface Evaluated {
  evaluation: ModelEvaluation;
  counts: Counts[][];
  presets?: Omit<PresetScores, "counts">[];
}

async function evaluateAll(options: Options, sets: readonly BenchmarkSet[], queue?: ShardQueue): Promise<Evaluated[]> {
  const { models, presets, folder, batchSize, asking, failOnTruncation, threshold } = options;
  const labels = sets.map(({ name, types }) =>
    labelsAsked(asking, presets.length ? askedLabels(presets[0], name, types) : types),
  );
  const settings = {
    labels,
    floor: floorFor(threshold ?? PLAIN_RULES.threshold),
    batchSize,
    asking,
    failOnTruncation,
    folder,
    queue,
  };
  const trainedOn = options.trainedOn ? new Set(goldTypes(await loadRecords(options.trainedOn))) : undefined;
  if (models.length === 0)
    return Promise.all(
      savedPredictions(folder ?? "", sets, { failOnTruncation }).map((answers) =>
        score(answers, sets, options, trainedOn),
      ),
    );
  const evaluated: Evaluated[] = [];
  for (const model of await Promise.all(models.map(identified)))
    evaluated.push(await score(await predictSets(model, sets, settings), sets, options, trainedOn));
  return evaluated;
}

/** Scores one model's answers and prints its tables. */
async function score(
  answers: ModelPredictions,
  sets: readonly BenchmarkSet[],
  { rules, presets, threshold, seed, details, models, asking }: Options,
  trainedOn?: ReadonlySet<string>,
): Promise<Evaluated> {
  const [first] = presets;
  const rulesFor = (set: string) =>
    first ? { ...rulesOf(first, set), ...(threshold === undefined ? {} : { threshold }) } : rules;
  const { evaluation: scored, counts, lost } = evaluateModel(answers, sets, rulesFor, { seed, details, trainedOn });
  // Without --model the answers carry a name and no folder.
  const { model, backend, ...scores } = models.length ? await withFamiliarity(scored, answers.model, sets) : scored;
  const asked = models.length ? asking : (answers.predictions[0].header.asked ?? {});
  const evaluation = { model, backend, ...(Object.keys(asked).length ? { asked } : {}), ...scores };
  if (models.length !== 1) process.stdout.write(`\n${evaluation.model}\n`);
  if (evaluation.asked) process.stdout.write(`asked ${howAsked(evaluation.asked)}\n`);
  process.stdout.write(scoresReport(evaluation));
  lost.forEach((one, i) => void process.stdout.write(unrepresentableReport(sets[i].name, one)));
  if (presets.length === 0) return { evaluation, counts };
  const rows = comparePresets(presets, sets, answers.predictions, { threshold, seed });
  process.stdout.write(`\n${presetsReport(rows)}`);
  return { evaluation, counts, presets: rows.map(({ counts: _, ...row }) => row) };
}

function compareWith(first: Evaluated, other: Evaluated, sets: readonly BenchmarkSet[], seed: number) {
  const average = compareF1(other.counts, first.counts, { seed });
  const datasets = sets.map(({ name }, i) => {
    return { name, ...compareF1([other.counts[i]], [first.counts[i]], { seed }) };
  });
  const [a, b] = [other.evaluation.model, first.evaluation.model];
  const rows = [...datasets.map((row) => [row.name, row] as const), ["average", average] as const];
  process.stdout.write(`\n${comparisonReport(a, b, rows)}`);
  return { a, b, average, datasets };
}

/** What others report, with the runs of this call among it. */
function showPublished(runs: readonly ModelEvaluation[], sets: readonly BenchmarkSet[]) {
  const names = sets.map(({ name }) => name);
  if (!ZERO_SHOT_SETS.every((set) => names.includes(set)))
    process.stderr.write(
      `published averages are over the seven sets; that of this run is over ${names.join(", ")} only.\n`,
    );
  const own = runs.map(({ model, datasets, average }) => ({
    model,
    scores: Object.fromEntries(datasets.map(({ name, f1 }) => [name, 100 * f1])),
    average: 100 * average.f1,
    setting: "this run",
  }));
  const rows = amongPublished(own, names);
  const head = ["model", "average", ...names, "from"];
  process.stdout.write(`\n${columns([head, ...rows.map((row) => head.map((key) => String(row[key] ?? "")))])}`);
  return rows;
}

/** Two sets of one name would share a file of predictions. */
function checkNames(sets: readonly BenchmarkSet[], folder: string | undefined): void {
  const names = sets.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (folder && twice) throw usageError(`--predictions: two files of --data are called ${twice}; rename one.`);
}

/** Options that change nothing of answers that are there already. The splitter does: texts split otherwise are other texts. */
const OF_A_MODEL = [...Object.keys(ASKING_OPTIONS).filter((name) => name !== "splitter"), "batch-size"];

const list = (value: Values[string]): string[] => (Array.isArray(value) ? value.map(String) : []);
const text = (value: Values[string]): string | undefined => (typeof value === "string" ? value : undefined);
const words = (value: Values[string]): string[] =>
  list(value).flatMap((item) => item.split(",").flatMap((word) => word.trim() || []));

if (require.main === module) void runCommand(command);
