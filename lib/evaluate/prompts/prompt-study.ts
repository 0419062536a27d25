/** What the studies of the prompt share: the same texts and types, asked in another way each round. */
import type { NerRecord } from "../../data/records";
import type { DecodeOptions, SpanCandidate } from "../../model/decode";
import { checkLabels, checkNumber } from "../../options";
import type { Predictor } from "../predictions/predict";
import { PLAIN_RULES, type Scored, scoreTexts } from "../scoring/scoring";

/** How the prompt names types: type -> name; a type that is left out keeps its own. */
export type Wording = Readonly<Record<string, string>>;

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
  const asked = checkLabels(types, "types").map((type) => wording[type] ?? type);
  const tokens = gold.map((record) => record.tokens);
  const found = await predictor.candidates(tokens, asked, { floor: threshold, batchSize, onProgress, signal });
  const own = new Map(asked.map((name, i) => [name, types[i]]));
  const renamed = found.map((spans) =>
    spans.map((span): SpanCandidate => ({ ...span, label: own.get(span.label) ?? "" })),
  );
  return scoreTexts(gold, renamed, { ...PLAIN_RULES, threshold, flatNer, multiLabel });
}

/** The options of one round, whose progress is counted over all of them. */
export function tellRound(options: StudyOptions, round: number, rounds: number): StudyOptions {
  const { onProgress } = options;
  return { ...options, onProgress: onProgress && ((done, total) => onProgress(round * total + done, rounds * total)) };
}
