/** Takes the loss apart: labels, logits and gradients of one example, span by span and part by part of the model. */
import * as tf from "@tensorflow/tfjs";
import type { Example } from "../batch/collate";
import { usageError } from "../errors";
import type { GLiNER } from "../gliner/gliner";
import { batchLoss } from "../model/batch-loss";
import { isTokenLevel } from "../model/config";
import { DEFAULT_LOSS, type LossOptions, spanLoss } from "../model/loss";
import { partOf } from "../model/parameter-names";
import { spanScores } from "../model/uni-encoder-span";

/** The loss of one example and where its gradient goes. Matrices are [C] of [W, K]; NaN where a span leaves the text. */
export interface LossStudy {
  loss: number;
  /** 1 = the span is a mention of the type. */
  labels: number[][][];
  logits: number[][][];
  /** d loss / d logit. */
  gradient: number[][][];
  /** Number of spans that lie within the text. */
  spans: number;
  /** The length of the gradient of each part's parameters; 0 where nothing reaches it. */
  blocks: { block: string; parameters: number; gradient: number }[];
  /** The length of the gradient of all parameters: what `max_grad_norm` limits. */
  norm: number;
}

/**
 * The loss of one example without dropout, as a matrix a type, and its gradient: with respect to every score and, by part
 * of the model, with respect to the parameters.
 * @throws UserError for a token-level model or an example without `ner`
 */
export function lossStudy(model: GLiNER, example: Example, options: Partial<LossOptions> = {}): LossStudy {
  if (isTokenLevel(model.config)) throw usageError("lossStudy wants a model of spans, not a token-level one.");
  if (!example.ner) throw usageError('lossStudy wants an example with its mentions ("ner").');
  const loss = { ...DEFAULT_LOSS, ...options };
  const batch = model.collate([example]);
  const { W, K, C, spanMask } = batch;
  const matrices = (values: ArrayLike<number>): number[][][] =>
    Array.from({ length: C }, (_, c) =>
      Array.from({ length: W }, (_, w) =>
        Array.from({ length: K }, (_, k) => (spanMask[w * K + k] ? values[(w * K + k) * C + c] : Number.NaN)),
      ),
    );
  return tf.tidy(() => {
    const labels = batch.labels as Float32Array;
    const mask = tf.tensor3d(Float32Array.from(spanMask), [1, W, K]);
    const ofScores = (scores: tf.Tensor) =>
      spanLoss(
        scores as tf.Tensor4D,
        tf.tensor4d(labels, [1, W, K, C]),
        { spanMask: mask, typeMask: tf.ones([1, C]) },
        loss,
      );
    const logits = spanScores(model.model, batch); // [1, W, K, C]
    const gradient = tf.grad(ofScores)(logits); // [1, W, K, C]
    const { value, blocks } = blockGradients(model, () => batchLoss(model.model, batch, loss));
    return {
      loss: value,
      labels: matrices(labels),
      logits: matrices(logits.dataSync()),
      gradient: matrices(gradient.dataSync()),
      spans: spanMask.reduce((sum, inside) => sum + inside, 0),
      blocks,
      norm: Math.hypot(...blocks.map((block) => block.gradient)),
    };
  });
}

/** d loss / d logit of a single span and type, whose label is y. */
export function lossGradient(logit: number, y: 0 | 1, options: Partial<LossOptions> = {}): number {
  return tf.tidy(() => {
    const one = tf.ones([1, 1, 1, 1]) as tf.Tensor4D;
    const loss = (scores: tf.Tensor) =>
      spanLoss(
        scores as tf.Tensor4D,
        tf.mul(one, y),
        { spanMask: tf.ones([1, 1, 1]), typeMask: tf.ones([1, 1]) },
        {
          ...DEFAULT_LOSS,
          ...options,
        },
      );
    return tf.grad(loss)(tf.mul(one, logit)).dataSync()[0];
  });
}

function blockGradients(model: GLiNER, loss: () => tf.Scalar): { value: number; blocks: LossStudy["blocks"] } {
  const variables = [...model.model.parameters.entries()];
  const { value, grads } = tf.variableGrads(
    loss,
    variables.map(([, variable]) => variable),
  );
  const blocks = new Map<string, { parameters: number; squares: number }>();
  for (const [name, variable] of variables) {
    const block = blocks.get(partOf(name).words) ?? { parameters: 0, squares: 0 };
    // BERT's pooler, for one, has none: nothing reads it.
    const grad: tf.Tensor | undefined = grads[variable.name];
    block.parameters += variable.size;
    block.squares += grad ? tf.sum(tf.square(grad)).dataSync()[0] : 0;
    blocks.set(partOf(name).words, block);
  }
  return {
    value: value.dataSync()[0],
    blocks: [...blocks].map(([block, { parameters, squares }]) => ({
      block,
      parameters,
      gradient: Math.sqrt(squares),
    })),
  };
}
