import { existsSync } from "node:fs";
import { join } from "node:path";
import { backendInfo, useBackend } from "../backend";
import { usageError, warnOnce } from "../errors";
import { writeAtomically } from "../files/atomic";
import { GLiNER } from "../gliner/gliner";
import { type Recipe, readRecipe } from "../gliner/recipe/recipe";
import type { TrainingResult } from "../gliner/training/options";
import { describeReport } from "../gliner/training/report";
import { train } from "../gliner/training/train";
import { median } from "../median";
import { describeHead } from "../model/describe";
import { Progress } from "../progress";
import { projectState } from "../provenance/project";
import { scrubbed } from "../provenance/scrub";
import { type Command, required, runCommand } from "./command";
import { loadTrainingData } from "./train-data";

export const command: Command = {
  name: "train",
  summary:
    "Trains GLiNER as a recipe says; the run folder holds last/ and best/ (models), manifest.json, README.md (the model card), metrics.jsonl, tensorboard/ and run.json.",
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
  // From here on: a signal that comes while data and model are read must not be lost.
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  const started = new Date().toISOString();
  const info = await useBackend();
  const data = await loadTrainingData(recipe);
  const { training } = recipe;
  const model = training.prev_path
    ? await GLiNER.fromPretrained(training.prev_path)
    : await GLiNER.fromConfig(recipe.model, { seed: training.seed });
  if (training.prev_path) warnOfModelKeys(recipe, model);
  say(`backend ${info.library}; ${describeHead(model.config)}; ${model.size.toLocaleString("en")} parameters`);
  say(data.summary);
  const progress = new Progress(training.num_steps);
  try {
    const result = await train(model, data.records, {
      ...training,
      out,
      resume,
      dev: data.dev,
      heldOut: data.heldOut,
      benchmark: data.benchmark,
      provenance: { command: ["train", ...process.argv.slice(2)], dataConfig: { ...recipe.data }, files: data.files },
      signal: stop.signal,
      onStep: (report) => progress.show(report.step, describeReport(report)),
    });
    const summary = summarise(out, result);
    // A finished run that was only asked to go on keeps the record of what it did.
    if (result.history.length > 0)
      writeRunRecord(out, {
        started,
        ended: new Date().toISOString(),
        backend: backendInfo(),
        node: process.version,
        version: projectState().version,
        recipe,
        records: data.records.length,
        parameters: model.size,
        ...summary,
      });
    say(endingOf(out, result, training.num_steps));
    return summary;
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    model.dispose();
  }
}

/** A trained model brings its own configuration: what the recipe says besides is not on, and that is said. */
function warnOfModelKeys({ model: asked, training }: Recipe, { config }: GLiNER): void {
  const unread = Object.entries(asked).filter(([key, value]) => Reflect.get(config, key) !== value);
  if (unread.length)
    warnOnce(
      `prev_path: the model of ${training.prev_path} keeps its own ${unread.map(([key]) => key).join(", ")}; the recipe's values are not used.`,
    );
}

function summarise(out: string, { steps, end, best, history }: TrainingResult) {
  const last = history.at(-1);
  return {
    out,
    steps,
    finished: end !== "interrupted",
    end,
    best,
    loss: last?.loss ?? null,
    skipped: history.filter(({ skipped }) => skipped !== undefined).length,
    seconds_per_step: history.length ? median(history.map((report) => report.seconds)) : null,
    peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

function endingOf(out: string, { steps, end, best }: TrainingResult, wanted: number): string {
  if (end === "interrupted") return `stopped at step ${steps} of ${wanted}; go on with --resume`;
  const early = end === "stopped early" ? ` of ${wanted}, no improvement for as long as the recipe waits` : "";
  const chosen = best ? `, the best one (step ${best.step}) in ${join(out, "best")}` : "";
  return `done: ${steps} steps${early}; the model is in ${join(out, "last")}${chosen}`;
}

/** What ran and what came of it. */
function writeRunRecord(out: string, record: Record<string, unknown>): void {
  writeAtomically(join(out, "run.json"), `${JSON.stringify(scrubbed(record), null, 2)}\n`);
}

const say = (line: string) => process.stderr.write(`${line}\n`);

if (require.main === module) void runCommand(command);
