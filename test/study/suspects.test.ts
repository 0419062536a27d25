/** Every file of data/suspects is read strictly, its settings are a recipe's, and what it says of the gaps is complete. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { readRecipe } from "../../lib/gliner/recipe/recipe";
import { Fields } from "../../lib/study/fields";
import type { Plan } from "../../lib/study/plan/plan";
import { planOf, readPlan } from "../../lib/study/plan/read";
import { recipeOf } from "../../lib/study/plan/settings";
import { NEEDS, parseSuspect, readSuspect, suspectIds } from "../../lib/study/suspects/suspect";
import { ROOT } from "../tiny";

const SUSPECTS = suspectIds().map((id) => readSuspect(id));

test("there are the suspects of the table, and Familiarity", () => {
  assert.ok(SUSPECTS.length >= 36, `${SUSPECTS.length}`);
  for (const id of ["span-representation", "lstm", "familiarity", "checkpoint-choice", "seeds", "decode-order"])
    assert.ok(suspectIds().includes(id), id);
});

for (const { id, recipe, control, arms, gap, why, evidence, needs } of SUSPECTS)
  test(`suspect ${id}`, () => {
    for (const arm of [control, ...arms]) {
      const overrides = Object.entries(arm.set).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
      assert.ok(readRecipe(join(ROOT, recipe), overrides));
    }
    assert.equal(control.notRunnable, null, "a control that cannot be run");
    const values = [control, ...arms].map(({ value }) => value);
    assert.equal(new Set(values).size, values.length, "two arms of one name");
    // A suspect that explains neither gap says "cannot" or what else it is about; one that can must not say that it cannot.
    for (const one of gap) assert.ok(!why[one].startsWith("It cannot"), `${one}: ${why[one]}`);
    assert.ok(evidence.length > 0);
    const changed = arms.filter(
      ({ set, environment }) => Object.keys(set).length + Object.keys(environment).length > 0,
    );
    // A single step is no training: it makes a run of a model as it is.
    if (changed.length) assert.equal(needs, changed.every(({ set }) => set.num_steps === 1) ? "minutes" : "hours");
    if (needs === "re-score")
      for (const arm of arms) assert.equal(arm.ask, null, "stored predictions answer no other question");
    if (arms.some(({ notRunnable }) => notRunnable === null)) assert.notEqual(needs, "nothing");
    for (const arm of arms) if (arm.notRunnable) assert.ok(arm.notRunnable.length > 20);
  });

test("no arm and no factor turns a ratio of negatives that its sampler does not read", () => {
  const uncounted = ["source", "unrelated"];
  const ratios = ({ recipe, control, arms }: Pick<Plan, "recipe" | "control" | "arms">) =>
    [control, ...arms].map((arm) => {
      const { model, training } = recipeOf(recipe, arm);
      return { value: arm.value, ratio: model.max_neg_type_ratio, source: training.neg_source };
    });
  const plans = ["settings-of-the-laboratory", "seven-suspects", "march-to-issue-209"].map((name) =>
    readPlan(join(ROOT, `data/studies/${name}.yaml`)),
  );
  for (const plan of [...SUSPECTS.map((suspect) => planOf(suspect)), ...plans]) {
    const all = ratios(plan);
    if (new Set(all.map(({ ratio }) => ratio)).size < 2) continue;
    for (const { value, source } of all) assert.ok(!uncounted.includes(source), `${plan.name}, ${value}: ${source}`);
  }
});

const SOUND = {
  id: "x",
  question: "?",
  gap: [],
  why: { "36": "It cannot.", "209": "It cannot." },
  evidence: [{ claim: "c", source: "s", reliability: "code" }],
  control: { value: "a" },
  arms: [{ value: "b", set: { dropout: 0.4 } }],
  needs: "hours",
  expected: "Nothing.",
};

test("a suspect's file is strict", () => {
  const parse = (change: object) => parseSuspect(new Fields({ ...SOUND, ...change }, "x.yaml"), "x");
  assert.equal(parse({}).arms[0].value, "b");
  assert.throws(() => parse({ colour: 1 }), /x.yaml: unknown key colour/);
  assert.throws(() => parse({ gap: ["54"] }), /the gap "54" is none of 36, 209/);
  const extreme = { gap: ["36"], arms: [{ value: "b", gap: [], set: { dropout: 0 } }, { value: "c" }] };
  assert.deepEqual(
    parse(extreme).arms.map(({ gap }) => gap),
    [[], null],
  );
  assert.throws(
    () => parse({ arms: [{ value: "b", gap: ["36"] }] }),
    /the arm "b" has the gap "36", which the suspect/,
  );
  assert.throws(() => parse({ arms: [{ value: "b", gap: ["54"] }] }), /the gap "54" is none of 36, 209/);
  assert.throws(() => parse({ why: { "36": "It cannot." } }), /"209" is missing/);
  assert.throws(() => parse({ needs: "days" }), new RegExp(NEEDS.join(", ")));
  assert.throws(() => parse({ arms: [] }), /wanted a list with at least one entry/);
  assert.throws(() => parse({ arms: [{ value: "b", settings: {} }] }), /unknown key settings/);
  assert.throws(() => parse({ arms: [{ value: "b", ask: "mine" }] }), /there is no preset "mine"/);
  assert.throws(
    () => parse({ arms: [{ value: "b", score: { threshold: 2 } }] }),
    /wanted a number from 0.05, below which no answer is kept, and below 1/,
  );
  assert.throws(() => parse({ arms: [{ value: "b", environment: { PATH: "/" } }] }), /unknown key PATH/);
  assert.throws(
    () => parse({ evidence: [{ claim: "c", source: "s", reliability: "rumour" }] }),
    /"reliability" is "rumour"/,
  );
  assert.throws(() => parse({ id: "y" }), /wanted x, the file's name/);
  assert.throws(() => readSuspect("nobody"), /there is no suspect "nobody"; wanted .*span-representation/);
});
