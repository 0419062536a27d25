/** A shard: some texts of many, and all that decides what a model answers to them. */

import type { TextPrediction } from "../../evaluate/predictions/predictions";
import type { Asking } from "../../evaluate/prompts/asking";
import { sha256 } from "../../files/hash";
import type { SpanCandidate } from "../../model/decode";
import type { Entity } from "../entity";
import type { DescribedTypes } from "../reading/described";
import type { PredictOptions } from "../reading/predict-options";

/** Whose answers are wanted. */
export interface ShardModel {
  /** A folder or a name of the hub, under which every worker has it. */
  name: string;
  /** Of its configuration, tokenizer and weights. */
  sha256: string;
}

/** Lines of a file, to be read for entities. */
export interface TextShard {
  kind: "texts";
  id: string;
  model: ShardModel;
  /** The number of its first text, counted from 1. */
  first: number;
  texts: string[];
  labels: string[] | DescribedTypes;
  options: Pick<
    PredictOptions,
    "threshold" | "flatNer" | "multiLabel" | "window" | "nfc" | "splitter" | "labelsAtOnce"
  >;
}

export interface TextAnswers {
  /** Of each text. */
  entities: Entity[][];
  /** Texts of the shard, counted from 0, of which words were not read. */
  lost: [text: number, words: number][];
  /** Texts that were read in windows. */
  in_windows: number;
}

/** Sentences of a data set, to be asked for every candidate above a floor. */
export interface RecordShard {
  kind: "records";
  id: string;
  model: ShardModel;
  set: string;
  first: number;
  tokens: string[][];
  labels: string[];
  floor: number;
  batchSize: number;
  /** How the model is asked otherwise than as it is. */
  asking: Asking;
}

export interface RecordAnswers {
  texts: { candidates: SpanCandidate[]; wordsLost: number }[];
}

export type Shard = TextShard | RecordShard;
export type Answers = TextAnswers | RecordAnswers;

/** What came back holds an answer to each text. */
export function isWhole(shard: Shard, answers: Answers | null): boolean {
  if (answers === null) return false;
  if (shard.kind === "texts") return "entities" in answers && answers.entities.length === shard.texts.length;
  return "texts" in answers && answers.texts.length === shard.tokens.length;
}

export const titleOfShard = (shard: Shard): string => {
  const last = shard.first + (shard.kind === "texts" ? shard.texts.length : shard.tokens.length) - 1;
  return shard.kind === "texts"
    ? `lines ${shard.first} to ${last}`
    : `${shard.set}, sentences ${shard.first} to ${last}`;
};

type TextOrder = Pick<TextShard, "model" | "labels" | "options">;

/**
 * Cuts texts into shards as they come.
 * @param size texts of one
 * @param form what else decides what is kept of an answer: parts of another form are no parts of this output
 */
export async function* textShards(
  texts: AsyncIterable<string>,
  size: number,
  order: TextOrder,
  form: object,
): AsyncGenerator<TextShard> {
  let own: string[] = [];
  let first = 1;
  const shard = (): TextShard => {
    const made = { kind: "texts" as const, ...order, first, texts: own };
    return { ...made, id: sha256([made, form]) };
  };
  for await (const text of texts) {
    if (own.push(text) < size) continue;
    yield shard();
    first += own.length;
    own = [];
  }
  if (own.length) yield shard();
}

type RecordOrder = Pick<RecordShard, "model" | "set" | "labels" | "floor" | "batchSize" | "asking">;

/** Cuts the sentences of a set into shards of whole batches, so that the batches are those of one machine. */
export function* recordShards(
  records: readonly { tokens: string[] }[],
  batches: number,
  order: RecordOrder,
): Generator<RecordShard> {
  const size = batches * order.batchSize;
  for (let at = 0; at < records.length; at += size) {
    const tokens = records.slice(at, at + size).map((record) => record.tokens);
    const made = { kind: "records" as const, ...order, first: at + 1, tokens };
    yield { ...made, id: sha256(made) };
  }
}

/** Predictions as a file of them has them. */
export const predictionsOf = ({ texts }: RecordAnswers): TextPrediction[] =>
  texts.map(({ candidates, wordsLost }) => ({ candidates, wordsLost }));
