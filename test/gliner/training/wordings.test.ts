import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { useBackend } from "../../../lib/backend";
import { parseTypes } from "../../../lib/data/marked/types";
import { wordingsOf } from "../../../lib/data/wordings";
import { GLiNER } from "../../../lib/gliner/gliner";
import { parseRecipe } from "../../../lib/gliner/recipe/recipe";
import { trainingOf } from "../../../lib/gliner/recipe/settings";
import { TrainingBatches } from "../../../lib/gliner/training/batches";
import type { TrainOptions } from "../../../lib/gliner/training/options";
import { loadTrainingData } from "../../../lib/gliner/training/recipe-data";
import { train } from "../../../lib/gliner/training/train";
import { Scratch } from "../../data/scratch";
import { TINY_BERT, TINY_RECORDS } from "../../tiny";

const scratch = new Scratch("wordings");
before(() => useBackend());

const types = [...new Set(TINY_RECORDS.flatMap(({ ner }) => ner.map(([, , type]) => type)))];
const lines = (names: readonly string[]) =>
  names.map((type) => `${type} = other ${type} : what a ${type} is`).join("\n");
const of = (source: string) => wordingsOf("test", parseTypes([{ name: "1.txt", source }]));
const WORDINGS = of(lines(types));
const SHARES = { synonym_share: 0.5, description_share: 0.3 };
const OPTIONS: TrainOptions = { num_steps: 4, train_batch_size: 3, lr_encoder: 1e-3, lr_others: 1e-3, seed: 3 };

async function losses(options: TrainOptions): Promise<number[]> {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const { history } = await train(model, TINY_RECORDS, { ...OPTIONS, ...options });
  model.dispose();
  return history.map(({ loss }) => loss);
}

test("wordings without shares change nothing; with them order and negatives stay, the names change", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const examples = (settings: Partial<TrainOptions>, wordings?: typeof WORDINGS) => {
    const batches = new TrainingBatches(model, TINY_RECORDS, trainingOf({ seed: 3, ...settings }, "test"), wordings);
    return Array.from({ length: 20 }, (_, i) => batches.examples(i)).flat();
  };
  const plain = examples({});
  assert.deepEqual(examples({}, WORDINGS), plain);
  const named = examples(SHARES, WORDINGS);
  const own = (name: string) => name.replace(/^other |^what a (.+) is$/, "$1");
  assert.deepEqual(
    named.map((example) => ({
      ...example,
      types: example.types.map(own),
      ner: example.ner?.map(([start, end, type]) => [start, end, own(type)]),
    })),
    plain,
  );
  const count = (mark: RegExp) => named.flatMap((example) => example.types).filter((type) => mark.test(type)).length;
  assert.ok(count(/^other /) > 0 && count(/^what a /) > 0);
  model.dispose();
});

test("a run with wordings resumes exactly, and not with other ones", async () => {
  const whole = await losses({ ...SHARES, wordings: WORDINGS });
  const out = join(scratch.folder, "run");
  const stop = new AbortController();
  const onStep = ({ step }: { step: number }) => void (step === 2 && stop.abort());
  const first = await losses({ ...SHARES, wordings: WORDINGS, out, onStep, signal: stop.signal });
  const other = of(lines(types.slice(1)));
  await assert.rejects(losses({ ...SHARES, wordings: other, out, resume: true }), /another configuration: "wordings"/);
  const rest = await losses({ ...SHARES, wordings: WORDINGS, out, resume: true });
  assert.deepEqual([first.length, rest.length], [2, 2]);
  [...first, ...rest].forEach((loss, i) => {
    assert.ok(Math.abs(loss - whole[i]) <= 1e-4 * Math.abs(whole[i]), `step ${i + 1}`);
  });
  const manifest = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"));
  assert.deepEqual(manifest.wordings, { name: "test", sha256: WORDINGS.sha256 });
});

test("a share without wordings is refused, and a held-out type as another's name", async () => {
  await assert.rejects(losses({ synonym_share: 0.5 }), /synonym_share is 0.5, but there are no wordings/);
  assert.throws(
    () => trainingOf({ description_share: 2 }, "test"),
    /"description_share" is 2, wanted a number from 0 to 1/,
  );
  await assert.rejects(
    losses({ synonym_share: 0.6, general_share: 0.5, wordings: WORDINGS }),
    /general_share are 1.10 together; a type stands under one name/,
  );
  const heldOut = { types: ["Other_person"], asked: [{ types: ["person"], records: TINY_RECORDS }] };
  await assert.rejects(
    losses({ ...SHARES, wordings: of("person = other person"), heldOut }),
    /held-out type "other person"/,
  );
});

test("a recipe's wordings lose the names that it holds out; sets are added up, each as often as it says", async () => {
  const data = scratch.file("data.jsonl", TINY_RECORDS.map((record) => `${JSON.stringify(record)}\n`).join(""));
  const file = scratch.file("types.txt", `${types[0]} = ${types[1]}, made-up name\n${types[1]} = second\n`);
  const recipe = parseRecipe(
    { data: { train_data: `${data} x 4`, val_data: data, wordings: file, held_out_types: [types[1]] } },
    "test",
  );
  const { records, wordings, files, heldOut } = await loadTrainingData(recipe);
  assert.deepEqual(wordings?.entries.get(types[0])?.synonyms, ["made-up name"]);
  assert.equal(wordings?.entries.has(types[1]), false);
  const once = await loadTrainingData(parseRecipe({ data: { ...recipe.data, train_data: data } }, "test"));
  assert.equal(records.length, 4 * once.records.length);
  // A sentence that is asked for held-out types is asked once, however often it was named.
  assert.deepEqual(heldOut, once.heldOut);
  assert.notEqual(files.train_data.file_sha256, once.files.train_data.file_sha256);
});
