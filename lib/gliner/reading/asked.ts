/** A model that is asked otherwise than as it is: how it is loaded for that, and who then reads. */
import type { Predictor } from "../../evaluate/predictions/predict";
import { type Asking, asWorded } from "../../evaluate/prompts/asking";
import { GLiNER } from "../gliner";
import { inLabelChunks } from "./label-chunks";

/** The part of an asking that is settled when a model is loaded: its weights, what it computes in, where it ends to read. */
export function loadAsked(folder: string, asking: Asking): Promise<GLiNER> {
  const { rounding, precision, max_len: maxLen, max_subwords: maxSubwords } = asking;
  return GLiNER.fromPretrained(folder, { rounding, precision, maxLen, maxSubwords });
}

/** The part that is settled for each prompt: how its types are spelt, and how many stand in one. */
export function askedReader(model: GLiNER, asking: Asking, labels: readonly string[]): Predictor {
  const { labels_at_once: labelsAtOnce } = asking;
  return asWorded(labelsAtOnce === undefined ? model : inLabelChunks(model, labelsAtOnce), asking, labels);
}
