/**
 * A recipe run from its first line to its last checkpoint: data, model, training, and run.json, what ran and what came of it.
 * The command `train` and a notebook call the same function.
 */
import { join } from "node:path";
import { backendInfo, useBackend } from "../../backend";
import { UserError, warnOnce } from "../../errors";
import { writeAtomically } from "../../files/atomic";
import { median } from "../../median";
import { describeHead } from "../../model/describe";
import { parametersOf } from "../../model/modules";
import { redraw } from "../../model/redraw";
import { projectState } from "../../provenance/project";
import { scrubbed } from "../../provenance/scrub";
import { GLiNER } from "../gliner";
import type { Recipe } from "../recipe/recipe";
import { seedOf } from "../recipe/training-config";
import type { RunEnd, TrainingResult } from "./options";
import { loadTrainingData, type TrainingData } from "./recipe-data";
import type { TrainingReport } from "./report";
import { refuseBusy, refuseRun } from "./run-folder";
import { train } from "./train";

/** Where a recipe runs, and who hears of it. */
export interface RunRecipeOptions {
  /** The run folder. */
  out: string;
  /** Goes on from `out`/last; from step 0 where there is none. Default false: a folder that holds a run is refused. */
  resume?: boolean;
  /** What the manifest names as the command; default none. */
  command?: string[];
  /** Gets lines for people: backend and model, the data. */
  log?(line: string): void;
  onStep?(report: TrainingReport): void | Promise<void>;
  /** Ends the run after the current step or inside an evaluation, with a checkpoint. */
  signal?: AbortSignal;
}

/** What came of a run. */
export interface RecipeRun {
  out: string;
  /** Steps taken in all. */
  steps: number;
  finished: boolean;
  end: RunEnd;
  best: TrainingResult["best"];
  /** Of this process's last step; null where it took none. */
  loss: number | null;
  /** Steps of this process that failed and were left out. */
  skipped: number;
  /** Median of this process's steps; null where it took none. */
  seconds_per_step: number | null;
  peak_rss_mb: number;
}

/**
 * Runs a recipe into a folder.
 *
 * @example
 * await runRecipe(readRecipe("data/recipes/quick.yaml"), { out: "runs/quick" });
 * @throws UserError where the folder already holds a run, data or encoder are not there, or as `train` does
 */
export async function runRecipe(recipe: Recipe, options: RunRecipeOptions): Promise<RecipeRun> {
  const { out, resume = false, command, log = () => undefined, onStep, signal } = options;
  refuseRun(out, resume);
  refuseBusy(out);
  const started = new Date().toISOString();
  const info = await useBackend();
  const data = await loadTrainingData(recipe);
  const model = await startModel(recipe);
  try {
    log(`backend ${info.library}; ${describeHead(model.config)}; ${model.size.toLocaleString("en")} parameters`);
    log(data.summary);
    const { records, dev, heldOut, wordings, benchmark, files } = data;
    const provenance = { command, dataConfig: { ...recipe.data }, files };
    const own = { out, resume, overwrite: false, dev, heldOut, wordings, benchmark, provenance, signal, onStep };
    const result = await train(model, records, { ...recipe.training, ...own });
    const summary = summarise(out, result);
    // A finished run that was only asked to go on keeps the record of what it did.
    if (result.history.length > 0) writeRunRecord(out, { recipe, data, model, started, summary });
    return summary;
  } finally {
    model.dispose();
  }
}

/**
 * The model that a recipe starts from, before step 0: a new head on its encoder, or the model of `prev_path` with `redraw_components` drawn anew.
 * @throws UserError where there is no such model, or components are to be drawn anew in none
 */
export async function startModel(recipe: Recipe): Promise<GLiNER> {
  const { prev_path, redraw_components } = recipe.training;
  if (!prev_path && redraw_components.length)
    throw new UserError(
      `redraw_components is [${redraw_components.join(", ")}] without prev_path: a new head is drawn whole anyway; give a model folder as prev_path, or leave the key out.`,
    );
  if (!prev_path) return GLiNER.fromConfig(recipe.model, { seed: seedOf(recipe.training, "init") });
  const model = await GLiNER.fromPretrained(prev_path);
  warnOfModelKeys(recipe, model);
  const { parameters } = model.model;
  const lost = parametersOf(redraw_components, parameters.names(), "redraw_components");
  redraw(model.model, lost, seedOf(recipe.training, "init"));
  return model;
}

/** A trained model brings its own configuration: what the recipe says besides is not on, and that is said. */
function warnOfModelKeys({ model: asked, training }: Recipe, { config }: GLiNER): void {
  const unread = Object.entries(asked).filter(([key, value]) => Reflect.get(config, key) !== value);
  if (unread.length)
    warnOnce(
      `prev_path: the model of ${training.prev_path} keeps its own ${unread.map(([key]) => key).join(", ")}; the recipe's values are not used.`,
    );
}

function summarise(out: string, { steps, end, best, history }: TrainingResult): RecipeRun {
  return {
    out,
    steps,
    finished: end !== "interrupted",
    end,
    best,
    loss: history.at(-1)?.loss ?? null,
    skipped: history.filter(({ skipped }) => skipped !== undefined).length,
    seconds_per_step: history.length ? median(history.map((report) => report.seconds)) : null,
    peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

/** Writes run.json. */
function writeRunRecord(
  out: string,
  run: { recipe: Recipe; data: TrainingData; model: GLiNER; started: string; summary: RecipeRun },
): void {
  const record = {
    started: run.started,
    ended: new Date().toISOString(),
    backend: backendInfo(),
    node: process.version,
    version: projectState().version,
    recipe: run.recipe,
    records: run.data.records.length,
    parameters: run.model.size,
    ...run.summary,
  };
  writeAtomically(join(out, "run.json"), `${JSON.stringify(scrubbed(record), null, 2)}\n`);
}
