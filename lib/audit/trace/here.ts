/** The same batch here: what every stage makes of it, its gradients, and its parameters after one step. */
import * as tf from "@tensorflow/tfjs";
import type { Batch, CollateSwitches } from "../../batch/collate";
import type { NerRecord } from "../../data/records";
import type { GLiNER } from "../../gliner/gliner";
import { lossOptions } from "../../gliner/recipe/settings";
import type { TrainingConfig } from "../../gliner/recipe/training-config";
import { parameterGroups } from "../../gliner/training/groups";
import { batchLoss, type LossInside } from "../../model/batch-loss";
import type { Trace } from "../../model/uni-encoder-span";
import { AdamW } from "../../train/optimizer";
import type { NamedArray } from "../../weights/tensor-file";

/** What this library makes of the batch. */
export interface Here {
  batch: Batch;
  /** By the stages' names in a dump. */
  tensors: ReadonlyMap<string, NamedArray>;
  /** Of every parameter of the model, by its name. */
  weights: ReadonlyMap<string, Float32Array>;
  gradients: ReadonlyMap<string, Float32Array>;
  after: ReadonlyMap<string, Float32Array>;
}

/**
 * Runs a batch forward and back and takes one step of the optimiser; the model's weights are then as they were before.
 * @param types of each record, in the order of its prompt
 * @param training settings of the loss, the optimiser and the labels
 */
export function runHere(
  model: GLiNER,
  records: readonly NerRecord[],
  types: readonly (readonly string[])[],
  training: TrainingConfig,
): Here {
  const switches: Partial<CollateSwitches> = { one_type_per_span: training.one_type_per_span };
  const batch = model.collate(
    records.map(({ tokens, ner }, i) => ({ tokens, ner, types: types[i] })),
    switches,
  );
  const { parameters } = model.model;
  const tensors = new Map<string, NamedArray>(arraysOf(batch));
  const groups = parameterGroups(parameters.names(), training);
  const variables = groups.flatMap(({ names }) => names.map((name) => [name, parameters.get(name)] as const));
  const gradients = new Map<string, tf.Tensor>();
  const weights = values(parameters.entries());
  const optimizer = new AdamW(new Map(parameters.entries()), groups);
  try {
    const { value, grads } = tf.variableGrads(
      () => forward(model, batch, training, tensors),
      variables.map(([, variable]) => variable),
    );
    tensors.set("loss", { shape: [], data: value.dataSync<"float32">() });
    value.dispose();
    for (const [name, variable] of variables) if (grads[variable.name]) gradients.set(name, grads[variable.name]);
    const read = values(gradients);
    optimizer.apply(gradients, 1);
    const after = values(parameters.entries());
    for (const [name, data] of weights) parameters.set(name, data, parameters.get(name).shape);
    return { batch, tensors, weights, gradients: read, after };
  } finally {
    optimizer.dispose();
    tf.dispose([...gradients.values()]);
  }
}

/** The loss; what it is made of is read on the way. */
function forward(model: GLiNER, batch: Batch, training: TrainingConfig, tensors: Map<string, NamedArray>): tf.Scalar {
  const trace: Trace = { hidden: [] };
  const watch = ({ scores }: LossInside) => keep(tensors, "scores", scores);
  const loss = batchLoss(model.model, batch, lossOptions(training), { head: "plain", trace, watch });
  trace.hidden.forEach((hidden, n) => {
    keep(tensors, `encoder.${n}`, hidden);
  });
  keep(tensors, "tokens", trace.tokens);
  keep(tensors, "types", trace.types);
  keep(tensors, "words", trace.wordsBeforeRnn);
  keep(tensors, "lstm", trace.wordsAfterRnn);
  keep(tensors, "spans", trace.spans);
  keep(tensors, "types_projected", trace.typesProjected);
  return loss;
}

function keep(tensors: Map<string, NamedArray>, name: string, tensor: tf.Tensor | undefined): void {
  if (tensor) tensors.set(name, { shape: [...tensor.shape], data: tensor.dataSync<"float32">() });
}

function arraysOf(batch: Batch): [string, NamedArray][] {
  const { size: B, T, W, K, C, labels } = batch;
  const text = (data: Int32Array) => ({ shape: [B, T], data });
  return [
    ["ids", text(batch.inputIds)],
    ["attention_mask", text(batch.attentionMask)],
    ["words_mask", text(batch.wordsMask)],
    ["span_mask", { shape: [B, W * K], data: Int32Array.from(batch.spanMask) }],
    ["labels", { shape: [B, W * K, C], data: labels ?? new Float32Array(B * W * K * C) }],
  ];
}

const values = (tensors: Iterable<readonly [string, tf.Tensor]>): Map<string, Float32Array> =>
  new Map(Array.from(tensors, ([name, tensor]) => [name, Float32Array.from(tensor.dataSync())]));
