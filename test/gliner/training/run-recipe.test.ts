import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { GLiNER } from "../../../lib/gliner/gliner";
import { parseRecipe } from "../../../lib/gliner/recipe/recipe";
import { runRecipe } from "../../../lib/gliner/training/run-recipe";
import { TINY_BERT, TINY_RECORDS } from "../../tiny";

const scratch = mkdtempSync(join(tmpdir(), "run-recipe-"));
after(() => rmSync(scratch, { recursive: true }));
const data = join(scratch, "data.jsonl");
writeFileSync(data, TINY_RECORDS.map((record) => `${JSON.stringify(record)}\n`).join(""));
const recipe = parseRecipe(
  { data: { train_data: data }, training: { prev_path: TINY_BERT, num_steps: 2, train_batch_size: 2 } },
  "the test",
);

test("a recipe runs from code as from the command line, and says what it is about", async () => {
  const out = join(scratch, "run");
  const lines: string[] = [];
  const losses: number[] = [];
  const run = await runRecipe(recipe, {
    out,
    log: (line) => lines.push(line),
    onStep: ({ loss }) => void losses.push(loss),
  });
  assert.deepEqual([run.steps, run.end, run.finished], [2, "finished", true]);
  assert.equal(run.loss, losses[1]);
  assert.match(lines.join("\n"), /backend .*parameters\n\d+ records to train on/);
  const record = JSON.parse(readFileSync(join(out, "run.json"), "utf8")) as { steps: number; records: number };
  assert.deepEqual([record.steps, record.records], [2, TINY_RECORDS.length]);
  const manifest = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8")) as { data: unknown };
  assert.ok(manifest.data);
});

test("a folder that holds a run is refused, and a signal from before the start takes no step", async () => {
  await assert.rejects(runRecipe(recipe, { out: join(scratch, "run") }), /already holds a run/);
  const out = join(scratch, "stopped");
  const run = await runRecipe(recipe, { out, signal: AbortSignal.abort() });
  assert.deepEqual([run.steps, run.end], [0, "interrupted"]);
  assert.equal(existsSync(join(out, "run.json")), false);
});

test("a stream with a seed of its own draws as under that seed, whatever the run's is", async () => {
  const losses = async (name: string, seeds: object): Promise<number[]> => {
    const seen: number[] = [];
    const training = { ...recipe.training, ...seeds };
    await runRecipe({ ...recipe, training }, { out: join(scratch, name), onStep: ({ loss }) => void seen.push(loss) });
    return seen;
  };
  const zero = await losses("zero", { seed: 0 });
  const streams = { order_seed: 0, types_seed: 0, dropout_seed: 0 };
  assert.deepEqual(await losses("streams", { seed: 1, ...streams }), zero);
  for (const left of Object.keys(streams))
    assert.notDeepEqual(await losses(left, { seed: 1, ...streams, [left]: null }), zero, left);
});

test("parts of a model can be drawn anew before training, and only those change", async () => {
  const start = await GLiNER.fromPretrained(TINY_BERT);
  const still = { lr_encoder: 0, lr_others: 0, num_steps: 1, weight_decay_encoder: 0, weight_decay_other: 0 };
  const redrawn = async (name: string, training: object): Promise<string[]> => {
    const out = join(scratch, name);
    await runRecipe({ ...recipe, training: { ...recipe.training, ...still, ...training } }, { out });
    const model = await GLiNER.fromPretrained(join(out, "last"));
    const values = ({ model: { parameters } }: GLiNER, key: string) => parameters.get(key).dataSync().join();
    const changed = model.model.parameters.names().filter((key) => values(model, key) !== values(start, key));
    model.dispose();
    return changed;
  };
  assert.deepEqual(await redrawn("kept", {}), []);
  const lstm = await redrawn("rnn", { redraw_components: ["rnn"] });
  assert.ok(lstm.length === 8 && lstm.every((name) => name.startsWith("rnn.")), lstm.join());
  start.dispose();
  const wrong = (training: object) =>
    runRecipe({ ...recipe, training: { ...recipe.training, ...training } }, { out: join(scratch, "wrong") });
  await assert.rejects(
    wrong({ redraw_components: ["lstm"] }),
    /redraw_components: the model has no "lstm"; wanted some of/,
  );
  await assert.rejects(wrong({ redraw_components: ["rnn"], prev_path: null }), /without prev_path/);
});
