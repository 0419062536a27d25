import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { collate } from "../../lib/batch/collate";
import { samplingOf } from "../../lib/batch/sampling";
import { instructRecord, parseInstruct } from "../../lib/data/formats/instruct";
import { Tally } from "../../lib/data/formats/tally";
import { dataPath } from "../../lib/data/project";
import type { NerRecord } from "../../lib/data/records";
import { entryOf } from "../../lib/era";
import { presetOf } from "../../lib/evaluate/scoring/presets";
import { loadModel } from "../../lib/gliner/checkpoint/load";
import { optimizerOf } from "../../lib/gliner/recipe/optimizer-eras";
import { DEFAULT_TRAINING } from "../../lib/gliner/recipe/settings";
import { parameterGroups } from "../../lib/gliner/training/groups";
import { greedyDecode, spanCandidates } from "../../lib/model/decode";
import { LSTMS } from "../../lib/model/lstm";
import { clipFactor, globalNorm, squaredNorms } from "../../lib/train/gradients";
import { AdamW, type ParameterGroup } from "../../lib/train/optimizer";
import { Parameters } from "../../lib/weights/parameters";
import { type NamedArray, readSafetensors } from "../../lib/weights/safetensors";
import { assertClose, assertGradients, need } from "./compare";
import { evaluation } from "./eval";
import type { GoldenFamily } from "./family";
import { spanLayers } from "./span";
import { words } from "./words";

/**
 * What a release of Python's GLiNER computed by its own code (test/python/eras): all parts but losses and samplers, whose
 * fixtures have the form of the older ones (eras.ts).
 */
const CHECKS: readonly (readonly [name: RegExp, check: (folder: string, path: string) => void | Promise<void>])[] = [
  [/^decode\.json$/, checkDecode],
  [/^groups\.json$/, checkGroups],
  [/^steps\.json$/, checkSteps],
  [/^labels\.json$/, checkLabels],
  [/^prompts\.json$/, checkPrompts],
  [/^collator\.json$/, checkCollator],
  [/^lstm\.safetensors$/, checkLstm],
  [/^span_\w+\.safetensors$/, (folder, path) => spanLayers.check(folder, path)],
  [/^keys\.json$/, checkKeys],
  [/^words\.json$/, (folder, path) => words.check(folder, path)],
  [/^eval\.json$/, (folder, path) => evaluation.check(folder, path)],
];

export const genuineEras: GoldenFamily = {
  name: "genuine eras",
  matches: (path) => /^eras\/\d+\.\d+\.\d+\/[^/]+$/.test(path) && CHECKS.some(([name]) => name.test(file(path))),
  async check(folder, path) {
    const found = CHECKS.find(([name]) => name.test(file(path)));
    assert.ok(found, `no check of ${path}`);
    await found[1](folder, path);
  },
};

const file = (path: string) => path.slice(path.lastIndexOf("/") + 1);
const read = <T>(folder: string, path: string) => JSON.parse(readFileSync(join(folder, path), "utf8")) as T;

interface DecodeFixture {
  era: string;
  cases: {
    shape: [B: number, W: number, K: number, C: number];
    logits: number[];
    lengths: number[];
    classes: string[];
    threshold: number;
    flat: boolean;
    multi: boolean;
    spans: [start: number, end: number, label: string][][];
  }[];
}

/**
 * In which releases the least probable span was served first. Until 0.1.4 they sort raw scores: beyond 16.6, where all float32
 * probabilities are 1, they tell spans apart that are equal here and since 0.1.5. The fixtures stay below.
 */
const ORDERS = [
  { since: "v0", worstFirst: false },
  { since: "0.1.5", worstFirst: true },
  { since: "0.1.7", worstFirst: false },
];

function checkDecode(folder: string, path: string): void {
  const { era, cases } = read<DecodeFixture>(folder, path);
  assert.ok(cases.length > 0, "cases");
  const { worstFirst } = entryOf(ORDERS, era);
  cases.forEach(({ shape: [, W, K, C], logits, lengths, classes, threshold, flat, multi, spans }, i) => {
    lengths.forEach((length, b) => {
      const scores = Float32Array.from(logits).subarray(b * W * K * C, (b + 1) * W * K * C);
      const found = spanCandidates(scores, { words: length, maxWidth: K, classes }, threshold);
      const ours = greedyDecode(found, { flatNer: flat, multiLabel: multi, worstFirst });
      assert.deepEqual(
        ours.map(({ start, end, label }) => [start, end, label]),
        spans[b],
        `case ${i}, row ${b}, flat ${flat}, multi-label ${multi}, threshold ${threshold}`,
      );
    });
  });
}

interface GroupsFixture {
  era: string;
  optimizer: string;
  clip: number;
  rates: { lr_encoder: number; lr_others: number; weight_decay_encoder: number; weight_decay_other: number };
  names: string[];
  groups: { names: string[]; lr: number; weight_decay: number; betas: number[]; eps: number }[];
}

/** Before 0.1.14 nothing could be set: torch's own decay. */
const OWN_DECAY = [
  { since: "v0", fixed: true },
  { since: "0.1.14", fixed: false },
];

function checkGroups(folder: string, path: string): void {
  const { era, optimizer, clip, rates, names, groups } = read<GroupsFixture>(folder, path);
  assert.equal(optimizer, "AdamW");
  const { decay_exclusions, max_grad_norm } = optimizerOf(era);
  assert.equal(max_grad_norm, clip, "limit of the gradients' norm");
  const { weight_decay_encoder, weight_decay_other } = entryOf(OWN_DECAY, era).fixed ? DEFAULT_TRAINING : rates;
  const ours = parameterGroups(names, {
    ...rates,
    weight_decay_encoder,
    weight_decay_other,
    decay_exclusions,
    freeze_components: [],
  });
  const theirs = groups.map((group) => ({
    names: group.names,
    learningRate: group.lr,
    weightDecay: group.weight_decay,
  }));
  assert.deepEqual(byParameter(ours), byParameter(theirs));
  for (const { betas, eps } of groups) assert.deepEqual([betas, eps], [[0.9, 0.999], 1e-8]);
}

/** How the groups are cut does not matter: which rate and decay a parameter has does. */
function byParameter(groups: readonly ParameterGroup[]): string[] {
  return groups
    .flatMap(({ names, learningRate, weightDecay }) => names.map((name) => `${name} ${learningRate} ${weightDecay}`))
    .sort();
}

interface StepsFixture {
  era: string;
  rates: GroupsFixture["rates"];
  clip: number;
  shapes: Record<string, number[]>;
  start: Record<string, number[]>;
  steps: { factor: number; gradients: Record<string, number[]>; after: Record<string, number[]> }[];
}

/** Eight steps of AdamW: groups, decay, clipping and moments together. */
function checkSteps(folder: string, path: string): void {
  const { era, rates, clip, shapes, start, steps } = read<StepsFixture>(folder, path);
  assert.equal(steps.length, 8);
  const { decay_exclusions, max_grad_norm } = optimizerOf(era);
  assert.equal(max_grad_norm, clip, "limit of the gradients' norm");
  const { weight_decay_encoder, weight_decay_other } = entryOf(OWN_DECAY, era).fixed ? DEFAULT_TRAINING : rates;
  const names = Object.keys(shapes);
  const decays = { weight_decay_encoder, weight_decay_other, decay_exclusions, freeze_components: [] };
  const groups = parameterGroups(names, { ...rates, ...decays });
  const variables = new Map(names.map((name) => [name, tf.variable(tf.tensor(start[name], shapes[name]))] as const));
  const optimizer = new AdamW(variables, groups, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, moments: "plain" });
  steps.forEach(({ factor, gradients, after }, i) => {
    const given = new Map(names.map((name) => [name, tf.tensor(gradients[name], shapes[name])] as const));
    const norm = globalNorm(squaredNorms(given).values());
    optimizer.apply(given, factor, clipFactor(norm, max_grad_norm));
    for (const [name, variable] of variables)
      assertClose(variable.dataSync(), Float32Array.from(after[name]), 2e-6, `step ${i + 1}: ${name}`);
    tf.dispose([...given.values()]);
  });
  optimizer.dispose();
  tf.dispose([...variables.values()]);
}

interface LabelsFixture {
  era: string;
  items: unknown[];
  labels: string[];
  asked: string[];
  records: { tokens: string[]; ner: [number, number, string][] }[];
}

/** Which way of asking a release's own evaluation has: its case of types, asked and gold. */
const ASKING = [
  { since: "v0", preset: "paper-2023" },
  { since: "0.2.3", preset: "gliner" },
];

function checkLabels(folder: string, path: string): void {
  const { era, items, labels, asked, records } = read<LabelsFixture>(folder, path);
  const { lowerCase } = presetOf(entryOf(ASKING, era).preset).ask;
  const cased = (type: string) => (lowerCase ? type.toLowerCase() : type);
  assert.deepEqual(labels.map(cased), asked, "types that are asked");
  items.forEach((item, i) => {
    const where = `${era}, sentence ${i}`;
    const { tokens, ner } = instructRecord(parseInstruct(item, where), "whitespace", new Tally(), where);
    assert.deepEqual(tokens, records[i].tokens, `${where}: words`);
    assert.deepEqual(
      ner.map(([start, end, type]) => [start, end, cased(type)]),
      records[i].ner,
      `${where}: mentions`,
    );
  });
}

interface PromptsFixture {
  era: string;
  cases: {
    tokens: string[][];
    types: string[][];
    input_ids: number[][];
    attention_mask: number[][];
    /** Of each word of prompt and text, the subword whose vector it has. */
    places: number[][];
  }[];
}

/** Until 0.2.2 Flair makes the subwords: prompt, text, and where each word's vector stands. */
async function checkPrompts(folder: string, path: string): Promise<void> {
  const { era, cases } = read<PromptsFixture>(folder, path);
  assert.ok(cases.length > 0, "cases");
  const model = await loadModel(join(__dirname, "..", "..", "..", "test", "golden", "tiny_bert"));
  model.parameters.dispose();
  cases.forEach(({ tokens, types, input_ids, attention_mask, places }, i) => {
    const where = `case ${i} of ${era}`;
    const examples = tokens.map((words, b) => ({ tokens: words, types: types[b] }));
    const batch = collate(examples, model.tokenizer, model.config);
    assert.deepEqual([...batch.inputIds], input_ids.flat(), `${where}: ids`);
    assert.deepEqual([...batch.attentionMask], attention_mask.flat(), `${where}: mask`);
    tokens.forEach((words, b) => {
      const row = [...batch.wordsMask.subarray(b * batch.T, (b + 1) * batch.T)];
      const ours = words.map((_, w) => row.indexOf(w + 1));
      assert.deepEqual(ours, places[b].slice(2 * types[b].length + 1), `${where}: words of text ${b}`);
      const marks = types[b].map((_, c) => batch.typePositions[b * batch.C + c]);
      assert.deepEqual(
        marks,
        types[b].map((_, c) => places[b][2 * c]),
        `${where}: types of text ${b}`,
      );
    });
  });
}

interface CollatorFixture {
  era: string;
  cases: {
    records: unknown[];
    config: { max_len: number; max_width: number };
    asked: string[][];
    tokens: string[][];
    labels: Nested;
    span_mask: Nested;
    input_ids?: Nested;
    attention_mask?: Nested;
    words_mask?: Nested;
  }[];
}
type Nested = number | Nested[];

const flat = (nested: Nested): number[] => (typeof nested === "number" ? [nested] : nested.flatMap(flat));

/** How words were numbered; before 0.2.6 a word without subwords was an error. */
const NUMBERING = [
  { since: "v0", wordNumbering: "place" },
  { since: "0.2.6", wordNumbering: "seen_prompt" },
  { since: "0.2.23", wordNumbering: "seen" },
] as const;

async function checkCollator(folder: string, path: string): Promise<void> {
  const { era, cases } = read<CollatorFixture>(folder, path);
  assert.ok(cases.length > 0, "cases");
  const model = await loadModel(join(__dirname, "..", "..", "..", "test", "golden", "tiny_bert"));
  model.parameters.dispose();
  const { preprocess_text, one_type_per_span } = samplingOf(era);
  const { wordNumbering } = entryOf(NUMBERING, era);
  cases.forEach((fixture, i) => {
    const examples = fixture.records.map((record, b) => exampleOf(record, fixture.asked[b]));
    const config = { ...model.config, ...fixture.config, preprocess_text, one_type_per_span, wordNumbering };
    const batch = collate(examples, model.tokenizer, config);
    const where = `case ${i} of ${era}`;
    assert.deepEqual(batch.tokens, fixture.tokens, `${where}: words`);
    assert.deepEqual([...batch.spanMask], flat(fixture.span_mask), `${where}: mask of spans`);
    assert.deepEqual([...(batch.labels ?? [])], flat(fixture.labels), `${where}: labels`);
    // Flair makes the ids inside of the encoder: until 0.2.2 there are none.
    if (!fixture.input_ids) return;
    assert.deepEqual([...batch.inputIds], flat(fixture.input_ids), `${where}: ids`);
    assert.deepEqual([...batch.attentionMask], flat(fixture.attention_mask ?? []), `${where}: mask of ids`);
    assert.deepEqual([...batch.wordsMask], flat(fixture.words_mask ?? []), `${where}: numbers of the words`);
  });
}

/** A record as the package takes it: mentions may end past its text. */
function exampleOf(record: unknown, types: readonly string[]) {
  const { tokenized_text: tokens, ner } = record as { tokenized_text: string[]; ner: NerRecord["ner"] };
  return { tokens, ner, types };
}

/** The keys that a release reads of the official files: those that data/versions says. */
function checkKeys(folder: string, path: string): void {
  const found = read<{ version: string }>(folder, path);
  assert.deepEqual(found, read(dataPath("versions"), `${found.version}.json`));
}

function checkLstm(folder: string, path: string): void {
  const { tensors, metadata } = readSafetensors(join(folder, path));
  const { lengths } = JSON.parse(metadata.get("meta") ?? "{}") as { lengths: number[] };
  const parameters = new Parameters();
  for (const [name, { data, shape }] of tensors)
    if (name.startsWith("lstm.")) parameters.set(name, data as Float32Array, shape);
  const module = { parameters, prefix: "lstm", layers: 1, bidirectional: true };
  const x = tf.variable(tensor(tensors, "x")); // [B, W, D]
  const forward = () => LSTMS.packed(x as tf.Tensor as tf.Tensor3D, lengths, module); // [B, W, D]
  assert.deepEqual(forward().shape, need(tensors, "out").shape, "shape");
  assertClose(forward().dataSync(), need(tensors, "out").data, 1e-5, "outputs");
  const variables = new Map<string, tf.Variable>([...parameters.entries(), ["x", x]]);
  assertGradients(() => tf.sum(tf.mul(forward(), tensor(tensors, "R"))), variables, tensors);
  parameters.dispose();
  x.dispose();
}

const tensor = (tensors: Map<string, NamedArray>, name: string) =>
  tf.tensor(need(tensors, name).data, need(tensors, name).shape, "float32");
