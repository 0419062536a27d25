/** The check before any speed is compared: both programs find the same loss and the same entities. */
import * as tf from "@tensorflow/tfjs";
import { UserError } from "../errors";
import { GLiNER } from "../gliner/gliner";
import { AS_PYTHON } from "../gliner/reading/predict-options";
import { batchLoss } from "../model/batch-loss";
import { DEFAULT_LOSS } from "../model/loss";
import type { BenchText } from "./work";

/** What a model says of the benchmark's texts: the loss of the first eight without dropout, and every entity. */
export interface Answers {
  loss: number;
  /** [text, first character, end, label, probability] */
  entities: [text: number, start: number, end: number, label: string, score: number][];
}

/** How far two sides are apart. */
export interface Agreement {
  entities: number;
  max_score_difference: number;
  relative_loss_difference: number;
}

const THRESHOLD = 0.5;
const TOLERANCE = 1e-3;

/** What this project says. */
export async function ownAnswers(folder: string, texts: readonly BenchText[]): Promise<Answers> {
  const model = await GLiNER.fromPretrained(folder);
  try {
    const batch = model.collate(texts.slice(0, 8));
    const value = tf.tidy(() => batchLoss(model.model, batch, { ...DEFAULT_LOSS, alpha: -1, gamma: 0 }).dataSync()[0]);
    const sentences = texts.map(({ tokens }) => tokens.join(" "));
    const found = await model.inference(sentences, texts[0].types, { ...AS_PYTHON, threshold: THRESHOLD });
    const entities = found.flatMap((list, text) =>
      list.map(({ start, end, label, score }) => [text, start, end, label, score] as Answers["entities"][number]),
    );
    return { loss: value, entities };
  } finally {
    model.dispose();
  }
}

/**
 * Holds the answers of two sides against each other. An entity at the threshold, or one that another of nearly the same
 * probability pushed aside, may be on one side only.
 * @throws UserError where they are not the same model
 */
export function compareAnswers(own: Answers, other: Answers, name: string): Agreement {
  const key = ([text, start, end, label]: Answers["entities"][number]) => `${text} ${start} ${end} ${label}`;
  const scores = new Map(other.entities.map((entity) => [key(entity), entity[4]]));
  const shared = own.entities.filter((entity) => scores.has(key(entity)));
  const largest = Math.max(0, ...shared.map((entity) => Math.abs(entity[4] - (scores.get(key(entity)) ?? 0))));
  const alone = own.entities.length + other.entities.length - 2 * shared.length;
  const loss = Math.abs(own.loss - other.loss) / Math.abs(other.loss);
  if (largest > TOLERANCE || loss > TOLERANCE || alone > 0.02 * (own.entities.length + other.entities.length))
    throw new UserError(
      `${name} and this project do not compute the same: scores differ by up to ${largest}, the loss by a share of ${loss}, ${alone} of ${own.entities.length} and ${other.entities.length} entities are on one side only.`,
    );
  return { entities: shared.length, max_score_difference: largest, relative_loss_difference: loss };
}
