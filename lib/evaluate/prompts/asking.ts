/** How a model is asked otherwise than as it is, with all types of a set in one prompt: each of it a setting that a study can vary. */
import type { Precision } from "../../fused/eight-bits";
import { givenOnly } from "../../options";
import type { WordSplitter } from "../../text/reading";
import type { Rounding } from "../../weights/rounding";
import type { Predictor } from "../predictions/predict";
import type { Asked } from "../predictions/predictions";
import { type LabelOrder, reordered } from "./label-order";
import { inWording, type Respelling, respelled } from "./wording";

/** Only what is otherwise is there. */
export interface Asking {
  /** How the prompt spells the types. */
  wording?: Respelling;
  /** In which other order they stand there. */
  order?: LabelOrder;
  /** Most types in one prompt. */
  labels_at_once?: number;
  /** Splits the words of the test again. */
  splitter?: WordSplitter;
  /** The form that the weights are rounded to. */
  rounding?: Rounding;
  /** What the forward pass computes in, where not in float32. */
  precision?: Exclude<Precision, "float32">;
  /** Words of a text that are read. */
  max_len?: number;
  /** Subwords of prompt and text together. */
  max_subwords?: number;
}

/** What predictions say of it; the rest shows in their labels, their texts and `labels_at_once`. */
export function askedOf({ wording, rounding, precision, max_len, max_subwords }: Asking): Asked {
  return givenOnly({ wording, rounding, precision, max_len, max_subwords });
}

/** The types in the order of the prompt. */
export const labelsAsked = ({ order }: Asking, types: readonly string[]): string[] =>
  order === undefined ? [...types] : reordered(types, order);

/** A reader that spells the types as it is to. @throws UserError (usage) where two of them would be spelt alike */
export function asWorded(reader: Predictor, { wording }: Asking, types: readonly string[]): Predictor {
  return wording === undefined ? reader : inWording(reader, respelled(wording, [...new Set(types)]));
}
