/** The history of GLiNER's training loss: what each Python version computed, as options of this one. */
import { entryOf, type Since } from "../../era";
import { DEFAULT_LOSS, type LossOptions } from "./options";

/** What a version computed for a training batch of spans. */
export interface LossEra extends Since {
  /** What differs from GLiNER 0.2.29 called without arguments. */
  options: Partial<LossOptions>;
  /** What changed, and where it was read. */
  note: string;
}

/**
 * The training loss of every version: the code of its span model, with the values that its own train.py passed on from its
 * own yaml for span models (config_large.yaml, config.yaml, config_span.yaml in the order of their time).
 *
 * Read in the public history of urchade/GLiNER (commits given). `npm run -s test:eras` holds formulas and trainer's defaults to
 * the releases themselves; what a yaml said is in no release.
 */
export const LOSS_ERAS: readonly LossEra[] = [
  {
    since: "v0",
    options: { loss_type: "focal_logits", positive_weight: 2 },
    note: "6dfdb55, model.py: cross-entropy on logits, summed, times labels + 1: positives weigh 2",
  },
  {
    since: "0.1.14",
    options: { loss_type: "focal_logits", alpha: 0.75, gamma: 2, mean_over: "elements" },
    note: "6cb72ce, e3673db, loss_functions.py: the weight 2 goes, focal loss with alpha and gamma comes; config.yaml .75 and 2",
  },
  {
    since: "0.2.0",
    options: { loss_type: "focal_logits", mean_over: "elements" },
    note:
      "config_span.yaml: alpha -1, gamma 0; config.yaml of 0.2.0 to 0.2.2 had alpha 0 (positives weigh nothing, 996eb2c); " +
      "since 0.2.3 label smoothing, but until 0.2.16 train.py passes nothing of the yaml on (d1706be)",
  },
  {
    since: "0.2.18",
    options: { loss_type: "focal_logits", mean_over: "elements", masking: "label" },
    note: "aaa37c9: negatives and masking, which its trainer cannot be told: 1 and label, so that every negative stays",
  },
  {
    since: "0.2.19",
    options: { loss_type: "focal_logits", mean_over: "elements", masking: "global" },
    note: "both can be set; the trainer's defaults keep every negative (negatives 1, masking global)",
  },
  {
    since: "0.2.22",
    options: { mean_over: "elements", margin_floor: false, label_smoothing: 1 },
    note:
      "bb3bf24: clamped probabilities and a margin. The span model hands its arguments on by place: label_smoothing arrives " +
      "as the margin and negatives (1) as label_smoothing, so that every target is 1/2. Repaired by 419fc05, in 0.2.23",
  },
  {
    since: "0.2.23",
    options: { mean_over: "elements", margin_floor: false, alpha: 0.75 },
    note: "419fc05, bb8dbad: arguments by name, masking none; config_span.yaml: alpha .75",
  },
  {
    since: "0.2.25",
    options: { mean_over: "elements", alpha: 0.75 },
    note: "e0fbae8: p - margin no longer goes below 0",
  },
  {
    since: "0.2.26",
    options: { alpha: 0.75 },
    note: "a1faa50: the mean is over valid spans; 0.2.29 adds dice and the width weight, both off",
  },
];

/** The entry of a version. @param era "v0" or a version such as "0.1.14" @throws UserError where it is neither */
export function lossEra(era: string): LossEra {
  return entryOf(LOSS_ERAS, era);
}

/** The complete loss of a version. @throws UserError like `lossEra` */
export function lossOf(era: string): LossOptions {
  return { ...DEFAULT_LOSS, ...lossEra(era).options };
}
