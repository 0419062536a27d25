/** A study of a tiny model that trains in a second, with everything that a large one has: plan, recipe, tests. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tinyRecipe } from "../cli/killed";
import { TINY_RECORDS } from "../tiny";

/** Twice the same sentences under two names: two sets make a mean. */
const SETS = ["one.jsonl", "two.jsonl"];

/** A folder that goes with this process. */
export function scratch(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface TinyStudy {
  folder: string;
  plan: string;
  recipe: string;
  sets: string[];
}

/** @param plan what differs from a plan of a control, one arm and two seeds */
export function tinyStudy(plan: Record<string, unknown> = {}, training: Record<string, unknown> = {}): TinyStudy {
  const folder = scratch("study");
  const recipe = tinyRecipe(folder, {
    num_steps: 8,
    eval_every: 0,
    save_every: 4,
    lr_encoder: 2e-3,
    lr_others: 2e-3,
    ...training,
  });
  const sets = SETS.map((name, i) => {
    const path = join(folder, name);
    const records = TINY_RECORDS.slice(i).map((record) => `${JSON.stringify(record)}\n`);
    writeFileSync(path, records.join(""));
    return path;
  });
  const whole = {
    name: "tiny",
    question: "Does the weight of positives matter to a tiny model?",
    recipe,
    // So few steps leave a model sure of nothing: above .06 there are answers to count.
    control: { value: "alpha .75", set: { loss_alpha: 0.75 }, score: { threshold: 0.06 } },
    arms: [{ value: "alpha -1", set: { loss_alpha: -1 }, score: { threshold: 0.06 } }],
    seeds: 2,
    tests: { sets, drop: [] },
    ...plan,
  };
  const path = join(folder, "plan.yaml");
  // JSON is YAML; a key that is undefined is left out.
  writeFileSync(path, JSON.stringify(whole));
  return { folder, plan: path, recipe, sets };
}
