import { basename } from "node:path";
import { useBackend } from "../backend";
import { loadRecords } from "../data/named";
import { type NerRecord, typesOf } from "../data/records";
import { UserError, usageError } from "../errors";
import { bootstrapF1 } from "../evaluate/bootstrap";
import type { Evaluation } from "../evaluate/zero-shot";
import { GLiNER } from "../gliner/gliner";
import { Progress } from "../train/progress";
import { type Command, number, required, runCommand, type Values, whole } from "./command";
import { readLabels } from "./labels";

export const command: Command = {
  name: "evaluate",
  summary: "Zero-shot evaluation: exact-match micro F1 of every file, with 95 % intervals, and their unweighted mean.",
  usage: "--model DIR --data FILE.jsonl... [--labels FILE|a,b] [--threshold .5] [--nested] [--drop else] --json OUT",
  help: [
    ["--model DIR", "a model folder, of Python or of this project"],
    ["--data FILE...", "files of records, or zero-shot:NAME for a public test; may be repeated or follow one another"],
    [
      "--labels a,b",
      "the types asked, or a file with one a line or a JSON list; default: the sorted gold types of the file",
    ],
    ["--threshold N", "spans with a greater probability count (default 0.5)"],
    ["--nested", "an entity may lie inside another"],
    ["--multi-label", "one span may have several labels"],
    ["--drop a,b", "types left out of the labels and of the gold, such as else"],
    ["--limit N", "only the first N records of each file; the types are still those of the whole file"],
    ["--batch-size N", "texts computed at once (default 8)"],
    ["--seed N", "of the bootstrap (default 0)"],
  ],
  options: {
    model: { type: "string" },
    data: { type: "string", multiple: true },
    labels: { type: "string" },
    threshold: { type: "string" },
    nested: { type: "boolean" },
    "multi-label": { type: "boolean" },
    drop: { type: "string", multiple: true },
    limit: { type: "string" },
    "batch-size": { type: "string" },
    seed: { type: "string" },
  },
  allowPositionals: true,
  async run(values, positionals) {
    const folder = required(values, "model", command);
    const files = [...list(values.data), ...positionals];
    if (files.length === 0) throw usageError(`--data is missing; wanted: ${command.usage}`);
    const labels = typeof values.labels === "string" ? readLabels(values.labels) : undefined;
    const options = readOptions(values);
    const sets = await Promise.all(files.map((file) => openSet(file, labels, list(values.drop), options.limit)));
    const info = await useBackend();
    const model = await GLiNER.fromPretrained(folder);
    const results: Evaluation[] = [];
    for (const set of sets) results.push(await evaluateSet(model, set, options));
    if (model.wordsLost) process.stderr.write(`${model.wordsLost} words were not read: their texts are too long.\n`);
    model.dispose();
    const datasets = results.map(({ precision, recall, f1, ci95, support, types }, i) => {
      return { name: sets[i].name, precision, recall, f1, ci95, support, types };
    });
    const { value, low, high } = bootstrapF1(
      results.map((result) => result.thresholds[0].counts),
      { seed: options.seed },
    );
    process.stdout.write(report(datasets, value, low, high));
    return { model: folder, backend: info.library, datasets, average: { f1: value, ci95: [low, high] } };
  },
};

interface EvaluationSet {
  name: string;
  records: NerRecord[];
  types: string[];
}

interface Options {
  threshold: number;
  flatNer: boolean;
  multiLabel: boolean;
  batchSize: number;
  seed: number;
  limit: number;
}

function readOptions(values: Values): Options {
  return {
    threshold: number(values, "threshold", 0.5, 0, 1),
    flatNer: !values.nested,
    multiLabel: values["multi-label"] === true,
    batchSize: whole(values, "batch-size", 8, 1, 10_000),
    seed: whole(values, "seed", 0, 0, Number.MAX_SAFE_INTEGER),
    limit: whole(values, "limit", Number.POSITIVE_INFINITY, 1, Number.POSITIVE_INFINITY),
  };
}

async function openSet(
  file: string,
  labels: string[] | undefined,
  drop: string[],
  limit: number,
): Promise<EvaluationSet> {
  const dropped = new Set(drop.flatMap((item) => item.split(",")).map((item) => item.trim()));
  const records = await loadRecords(file);
  const types = (labels ?? typesOf(records)).filter((type) => !dropped.has(type));
  const known = new Set([...(labels ?? []), ...typesOf(records)]);
  for (const type of dropped)
    if (!known.has(type)) process.stderr.write(`--drop ${type}: neither the labels nor ${file} have such a type.\n`);
  if (types.length === 0) throw new UserError(`${file}: no entity type is left to ask for; give --labels.`);
  const kept = records.slice(0, limit).map((record) => ({
    ...record,
    ner: record.ner.filter(([, , label]) => !dropped.has(label)),
  }));
  return { name: basename(file).replace(/^(zero-shot|corpus):|\.jsonl?(\.gz)?$/g, ""), records: kept, types };
}

async function evaluateSet(model: GLiNER, set: EvaluationSet, options: Options): Promise<Evaluation> {
  const progress = new Progress(set.records.length);
  return model.evaluate(set.records, {
    entityTypes: set.types,
    thresholds: [options.threshold],
    flatNer: options.flatNer,
    multiLabel: options.multiLabel,
    batchSize: options.batchSize,
    seed: options.seed,
    onProgress: (done) => progress.show(done, set.name),
  });
}

type Row = { name: string } & Pick<Evaluation, "precision" | "recall" | "f1" | "ci95" | "support" | "types">;

function report(datasets: readonly Row[], value: number, low: number, high: number): string {
  const percent = (share: number) => (100 * share).toFixed(2).padStart(6);
  const width = Math.max(8, ...datasets.map(({ name }) => name.length));
  const lines = datasets.map(({ name, precision, recall, f1, ci95, support, types }) => {
    const interval = `${percent(ci95[0])} -${percent(ci95[1])}`;
    return `${name.padEnd(width)}  ${percent(precision)}  ${percent(recall)}  ${percent(f1)}  ${interval}  ${String(support).padStart(7)}  ${String(types).padStart(5)}`;
  });
  const head = `${"data set".padEnd(width)}       P       R      F1  95 % interval   support  types`;
  const average = `${"average".padEnd(width)}                  ${percent(value)}  ${percent(low)} -${percent(high)}`;
  return `${[head, ...lines, average].join("\n")}\n`;
}

const list = (value: Values[string]): string[] => (Array.isArray(value) ? value.map(String) : []);

if (require.main === module) void runCommand(command);
