/** How the loss of one (span, type) is computed; `LOSS_TYPES` holds the functions. */
export type LossType = "focal" | "bce" | "dice" | "focal_logits";

/** Which negatives may be left out of the loss. */
export type Masking = "none" | "global" | "label" | "span";

/** Everything that decides the training loss, in Python's spelling where Python has a name for it. */
export interface LossOptions {
  /**
   * "focal" = on clamped probabilities (since 0.2.22), "bce" = Python's other name of it, "dice" (0.2.29),
   * "focal_logits" = on logits, without the clamp (until 0.2.21).
   */
  loss_type: LossType;
  /** Weight of positives, 1 - alpha of negatives; below 0 = both weigh 1. */
  alpha: number;
  /** Exponent of the focal factor; 0 = plain cross-entropy. */
  gamma: number;
  /** Subtracted from the probabilities of negatives; read by "focal". */
  prob_margin: number;
  /** Whether p - margin is kept from going below 0; it was not until 0.2.24. */
  margin_floor: boolean;
  /** Targets y become y (1 - s) + s / 2; read by all but "dice". */
  label_smoothing: number;
  /** Exponent of Dice's factor (1 - p); read by "dice". */
  dice_gamma: number;
  /** The loss of positives is multiplied by it: 2 until 0.1.13, 1 since. */
  positive_weight: number;
  /** The loss of positives is multiplied by 1 + ln(width), the width in words (0.2.29). */
  use_span_width_weight: boolean;
  masking: Masking;
  /** The share of the maskable negatives that is kept, 0..1. */
  negatives: number;
  reduction: "sum" | "mean";
  /** What "mean" divides by: valid spans (since 0.2.26), or all elements, padding included (before). */
  mean_over: "spans" | "elements";
}

/** What GLiNER 0.2.29 computes without further arguments: binary cross-entropy, summed. */
export const DEFAULT_LOSS: LossOptions = {
  loss_type: "focal",
  alpha: -1,
  gamma: 0,
  prob_margin: 0,
  margin_floor: true,
  label_smoothing: 0,
  dice_gamma: 1,
  positive_weight: 1,
  use_span_width_weight: false,
  masking: "none",
  negatives: 1,
  reduction: "sum",
  mean_over: "spans",
};
