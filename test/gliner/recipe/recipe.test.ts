import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parseRecipe, readRecipe } from "../../../lib/gliner/recipe/recipe";
import { lossOptions, trainingOf } from "../../../lib/gliner/recipe/settings";
import { DEFAULT_LOSS, lossOf } from "../../../lib/model/loss";
import { ROOT } from "../../tiny";

const scratch = mkdtempSync(join(tmpdir(), "recipe-"));
after(() => rmSync(scratch, { recursive: true }));

function file(text: string): string {
  const path = join(scratch, "recipe.yaml");
  writeFileSync(path, text);
  return path;
}

test("every recipe of the project is read", () => {
  const folder = join(ROOT, "data", "recipes");
  const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  for (const name of files) assert.ok(readRecipe(join(folder, name)).training.num_steps > 0, name);
});

test("sections or flat keys mean the same, and --set wins", () => {
  const sections = readRecipe(file("training:\n  num_steps: 7\n  lr_encoder: 1e-5\nmodel:\n  span_mode: markerV0\n"));
  const flat = readRecipe(file("num_steps: 7\nlr_encoder: 1e-5\nspan_mode: markerV0\n"));
  assert.deepEqual(flat, sections);
  const set = readRecipe(file("num_steps: 7\n"), [
    "num_steps=9",
    "training.seed=4",
    "model.dropout=0.1",
    "val_data=null",
  ]);
  assert.deepEqual(
    [set.training.num_steps, set.training.seed, set.model.dropout, set.data.val_data],
    [9, 4, 0.1, null],
  );
});

test("an unknown key, a wrong type and a value out of range are errors that name the key", () => {
  const cases: [string, RegExp][] = [
    ["training:\n  num_step: 7\n", /unknown key "training\.num_step" \(did you mean/],
    ["model:\n  lr_encoder: 1\n", /unknown key "model\.lr_encoder"/],
    ["rand_drop: true\n", /unknown key "rand_drop"/],
    ["loss_typ: focal\n", /unknown key "loss_typ" \(did you mean "loss_type"/],
    ["loss_type: hinge\n", /"loss_type" is "hinge", wanted one of focal, bce, dice, focal_logits/],
    ["neg_source: wikipedia\n", /wanted one of batch, batch_reshuffled, corpus, source, unrelated/],
    ["manual_negatives: label\n", /wanted one of any, none, negative, negatives, ner_negatives/],
    ["negatives: 1.5\n", /"negatives" is 1\.5, wanted a number from 0 to 1/],
    ["scheduler_type: step\n", /wanted one of cosine, linear, constant/],
    ["era: 0.2\n", /"era" is 0\.2, wanted a name/],
    ["era: 0.9.0\n", /newest version/],
    ["num_steps: many\n", /"num_steps" is "many", wanted a number/],
    ["num_steps: 2.5\n", /"num_steps" is 2\.5, wanted a whole number/],
    ["lr_others: -1\n", /"lr_others" is -1/],
    ["loss_reduction: none\n", /wanted one of sum, mean/],
    ["- 1\n", /is a list; wanted a mapping with the sections/],
    ["", /holds no key; wanted a mapping/],
    ["# a remark\n", /holds no key; wanted a mapping/],
    ["null\n", /holds no key; wanted a mapping/],
    ["just text\n", /is "just text"; wanted a mapping/],
    ["training: []\n", /section "training" is a list; wanted a mapping of keys and values/],
    ["training: 5\n", /section "training" is 5; wanted/],
    ["num_steps: null\n", /"num_steps" is null, wanted a number/],
    ["held_out_types: person\n", /"held_out_types" is "person", wanted a list of names, such as \[person, city\]/],
    ['train_data: ""\n', /"train_data" is "", wanted a text that is not empty/],
    ['prev_path: ""\n', /"prev_path" is "", wanted a name or null/],
    ["order_seed: first\n", /"order_seed" is "first", wanted a whole number from 0 on, or null for the run's seed/],
    ["init_seed: -1\n", /"init_seed" is -1, wanted a whole number/],
    ["keep_empty: 1\n", /"keep_empty" is 1, wanted true or false/],
    ["num_steps: &loop [*loop]\n", /"num_steps\.0" holds itself by an alias/],
    ["a: [\n", /is not YAML/],
  ];
  for (const [text, message] of cases) assert.throws(() => readRecipe(file(text)), { name: "UserError", message });
  assert.throws(() => readRecipe(join(scratch, "absent.yaml")), { exitCode: 2, message: /does not exist/ });
  assert.throws(() => readRecipe(file("num_steps: 7\n"), ["num_steps"]), { exitCode: 2, message: /wanted key=value/ });
  assert.throws(() => readRecipe(file("num_steps: 7\n"), ["num_steps="]), {
    exitCode: 2,
    message: /"num_steps" is null/,
  });
  assert.throws(() => readRecipe(file("num_steps: 7\n"), ["num_steps=[1"]), {
    name: "UserError",
    exitCode: 2,
    message: /--set got "num_steps=\[1", whose value is not YAML/,
  });
  const latin = join(scratch, "latin.yaml");
  writeFileSync(latin, Buffer.from("# caf\u00e9\nnum_steps: 7\n", "latin1"));
  assert.throws(() => readRecipe(latin), {
    name: "UserError",
    message: /latin\.yaml, line 1: byte 6 \(0xe9\) is not UTF-8/,
  });
  assert.throws(() => readRecipe(file("num_steps: 7\n"), ["nonsense=1"]), { exitCode: 2, message: /unknown key/ });
  assert.throws(() => readRecipe(file("num_steps: 7\n"), ["seed=-1"]), {
    exitCode: 2,
    message: '--set: "seed" is -1, wanted a whole number from 0 on.',
  });
  assert.throws(() => readRecipe(file("num_steps: 7\n"), ["training.num_steps.x=1"]), {
    exitCode: 2,
    message: /unknown key "training\.num_steps\.x"/,
  });
});

test("a prototype's name is no key", () => {
  assert.throws(() => parseRecipe(JSON.parse('{"__proto__": 1}'), "x"), /unknown key/);
  assert.throws(() => parseRecipe({ constructor: 1 }, "x"), /unknown key/);
});

test("an era sets loss, types and labels; what is given besides wins, in the file or by --set", () => {
  const paper = readRecipe(file("era: v0\n")).training;
  assert.deepEqual(
    [paper.loss_type, paper.positive_weight, paper.random_drop, paper.neg_source, paper.one_type_per_span],
    ["focal_logits", 2, true, "batch_reshuffled", true],
  );
  assert.deepEqual(lossOptions(paper), lossOf("v0"));
  assert.equal(readRecipe(file("era: v0\nrandom_drop: false\n")).training.random_drop, false);
  const set = readRecipe(file("era: v0\n"), ["era=0.2.4", "loss_alpha=0.5"]).training;
  assert.deepEqual([set.neg_source, set.preprocess_text, set.loss_alpha], ["corpus", true, 0.5]);
  assert.deepEqual(trainingOf(paper, "again"), paper);
  const now = trainingOf({}, "now");
  assert.deepEqual(lossOptions(now), DEFAULT_LOSS);
  assert.deepEqual([now.random_drop, now.neg_source, now.manual_negatives], [false, "batch", "any"]);
});
