/** Checkpoints of Python here, and ours there: the same entities, and scores within 1e-4. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { useBackend } from "../../lib/backend";
import { GLiNER } from "../../lib/gliner/gliner";
import { train } from "../../lib/gliner/training/train";
import { SPAN_LAYERS } from "../../lib/model/span";
import { cachedEncoder, DEFAULT_ENCODER } from "../../lib/weights/encoders";
import { ROOT, TINY_RECORDS } from "../tiny";
import { writeVariant } from "../variant";
import { assertSame, type Found, predict, python } from "./exchange";

const GOLDEN = join(ROOT, "test/golden");
const scratch = mkdtempSync(join(tmpdir(), "exchange-"));
before(() => useBackend());
after(() => rmSync(scratch, { recursive: true }));
const folder = (name: string) => join(scratch, name);

test("what Python saves is loaded strictly here and predicts the same", async (context) => {
  const made = await python<Record<string, Found[][]>>(["make", GOLDEN, scratch]);
  for (const [name, predictions] of Object.entries(made)) {
    const files = readdirSync(folder(name)).filter((file) => /^(model|pytorch_model).*(safetensors|bin)$/.test(file));
    assertSame(await predict(folder(name)), predictions, name);
    context.diagnostic(`${name}: ${files.length} file(s), ${predictions.flat().length} entities`);
  }
  assert.ok(Object.keys(made).length >= 34);
});

/** A tiny model after some steps, saved. Positives weigh 19 times as much, so that so few steps find something. */
async function trained(name: string, from: string): Promise<void> {
  const model = await GLiNER.fromPretrained(from);
  await train(model, TINY_RECORDS, {
    num_steps: 20,
    train_batch_size: 6,
    lr_encoder: 2e-3,
    lr_others: 2e-3,
    loss_alpha: 0.95,
    seed: 1,
  });
  await model.savePretrained(folder(name));
  model.dispose();
}

/** Saves a folder's model again in another form. */
async function saved(name: string, from: string, options = {}): Promise<void> {
  const model = await GLiNER.fromPretrained(from);
  await model.savePretrained(folder(name), options);
  model.dispose();
}

/** DeBERTa as Microsoft's repositories have it, with spm.model alone. */
function spmOnly(): string {
  const bare = folder("spm.bare");
  cpSync(join(GOLDEN, "tiny_deberta"), bare, { recursive: true });
  for (const name of ["tokenizer.json", "special_tokens_map.json"]) rmSync(join(bare, name));
  writeFileSync(join(bare, "tokenizer_config.json"), '{"do_lower_case": false, "vocab_type": "spm"}');
  return bare;
}

test("what is saved here is loaded strictly by Python and predicts the same", async (context) => {
  const names: string[] = [];
  const add = async (name: string, made: Promise<void>) => {
    await made;
    names.push(name);
  };
  await add("bert", trained("bert", join(GOLDEN, "tiny_bert")));
  await add("deberta", trained("deberta", join(GOLDEN, "tiny_deberta")));
  await add("spm", trained("spm", spmOnly()));
  await add(
    "token",
    trained("token", writeVariant(folder("token.made"), { span_mode: "token_level", model_type: null })),
  );
  await add("float16", saved("float16", folder("deberta"), { precision: "float16" }));
  await saved("int8", folder("bert"), { precision: "int8" });
  await add("int8 again", saved("int8 again", folder("int8")));
  for (const [i, mode] of Object.keys(SPAN_LAYERS).entries()) {
    // Of the first upload alone: Python 0.2.29 has it no more.
    if (mode === "endpoints") continue;
    const made = writeVariant(folder(`${mode}.made`), { span_mode: mode, num_rnn_layers: i % 3 });
    await add(`mode ${mode}`, trained(`mode ${mode}`, made));
  }
  if (cachedEncoder()) await add("minilm", fresh("minilm"));
  const read = await python<Record<string, { predictions: Found[][]; shapes: Record<string, number[]> }>>([
    "read",
    ...names.map(folder),
  ]);
  for (const name of names) {
    const { predictions, shapes } = read[folder(name)];
    assertSame(await predict(folder(name)), predictions, name);
    assert.deepEqual(await shapesOf(name), new Map(Object.entries(shapes).sort()), name);
    context.diagnostic(`${name}: ${predictions.flat().length} entities`);
  }
});

/** A new model on a real encoder, with its whole vocabulary. */
async function fresh(name: string): Promise<void> {
  const model = await GLiNER.fromConfig({ model_name: DEFAULT_ENCODER, hidden_size: 32, max_width: 4 });
  await model.savePretrained(folder(name));
  model.dispose();
}

async function shapesOf(name: string): Promise<Map<string, number[]>> {
  const model = await GLiNER.fromPretrained(folder(name));
  const shapes = [...model.model.parameters.entries()].map(([key, { shape }]) => [key, shape] as const);
  model.dispose();
  return new Map(shapes.sort(([a], [b]) => (a < b ? -1 : 1)));
}
