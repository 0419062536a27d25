/** From the scores of a batch to the candidate spans of each text, for span-level and token-level models. */
import type * as tf from "@tensorflow/tfjs";
import type { Batch } from "../../batch/collate";
import { type GLiNERConfig, isTokenLevel } from "../../model/config";
import { logitBound, rowCandidates, type SpanCandidate } from "../../model/decode";
import { tokenCandidates } from "../../model/decode-token";
import { rowsAbove } from "../../model/score-rows";
import type { CandidateOptions } from "./reader";

/**
 * The candidates of every text of a batch. Words that the encoder did not read have scores as well, of vectors of zeros: they
 * are no candidates.
 * @param scores [B, W, K, C], of a token-level model [B, W, C, 3]; disposed of at the end
 */
export async function batchCandidates(
  scores: tf.Tensor4D,
  batch: Batch,
  config: Readonly<GLiNERConfig>,
  options: CandidateOptions,
): Promise<SpanCandidate[][]> {
  try {
    return isTokenLevel(config)
      ? await wordCandidates(scores, batch, options)
      : await spanCandidates(scores, batch, options);
  } finally {
    scores.dispose();
  }
}

/** @param scores [B, W, C, 3] */
async function wordCandidates(
  scores: tf.Tensor4D,
  batch: Batch,
  { floor }: CandidateOptions,
): Promise<SpanCandidate[][]> {
  const values = await scores.data<"float32">();
  const stride = values.length / batch.size;
  return batch.classes.map((classes, b) => {
    const shape = { words: batch.wordsRead[b], classes, stride: batch.C };
    return tokenCandidates(values.subarray(b * stride, (b + 1) * stride), shape, floor);
  });
}

/** @param scores [B, W, K, C] */
async function spanCandidates(
  scores: tf.Tensor4D,
  batch: Batch,
  { floor, classProbs, oneLabel }: CandidateOptions,
): Promise<SpanCandidate[][]> {
  const rows = await rowsAbove(scores, logitBound(floor));
  return batch.classes.map((classes, b) => {
    const shape = { words: batch.wordsRead[b], classes, stride: batch.C, maxWidth: batch.K, classProbs, oneLabel };
    return rowCandidates(rows[b], shape, floor);
  });
}
