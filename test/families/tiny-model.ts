import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { type Batch, collate, type Example, spanIndex } from "../../lib/batch/collate";
import type { NerSpan } from "../../lib/data/records";
import { type LoadedModel, loadModel } from "../../lib/gliner/checkpoint/load";
import { GLiNER } from "../../lib/gliner/gliner";
import { AS_PYTHON } from "../../lib/gliner/reading/predict-options";
import { batchLoss } from "../../lib/model/batch-loss";
import { DEFAULT_LOSS } from "../../lib/model/loss";
import { spanScores, type Trace } from "../../lib/model/uni-encoder-span";
import type { ParameterGroup } from "../../lib/train/optimizer";
import { Trainer } from "../../lib/train/trainer";
import { readSafetensors } from "../../lib/weights/safetensors";
import { assertClose, assertRelative, need } from "./compare";
import type { GoldenFamily } from "./family";

/** Complete models, from the words to the weights after eight optimiser steps: one with BERT, one with DeBERTa-v3. */
export const tinyModels: GoldenFamily = {
  name: "tiny models",
  matches: (path) => /^tiny_(bert|deberta)\/[^/]+$/.test(path) && file(path) in CHECKS,
  async check(folder, path) {
    await CHECKS[file(path)](join(folder, dirname(path)));
  },
};

const file = (path: string) => path.slice(path.lastIndexOf("/") + 1);

const CHECKS: Record<string, (folder: string) => void | Promise<void>> = {
  "io.safetensors": checkForward,
  "grads.safetensors": checkGradients,
  "after_adamw8.safetensors": checkWeightsAfterTraining,
  "train_trace.json": checkTrainTrace,
  "inference.json": checkInference,
  "collator.json": checkCollator,
  "tokenizer_cases.json": checkTokenizer,
};

/** In exact arithmetic the attention's key bias has no effect: its gradient is rounding noise on both sides. */
const isNoise = (name: string) => name.endsWith("attention.self.key.bias");

/** The batch of io.safetensors, made anew by our collator. */
function fixtureBatch(folder: string, model: LoadedModel) {
  const io = readSafetensors(join(folder, "io.safetensors"));
  const meta = JSON.parse(io.metadata.get("meta") ?? "{}") as {
    tokens: string[][];
    entities: NerSpan[][];
    id_to_classes: Record<string, string>[];
  };
  const examples = meta.tokens.map((tokens, i) => ({
    tokens,
    ner: meta.entities[i],
    types: Object.values(meta.id_to_classes[i]),
  }));
  return { batch: collate(examples, model.tokenizer, model.config), tensors: io.tensors };
}

async function checkForward(folder: string): Promise<void> {
  const model = await loadModel(folder);
  const { batch, tensors } = fixtureBatch(folder, model);
  assert.deepEqual([...batch.inputIds], [...need(tensors, "input_ids").data], "input_ids");
  assert.deepEqual([...batch.wordsMask], [...need(tensors, "words_mask").data], "words_mask");
  assert.deepEqual([...(batch.labels ?? [])], [...need(tensors, "labels").data], "labels");
  const trace: Trace = { hidden: [] };
  const plain = spanScores(model, batch, { head: "plain", trace });
  assertClose(plain.dataSync(), need(tensors, "logits").data, 1e-4, "logits of the plain head");
  const activations = {
    encoder_embeddings: trace.hidden[0],
    token_embeds: trace.tokens,
    words_before_rnn: trace.wordsBeforeRnn,
    words_after_rnn: trace.wordsAfterRnn,
    prompts_in: trace.types,
    prompts_projected: trace.typesProjected,
    span_rep: trace.spans,
    ...Object.fromEntries(trace.hidden.slice(1).map((hidden, n) => [`encoder_layer_${n}`, hidden])),
  };
  for (const [name, tensor] of Object.entries(activations))
    if (tensors.has(`act.${name}`))
      assertClose((tensor as tf.Tensor).dataSync(), need(tensors, `act.${name}`).data, 1e-4, name);
  const factored = spanScores(model, batch);
  assertClose(
    masked(factored.dataSync(), batch),
    masked(need(tensors, "logits").data, batch),
    1e-4,
    "logits of the factored head",
  );
  const loss = batchLoss(model, batch, DEFAULT_LOSS).dataSync();
  assertRelative(loss, need(tensors, "loss").data, 1e-4, "loss");
  model.parameters.dispose();
}

/** Scores that no mask covers; the others are not the model's answer. */
function masked(scores: ArrayLike<number>, batch: Batch): number[] {
  const { W, K, C } = batch;
  return Array.from({ length: scores.length }, (_, i) => {
    const span = Math.floor(i / C);
    const text = Math.floor(span / (W * K));
    return batch.spanMask[span] && i % C < batch.classes[text].length ? scores[i] : 0;
  });
}

async function checkGradients(folder: string): Promise<void> {
  for (const head of ["plain", "factored"] as const) {
    const model = await loadModel(folder);
    const { batch } = fixtureBatch(folder, model);
    const { tensors } = readSafetensors(join(folder, "grads.safetensors"));
    const variables = [...model.parameters.entries()].filter(([name]) => !name.includes(".pooler."));
    const { grads } = tf.variableGrads(
      () => batchLoss(model, batch, DEFAULT_LOSS, { head }),
      variables.map(([, variable]) => variable),
    );
    for (const name of tensors.keys()) assert.ok(model.parameters.has(name), `no parameter "${name}"`);
    for (const [name, variable] of variables)
      if (!isNoise(name))
        assertRelative(grads[variable.name].dataSync(), need(tensors, name).data, 1e-4, `${head}: gradient of ${name}`);
    model.parameters.dispose();
  }
}

interface Schedule {
  groups: (names: string[]) => ParameterGroup[];
  factor: (step: number) => number;
  clip: number;
}

/** Eight steps on the fixture's batch with dropout off. */
async function trainEight(folder: string, { groups, factor, clip }: Schedule) {
  const model = await loadModel(folder);
  const { batch } = fixtureBatch(folder, model);
  const names = model.parameters.names().filter((name) => !name.includes(".pooler."));
  const losses: number[] = [];
  const norms: number[] = [];
  const task = {
    parameters: new Map(model.parameters.entries()),
    loss: () => () => batchLoss(model, batch, DEFAULT_LOSS),
  };
  const trainer = new Trainer(task, {
    steps: 8,
    groups: groups(names),
    schedule: factor,
    maxGradNorm: clip,
    onStep: ({ loss, gradientNorm }) => {
      losses.push(loss);
      norms.push(gradientNorm);
    },
  });
  await trainer.run();
  trainer.optimizer.dispose();
  return { model, losses, norms };
}

const PLAIN: Schedule = {
  groups: (names) => [{ names, learningRate: 1e-3, weightDecay: 0.01 }],
  factor: () => 1,
  clip: 0,
};

const isEncoder = (name: string) => name.includes("token_rep_layer");
const isPlain = (name: string) => name.includes("bias") || name.includes("LayerNorm");

const LIKE_HF: Schedule = {
  groups: (names) =>
    [true, false].flatMap((encoder) =>
      [true, false].map((plain) => ({
        names: names.filter((name) => isEncoder(name) === encoder && isPlain(name) === plain),
        learningRate: encoder ? 5e-4 : 2e-3,
        weightDecay: plain ? 0 : encoder ? 0.01 : 0.05,
      })),
    ),
  factor: (step) => (step < 2 ? step / 2 : Math.max(0, (8 - step) / 6)),
  clip: 1,
};

async function checkTrainTrace(folder: string): Promise<void> {
  const fixture = readJson<Record<string, { losses: number[]; clip_norms: number[] }>>(folder, "train_trace.json");
  for (const [name, options] of [
    ["adamw_plain", PLAIN],
    ["hf_trainer_like", LIKE_HF],
  ] as const) {
    const { model, losses, norms } = await trainEight(folder, options);
    losses.forEach((loss, i) => {
      assertRelative([loss], [fixture[name].losses[i]], 1e-3, `${name}: loss of step ${i + 1}`);
    });
    fixture[name].clip_norms.forEach((norm, i) => {
      assertRelative([norms[i]], [norm], 1e-3, `${name}: gradient norm of step ${i + 1}`);
    });
    model.parameters.dispose();
  }
}

/** Adam turns rounding noise in a near-zero gradient into a step of the learning rate: weights agree less than losses. */
async function checkWeightsAfterTraining(folder: string): Promise<void> {
  const { model } = await trainEight(folder, PLAIN);
  const { tensors } = readSafetensors(join(folder, "after_adamw8.safetensors"));
  for (const [name, variable] of model.parameters.entries())
    if (!isNoise(name)) assertRelative(variable.dataSync(), need(tensors, name).data, 1e-2, `${name} after 8 steps`);
  model.parameters.dispose();
}

interface PythonEntity {
  start: number;
  end: number;
  text: string;
  label: string;
  score: number;
}

async function checkInference(folder: string): Promise<void> {
  const fixture = readJson<{
    texts: string[];
    labels: string[];
    runs: { args: Record<string, number | boolean>; entities: PythonEntity[][] }[];
  }>(folder, "inference.json");
  const model = await GLiNER.fromPretrained(folder);
  for (const { args, entities } of fixture.runs) {
    const found = await model.inference(fixture.texts, fixture.labels, {
      ...AS_PYTHON,
      threshold: args.threshold as number,
      flatNer: (args.flat_ner as boolean | undefined) ?? true,
      multiLabel: (args.multi_label as boolean | undefined) ?? false,
      batchSize: (args.batch_size as number | undefined) ?? 8,
    });
    found.forEach((list, i) => {
      const bare = list.map(({ score, ...rest }) => rest);
      assert.deepEqual(
        bare,
        entities[i].map((entity) => inUtf16(entity, fixture.texts[i])),
        JSON.stringify(args),
      );
      assertClose(
        list.map((e) => e.score),
        entities[i].map((e) => e.score),
        1e-4,
        `scores of ${JSON.stringify(args)}`,
      );
    });
  }
  model.dispose();
}

/** Python counts code points, JavaScript UTF-16 units. */
function inUtf16({ start, end, text, label }: PythonEntity, source: string): Omit<PythonEntity, "score"> {
  const units = (codePoints: number) => [...source].slice(0, codePoints).join("").length;
  return { start: units(start), end: units(end), text, label };
}

interface CollatorCase {
  tag: string;
  error?: string;
  examples: { tokenized_text: string[]; ner: NerSpan[]; ner_labels?: string[] }[];
  kwargs: { entity_types?: string[][] };
  id_to_classes: Record<string, string>[];
  input_ids: number[][];
  attention_mask: number[][];
  words_mask: number[][];
  labels: number[][][];
  span_idx: number[][][];
  span_mask: boolean[][];
  text_lengths: number[][];
}

async function checkCollator(folder: string): Promise<void> {
  const { cases } = readJson<{ cases: CollatorCase[] }>(folder, "collator.json");
  const { tokenizer, config, parameters } = await loadModel(folder);
  parameters.dispose();
  for (const fixture of cases) {
    if (fixture.error) continue;
    const pooling = /^subtoken_pooling_(.*)$/.exec(fixture.tag)?.[1] ?? "first";
    const examples: Example[] = fixture.examples.map((example, i) => ({
      tokens: example.tokenized_text,
      ner: example.ner,
      types: fixture.kwargs.entity_types?.[i] ?? example.ner_labels ?? Object.values(fixture.id_to_classes[i]),
    }));
    checkBatch(fixture, collate(examples, tokenizer, { ...config, subtoken_pooling: pooling }));
  }
}

function checkBatch(fixture: CollatorCase, batch: Batch): void {
  const same = (ours: Iterable<number>, python: unknown, what: string) => {
    assert.deepEqual([...ours], (python as number[][]).flat(3).map(Number), `${fixture.tag}: ${what}`);
  };
  assert.deepEqual(
    batch.classes,
    fixture.id_to_classes.map((map) => Object.values(map)),
    `${fixture.tag}: classes`,
  );
  same(batch.inputIds, fixture.input_ids, "input_ids");
  same(batch.attentionMask, fixture.attention_mask, "attention_mask");
  same(batch.wordsMask, fixture.words_mask, "words_mask");
  same(batch.textLengths, fixture.text_lengths, "text_lengths");
  same(batch.spanMask, fixture.span_mask, "span_mask");
  same(batch.labels ?? [], fixture.labels, "labels");
  const rows = batch.textLengths.flatMap((words) => {
    const padding = new Int32Array((batch.W - words) * batch.K * 2);
    return [...spanIndex(words, batch.K), ...padding];
  });
  same(rows, fixture.span_idx, "span_idx");
}

async function checkTokenizer(folder: string): Promise<void> {
  const { cases } = readJson<{ cases: { words: string[]; input_ids: number[]; word_ids: (number | null)[] }[] }>(
    folder,
    "tokenizer_cases.json",
  );
  const { tokenizer, parameters } = await loadModel(folder);
  parameters.dispose();
  for (const { words, input_ids: ids, word_ids: wordIds } of cases) {
    const encoded = words.map((word) => tokenizer.encodeWord(word));
    assert.deepEqual([tokenizer.clsId, ...encoded.flat(), tokenizer.sepId], ids, `subwords of ${words.join(" ")}`);
    const ours = encoded.flatMap((list, i) => list.map(() => i));
    assert.deepEqual([null, ...ours, null], wordIds, `words of ${words.join(" ")}`);
  }
}

function readJson<T>(folder: string, name: string): T {
  return JSON.parse(readFileSync(join(folder, name), "utf8")) as T;
}
