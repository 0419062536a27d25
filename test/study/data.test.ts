/** Every suspect and registered plan can open its data: what a run would refuse at its first step is found here, before a night of runs. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { corpusFile } from "../../lib/data/project";
import { loadTrainingData } from "../../lib/gliner/training/recipe-data";
import { readPlan } from "../../lib/study/plan/read";
import { planRuns } from "../../lib/study/plan/runs";
import { suspectIds } from "../../lib/study/suspects/suspect";

const PLANS = readdirSync("data/studies").filter((name) => name.endsWith(".yaml") && !name.startsWith("sixty"));
const skip = corpusFile("train_no_nc.jsonl.gz") === undefined && "the training corpus is not here";

test("the data of every run can be opened", { skip }, async () => {
  const opened = new Set<string>();
  for (const name of [...PLANS.map((plan) => `data/studies/${plan}`), ...suspectIds()]) {
    const plan = readPlan(name);
    if (plan.arms.every(({ notRunnable }) => notRunnable !== null)) continue;
    for (const { recipe, arms } of (await planRuns(plan)).runs) {
      const data = JSON.stringify(recipe.data);
      if (opened.has(data)) continue;
      opened.add(data);
      await assert.doesNotReject(loadTrainingData(recipe), `${name}: ${arms[0]}`);
    }
  }
  assert.ok(opened.size > 3);
});
