/**
 * One text through every stage of a model, each with what it makes: text -> words -> subwords -> prompt -> encoded ->
 * words -> spans -> scores -> entities. For reading, not for speed: the plain head runs, and its tensors are read back.
 */
import * as tf from "@tensorflow/tfjs";
import type { Batch } from "../batch/collate";
import type { Entity } from "../gliner/entity";
import type { GLiNER } from "../gliner/gliner";
import { greedyDecode, type SpanCandidate, spanCandidates } from "../model/decode";
import { spanScores, type Trace } from "../model/uni-encoder-span";
import { splitWords, type Word } from "../text/words";

/** What each stage of one text made. */
export interface Stages {
  text: string;
  labels: string[];
  /** [W] words with their place in the text. */
  words: Word[];
  /** A row a word: its subwords and their ids. */
  subwords: { word: string; pieces: string; ids: string }[];
  /** A row a position of the encoder's input, with what the vector there is used as. */
  prompt: { position: number; subword: string; role: string }[];
  /** After the embeddings and after each layer of the encoder: [layers + 1] of [T, H]. */
  hidden: number[][][];
  /** What each head of each layer attends to: [layers][heads] of [T, T], rows sum to 1. */
  attention: number[][][][];
  /** Encoder output [T, H]: the last of `hidden`. */
  encoded: number[][];
  /** Word vectors before and after the BiLSTM [W, D]. */
  wordsBefore: number[][];
  wordsAfter: number[][];
  /** Type vectors as the encoder gives them, and after their projection [C, D]. */
  typesBefore: number[][];
  types: number[][];
  /** Span vectors [W, K, D], also of spans that would leave the text. */
  spans: number[][][];
  /** Length of each span's vector [W, K]; NaN where the span would leave the text. */
  spanNorms: number[][];
  /** Score of each span, a matrix a type: [C] of [W, K]; NaN where the span would leave the text. */
  logits: number[][][];
  /** The same as probabilities. */
  scores: number[][][];
  /** A row a tensor. */
  shapes: { stage: string; tensor: string; shape: string; letters: string }[];
  /** The spans whose probability exceeds a threshold, in words, in the order start, width, type. */
  candidates(threshold: number): SpanCandidate[];
  /** The same, decoded greedily. */
  entities(threshold: number, options?: { flatNer?: boolean; multiLabel?: boolean }): Entity[];
}

/**
 * Runs one text through the model and keeps what every stage made.
 * @param labels the entity types asked for, in prompt order
 */
export function stages(model: GLiNER, text: string, labels: readonly string[]): Stages {
  const words = splitWords(text);
  const batch = model.collate([{ tokens: words.map((word) => word.text), types: labels }]);
  const computed = tf.tidy(() => compute(model, batch));
  const tokenizer = model.model.tokenizer;
  const shape = { words: batch.textLengths[0], maxWidth: batch.K, classes: batch.classes[0] };
  return {
    ...computed.tensors,
    text,
    labels: batch.classes[0],
    words,
    subwords: words.map(({ text: word }) => {
      const ids = tokenizer.encodeWord(word);
      return { word, pieces: ids.map((id) => tokenizer.token(id)).join(" "), ids: ids.join(" ") };
    }),
    prompt: Array.from({ length: batch.T }, (_, position) => ({
      position,
      subword: tokenizer.token(batch.inputIds[position]),
      role: roleOf(batch, position),
    })),
    candidates: (threshold) => spanCandidates(computed.logits, shape, threshold),
    entities: (threshold, { flatNer = true, multiLabel = false } = {}) => {
      const spans = greedyDecode(spanCandidates(computed.logits, shape, threshold), { flatNer, multiLabel });
      return spans.map(({ start, end, label, score }) => {
        const [from, to] = [words[start].start, words[end].end];
        return { start: from, end: to, text: text.slice(from, to), label, score };
      });
    },
  };
}

/** Mean and highest probability over all spans, a row a type. */
export function scoreRows(one: Stages): { label: string; mean: number; highest: number }[] {
  return one.labels.map((label, c) => {
    const values = one.scores[c].flat().filter((value) => !Number.isNaN(value));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { label, mean, highest: values.reduce((a, b) => Math.max(a, b)) };
  });
}

type Computed = Omit<Stages, "text" | "labels" | "words" | "subwords" | "prompt" | "candidates" | "entities">;

function compute(model: GLiNER, batch: Batch): { tensors: Computed; logits: Float32Array } {
  const { W, K, C } = batch;
  const trace: Trace = { hidden: [], attention: [] };
  const scores = spanScores(model.model, batch, { head: "plain", trace }); // [B, W, K, C]
  const logits = scores.dataSync<"float32">();
  const norms = trace.spans ? tf.norm(trace.spans, 2, -1).dataSync() : new Float32Array(W * K); // [B, W, K]
  const onlyInside = (value: (cell: number) => number): number[][] =>
    Array.from({ length: W }, (_, w) =>
      Array.from({ length: K }, (_, k) => (batch.spanMask[w * K + k] === 1 ? value(w * K + k) : Number.NaN)),
    );
  const hidden = trace.hidden.map(rows);
  const eachType = (value: (cell: number) => number): number[][][] =>
    Array.from({ length: C }, (_, c) => onlyInside((cell) => value(cell * C + c)));
  const tensors: Computed = {
    hidden,
    attention: (trace.attention ?? []).map((layer) => (layer.arraySync() as number[][][][])[0]),
    encoded: hidden[hidden.length - 1],
    wordsBefore: rows(trace.wordsBeforeRnn),
    wordsAfter: rows(trace.wordsAfterRnn),
    typesBefore: rows(trace.types),
    types: rows(trace.typesProjected),
    spans: trace.spans ? (trace.spans.arraySync() as number[][][][])[0] : [],
    spanNorms: onlyInside((cell) => norms[cell]),
    logits: eachType((cell) => logits[cell]),
    scores: eachType((cell) => 1 / (1 + Math.exp(-logits[cell]))),
    shapes: shapesOf(trace, scores),
  };
  return { tensors, logits };
}

/** What the vector at a position of the input is used as. */
function roleOf(batch: Batch, position: number): string {
  const type = batch.typePositions.indexOf(position);
  if (type >= 0) return `type "${batch.classes[0][type]}"`;
  const word = batch.wordsMask[position];
  return word > 0 ? `word ${word - 1} "${batch.tokens[0][word - 1]}"` : "";
}

/** The rows of the one text of a batch: [1, N, D] -> N arrays of D. */
function rows(tensor: tf.Tensor | undefined): number[][] {
  if (!tensor) return [];
  const [, count, width] = tensor.shape;
  const values = tensor.dataSync();
  return Array.from({ length: count }, (_, row) => Array.from(values.subarray(row * width, (row + 1) * width)));
}

function shapesOf(trace: Trace, scores: tf.Tensor): Stages["shapes"] {
  const listed: [stage: string, tensor: string, value: tf.Tensor | undefined, letters: string][] = [
    ["encoded", "embeddings", trace.hidden[0], "B, T, H"],
    ["encoded", "last layer", trace.hidden[trace.hidden.length - 1], "B, T, H"],
    ["words", "first subword of each word", trace.wordsBeforeRnn, "B, W, D"],
    ["words", "after the BiLSTM", trace.wordsAfterRnn, "B, W, D"],
    ["words", "types, projected", trace.typesProjected, "B, C, D"],
    ["spans", "start and end, projected", trace.spans, "B, W, K, D"],
    ["scores", "span . type", scores, "B, W, K, C"],
  ];
  return listed.flatMap(([stage, tensor, value, letters]) =>
    value ? [{ stage, tensor, shape: value.shape.join(" x "), letters }] : [],
  );
}
