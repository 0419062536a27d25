import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { backendInfo, useBackend } from "../backend";
import { loadRecords } from "../data/named";
import { usageError } from "../errors";
import { GLiNER } from "../gliner/gliner";
import { type Recipe, readRecipe } from "../gliner/recipe";
import { type TrainingReport, train } from "../gliner/train";
import { describeHead } from "../model/describe";
import { Progress } from "../train/progress";
import { writeAtomically } from "../weights/atomic";
import { type Command, required, runCommand } from "./command";

export const command: Command = {
  name: "train",
  summary:
    "Trains GLiNER as a recipe says; the run folder holds last/ (model and optimiser), metrics.jsonl and run.json.",
  usage: "--config FILE.yaml [--set key=value]... --out DIR [--resume]",
  help: [
    ["--config FILE", "the recipe, for example data/recipes/quick.yaml"],
    ["--set key=value", "overrides a key of the recipe; may be repeated"],
    ["--out DIR", "the run folder"],
    ["--resume", "goes on from DIR/last; starts at step 0 where there is none"],
  ],
  options: {
    config: { type: "string" },
    set: { type: "string", multiple: true },
    out: { type: "string" },
    resume: { type: "boolean" },
  },
  async run(values) {
    const overrides = (Array.isArray(values.set) ? values.set : []).map(String);
    const recipe = readRecipe(required(values, "config", command), overrides);
    return trainRecipe(recipe, required(values, "out", command), values.resume === true);
  },
};

/** Runs a recipe into a folder; SIGINT and SIGTERM end it after the current step, with a checkpoint. */
async function trainRecipe(recipe: Recipe, out: string, resume: boolean): Promise<unknown> {
  if (!resume && existsSync(join(out, "last")))
    throw usageError(`--out: ${out} already holds a run; go on with it by --resume, or give another folder.`);
  const info = await useBackend();
  const {
    train_data,
    val_data,
    exclude_sources: exclude,
    keep_empty: keepEmpty,
    record_labels: recordLabels,
  } = recipe.data;
  const filter = { exclude, keepEmpty, recordLabels };
  const records = await loadRecords(train_data, filter);
  const dev = val_data ? (await loadRecords(val_data, filter)).slice(0, DEV_RECORDS) : [];
  const model = recipe.training.prev_path
    ? await GLiNER.fromPretrained(recipe.training.prev_path)
    : await GLiNER.fromConfig(recipe.model, { seed: recipe.training.seed });
  say(
    `backend ${info.library}; ${describeHead(model.config)}; ${model.size.toLocaleString("en")} parameters; ${records.length} records; ${dev.length} for the development loss`,
  );
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  const progress = new Progress(recipe.training.num_steps);
  const started = new Date().toISOString();
  try {
    const result = await train(model, records, {
      ...recipe.training,
      out,
      resume,
      dev,
      signal: stop.signal,
      onStep: (report) => progress.show(report.step, describe(report)),
    });
    const last = result.history.at(-1);
    const summary = {
      out,
      steps: result.steps,
      finished: result.steps === recipe.training.num_steps,
      loss: last?.loss ?? null,
      seconds_per_step: median(result.history.map((report) => report.seconds)),
      peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    };
    // A finished run that was only asked to go on keeps the record of what it did.
    if (result.history.length > 0)
      writeRunRecord(out, {
        started,
        ended: new Date().toISOString(),
        backend: backendInfo(),
        node: process.version,
        version: projectVersion(),
        recipe,
        records: records.length,
        parameters: model.size,
        ...summary,
      });
    say(
      summary.finished
        ? `done: ${result.steps} steps; the model is in ${join(out, "last")}`
        : `stopped at step ${result.steps} of ${recipe.training.num_steps}; go on with --resume`,
    );
    return summary;
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    model.dispose();
  }
}

/** What ran and what came of it. */
function writeRunRecord(out: string, record: Record<string, unknown>): void {
  writeAtomically(join(out, "run.json"), `${JSON.stringify(record, null, 2)}\n`);
}

/** Enough for a steady loss, few enough to cost a second or two. */
const DEV_RECORDS = 96;

function describe(report: TrainingReport): string {
  const dev = report.devLoss === undefined ? "" : `  dev loss ${report.devLoss.toFixed(2)}`;
  return `loss ${report.loss.toFixed(1)}  gradient norm ${report.gradientNorm.toFixed(0)}  lr ${report.lr_others.toExponential(1)}${dev}`;
}

function median(values: number[]): number | null {
  const sorted = values.slice().sort((a, b) => a - b);
  return sorted.length ? sorted[sorted.length >> 1] : null;
}

function projectVersion(): string {
  const path = join(__dirname, "..", "..", "..", "package.json");
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

const say = (line: string) => process.stderr.write(`${line}\n`);

if (require.main === module) void runCommand(command);
