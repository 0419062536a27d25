/** A whole model on an MPNet encoder: made from the encoder's folder, trained, saved in every form and read again. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { useBackend } from "../../lib/backend";
import type { NerRecord } from "../../lib/data/records";
import { GLiNER } from "../../lib/gliner/gliner";
import { train } from "../../lib/gliner/training/train";
import type { SpanCandidate } from "../../lib/model/decode";
import { ENCODER_PREFIX } from "../../lib/model/parameter-names";
import { readSafetensors, writeSafetensors } from "../../lib/weights/safetensors";
import { says } from "../data/scratch";
import { ROOT } from "../tiny";

const scratch = mkdtempSync(join(tmpdir(), "mpnet-"));
before(() => useBackend());
after(() => rmSync(scratch, { recursive: true }));

const GOLDEN = join(ROOT, "test", "golden", "encoder");
const EMBEDDINGS = "embeddings.word_embeddings.weight";
const RECORDS: NerRecord[] = [
  {
    tokens: ["the", "river", "of", "Norway"],
    ner: [
      [3, 3, "way"],
      [1, 1, "river"],
    ],
  },
  { tokens: ["walking", "the", "bank", "2024"], ner: [[2, 2, "bank"]] },
];

/**
 * The folder of an encoder as a hub has it, out of the fixtures of Python.
 * @param family how its tensors' names begin
 * @param longest what the tokenizer says of itself
 */
function encoderFolder(family = "", longest = 64): string {
  const folder = mkdtempSync(join(scratch, "encoder-"));
  const { tensors, metadata } = readSafetensors(join(GOLDEN, "mpnet_ragged.safetensors"));
  const { config } = JSON.parse(metadata.get("meta") ?? "") as { config: object };
  const tokenizer = JSON.parse(readFileSync(join(GOLDEN, "mpnet_tokenizer.json"), "utf8"));
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(tokenizer.file));
  writeFileSync(
    join(folder, "tokenizer_config.json"),
    JSON.stringify({ ...tokenizer.config, model_max_length: longest }),
  );
  const own = [...tensors].flatMap(([name, { shape, data }]) =>
    name.startsWith("param.") ? [[family + name.slice("param.".length), shape, () => data] as const] : [],
  );
  writeSafetensors(join(folder, "model.safetensors"), own);
  return folder;
}

const modelOn = (encoder: string) => GLiNER.fromConfig({ model_name: encoder, hidden_size: 16, max_width: 4 });
const asked = (model: GLiNER) =>
  model.candidates(
    RECORDS.map(({ tokens }) => tokens),
    ["river", "bank", "way"],
    { floor: 0 },
  );
const scores = (found: SpanCandidate[][]) =>
  new Map(
    found.flatMap((spans, i) =>
      spans.map(({ start, end, label, score }) => [`${i} ${start} ${end} ${label}`, score] as const),
    ),
  );

function assertNear(found: SpanCandidate[][], wanted: SpanCandidate[][], tolerance: number): void {
  const [a, b] = [scores(found), scores(wanted)];
  assert.deepEqual([...a.keys()].sort(), [...b.keys()].sort());
  for (const [key, score] of a) assert.ok(Math.abs(score - (b.get(key) ?? Number.NaN)) <= tolerance, key);
}

test("saved as float32 it says the same, in eight bits nearly, and borrowed word embeddings are found again", async () => {
  for (const family of ["", "mpnet."]) {
    const model = await modelOn(encoderFolder(family));
    const wanted = await asked(model);
    for (const [options, tolerance] of [
      [{}, 1e-6],
      [{ precision: "int8" }, 0.05],
      [{ precision: "int8", wordEmbeddings: "encoder" }, 0.05],
      [{ wordEmbeddings: "encoder" }, 1e-6],
    ] as const) {
      const folder = mkdtempSync(join(scratch, "saved-"));
      await model.savePretrained(folder, options);
      const again = await GLiNER.fromPretrained(folder);
      assertNear(await asked(again), wanted, tolerance);
      again.dispose();
      if (!("wordEmbeddings" in options)) continue;
      const { tensors } = readSafetensors(join(folder, "model.compact.safetensors"));
      assert.equal(tensors.get(ENCODER_PREFIX + EMBEDDINGS)?.shape[0], 3, "only the added tokens");
    }
    model.dispose();
  }
});

test("it learns: every part of the encoder has a gradient, the table of distances too", async () => {
  const model = await modelOn(encoderFolder());
  const BIAS = `${ENCODER_PREFIX}encoder.relative_attention_bias.weight`;
  const table = () => model.model.parameters.get(BIAS).dataSync<"float32">().slice();
  const before = table();
  const losses: number[] = [];
  await train(model, RECORDS, {
    num_steps: 30,
    train_batch_size: 2,
    lr_encoder: 1e-3,
    lr_others: 5e-3,
    onStep: ({ loss }) => void losses.push(loss),
  });
  const mean = (list: readonly number[]) => list.reduce((sum, loss) => sum + loss, 0) / list.length;
  assert.ok(mean(losses.slice(-5)) < 0.7 * mean(losses.slice(0, 5)), losses.join(" "));
  assert.ok(table().some((value, i) => value !== before[i]));
  model.dispose();
});

test("a text with its prompt beyond the positions, which count from 2, is refused", async () => {
  const model = await modelOn(encoderFolder("", 400));
  const long = Array.from({ length: 200 }, () => "bank");
  await assert.rejects(model.candidates([long], ["river"], { floor: 0.5 }), says("the encoder has 178 positions"));
  model.dispose();
});
