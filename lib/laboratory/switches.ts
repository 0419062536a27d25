/** Changes one thing about a trained model (implementation, weights, setting) and counts the changed entities. */
import type { NerRecord } from "../data/records";
import { usageError } from "../errors";
import type { Predictor } from "../evaluate/predictions/predict";
import type { GLiNER } from "../gliner/gliner";
import type { GLiNERConfig } from "../model/config";
import { exceeds, greedyDecode, type SpanCandidate } from "../model/decode";
import { redraw } from "../model/redraw";
import type { ForwardOptions } from "../model/uni-encoder-span";

/** Ways to compute the same model that a reader may swap. */
export type Switches = Pick<ForwardOptions, "lstm" | "head" | "leak">;

/** The same model computed another way, for `evaluateRecords`. */
export function withSwitches(model: GLiNER, forward: Switches): Predictor {
  return { candidates: (tokens, labels, options) => model.candidates(tokens, labels, { ...options, forward }) };
}

/**
 * Runs something while some of a model's parameters hold other random values, as after a load that passed over them, and
 * puts the old ones back.
 * @param names which parameters, by their Python names
 * @param seed of the stream they are drawn from, as a new model's are
 * @throws UserError where no parameter has such a name
 */
export async function withRedrawn<T>(model: GLiNER, names: RegExp, seed: number, run: () => Promise<T>): Promise<T> {
  const { parameters } = model.model;
  const drawn = parameters.names().filter((name) => names.test(name));
  if (drawn.length === 0) throw usageError(`no parameter of the model is called ${names}.`);
  const kept = drawn.map((name) => parameters.get(name).dataSync<"float32">().slice());
  redraw(model.model, drawn, seed);
  try {
    return await run();
  } finally {
    drawn.forEach((name, i) => void parameters.set(name, kept[i], parameters.get(name).shape));
  }
}

/** Keys of gliner_config.json that say how a model is read, not which parameters it has (in the marker modes). */
export type Reading = Partial<
  Pick<GLiNERConfig, "class_token_index" | "embed_ent_token" | "max_len" | "max_width" | "subtoken_pooling">
>;

/** Runs something while a model reads its input by other settings than those it was trained with, and puts them back. */
export async function withConfig<T>(model: GLiNER, reading: Reading, run: () => T | Promise<T>): Promise<T> {
  const { config } = model.model;
  const kept = { ...config };
  Object.assign(config, reading);
  try {
    return await run();
  } finally {
    Object.assign(config, kept);
  }
}

/** How the same candidates differ between two ways to compute them. */
export interface CandidateChanges {
  /** Spans and types compared: all that one of the two gives a probability above the floor. */
  compared: number;
  /** Largest and mean change of a probability; below the floor it counts as the floor. */
  largest: number;
  mean: number;
  /** Candidates above the threshold on one side only. */
  flipped: number;
  /** Entities, after flat greedy decoding, that only one side finds: overlapping spans may swap ranks without a flip. */
  entities: number;
}

/** Compares the probabilities of two predictors on the same records. */
export async function candidateChanges(
  a: Predictor,
  b: Predictor,
  records: readonly NerRecord[],
  types: readonly string[],
  { floor = 0.01, threshold = 0.5 } = {},
): Promise<CandidateChanges> {
  const tokens = records.map((record) => record.tokens);
  const left = await a.candidates(tokens, types, { floor });
  const right = await b.candidates(tokens, types, { floor });
  const keyed = (spans: SpanCandidate[]) => new Map(spans.map((s) => [`${s.start} ${s.end} ${s.label}`, s.score]));
  const changes = left.flatMap((spans, i) => {
    const [x, y] = [keyed(spans), keyed(right[i])];
    return [...new Set([...x.keys(), ...y.keys()])].map((key) => [x.get(key) ?? floor, y.get(key) ?? floor] as const);
  });
  const decoded = (spans: SpanCandidate[]) =>
    keyed(
      greedyDecode(
        spans.filter(({ score }) => exceeds(score, threshold)),
        { flatNer: true, multiLabel: false },
      ),
    );
  const onOneSide = left.map((spans, i) => {
    const [x, y] = [decoded(spans), decoded(right[i])];
    return [...x.keys()].filter((key) => !y.has(key)).length + [...y.keys()].filter((key) => !x.has(key)).length;
  });
  const sizes = changes.map(([x, y]) => Math.abs(x - y));
  return {
    compared: sizes.length,
    largest: sizes.reduce((most, size) => Math.max(most, size), 0),
    mean: sizes.reduce((sum, size) => sum + size, 0) / Math.max(1, sizes.length),
    flipped: changes.filter(([x, y]) => exceeds(x, threshold) !== exceeds(y, threshold)).length,
    entities: onOneSide.reduce((sum, count) => sum + count, 0),
  };
}
