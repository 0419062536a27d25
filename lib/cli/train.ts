/** `train`: a recipe -> a run folder, with Ctrl-C ending in a checkpoint. */
import { join } from "node:path";
import { usageError } from "../errors";
import { eraRecipeNames, recipeOfItsDay } from "../gliner/recipe/era-recipes";
import { type Recipe, readRecipe } from "../gliner/recipe/recipe";
import { describeReport } from "../gliner/training/report";
import { type RecipeRun, runRecipe } from "../gliner/training/run-recipe";
import { Progress } from "../progress";
import { type Command, required, runCommand, type Values } from "./command";
import { interruptible } from "./interruptible";

export const command: Command = {
  name: "train",
  summary:
    "Trains GLiNER as a recipe says; the run folder holds last/ and best/ (models), manifest.json, README.md (the model card), metrics.jsonl, tensorboard/ and run.json.",
  usage: "--config FILE.yaml | --recipe NAME [--set key=value]... --out DIR [--resume]",
  help: [
    ["--config FILE", "the recipe, for example data/recipes/quick.yaml"],
    [
      "--recipe NAME",
      `a recipe of its day (data/recipes/eras), with --set train_data=FILE: ${eraRecipeNames().join(", ")}`,
    ],
    ["--set key=value", "overrides a key of the recipe; may be repeated"],
    ["--out DIR", "the run folder"],
    ["--resume", "goes on from DIR/last; starts at step 0 where there is none"],
  ],
  options: {
    config: { type: "string" },
    recipe: { type: "string" },
    set: { type: "string", multiple: true },
    out: { type: "string" },
    resume: { type: "boolean" },
  },
  async run(values) {
    const recipe = recipeFor(values);
    const out = required(values, "out", command);
    const progress = new Progress(recipe.training.num_steps);
    const run = await interruptible((signal) =>
      runRecipe(recipe, {
        out,
        resume: values.resume === true,
        command: ["train", ...process.argv.slice(2)],
        log: say,
        onStep: (report) => progress.show(report.step, describeReport(report)),
        signal,
      }),
    );
    say(endingOf(run, recipe.training.num_steps));
    return run;
  },
};

function recipeFor(values: Values): Recipe {
  const overrides = (Array.isArray(values.set) ? values.set : []).map(String);
  if (values.recipe === undefined) return readRecipe(required(values, "config", command), overrides);
  if (values.config !== undefined) throw usageError("--config and --recipe both name the recipe; give one of them.");
  return recipeOfItsDay(required(values, "recipe", command), overrides);
}

function endingOf({ out, steps, end, best }: RecipeRun, wanted: number): string {
  if (end === "interrupted") return `stopped at step ${steps} of ${wanted}; go on with --resume`;
  const early = end === "stopped early" ? ` of ${wanted}, no improvement for as long as the recipe waits` : "";
  const chosen = best ? `, the best one (step ${best.step}) in ${join(out, "best")}` : "";
  return `done: ${steps} steps${early}; the model is in ${join(out, "last")}${chosen}`;
}

const say = (line: string) => process.stderr.write(`${line}\n`);

if (require.main === module) void runCommand(command);
