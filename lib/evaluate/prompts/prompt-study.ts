/** What the studies of the prompt share: the same texts and types, asked in another way each round. */
import type { NerRecord } from "../../data/records";
import type { DecodeOptions } from "../../model/decode";
import { checkLabels, checkNumber } from "../../options";
import type { Predictor } from "../predictions/predict";
import { PLAIN_RULES, type Scored, scoreTexts } from "../scoring/scoring";
import { inWording, type Wording } from "./wording";

/** How a study of the prompt decodes, and who hears of its progress. */
export interface StudyOptions extends Pick<Partial<DecodeOptions>, "flatNer" | "multiLabel"> {
  /** Default 0.5. */
  threshold?: number;
  batchSize?: number;
  /** Of the bootstrap, and of what else is drawn. */
  seed?: number;
  /** Texts read so far, of all rounds together. */
  onProgress?(done: number, total: number): void;
  /** Ends the work between two batches: the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}

/** One round: asks in this order and these words, and scores against the types' own names. One pass over the texts. */
export async function scoreRound(
  predictor: Predictor,
  gold: readonly NerRecord[],
  types: readonly string[],
  wording: Wording,
  { threshold = 0.5, flatNer = true, multiLabel = false, batchSize, onProgress, signal }: StudyOptions,
): Promise<Scored> {
  checkNumber("threshold", threshold);
  const tokens = gold.map((record) => record.tokens);
  const reader = inWording(predictor, wording);
  const options = { floor: threshold, batchSize, onProgress, signal };
  const found = await reader.candidates(tokens, checkLabels(types, "types"), options);
  return scoreTexts(gold, found, { ...PLAIN_RULES, threshold, flatNer, multiLabel });
}

/** The options of one round, whose progress is counted over all of them. */
export function tellRound(options: StudyOptions, round: number, rounds: number): StudyOptions {
  const { onProgress } = options;
  return { ...options, onProgress: onProgress && ((done, total) => onProgress(round * total + done, rounds * total)) };
}
