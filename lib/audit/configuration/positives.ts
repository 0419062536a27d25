/** The weight of positives that a configuration comes to, over all keys of its loss. */
import { DEFAULT_LOSS } from "../../model/loss";
import { positiveWeight } from "../../model/loss/positive-weight";
import type { Configuration } from "./configuration";

/**
 * @param settings by their keys, what holds
 * @returns above 0; null where the configuration does not say, where a value is none (`loss-values.ts` says so), or where something
 *   else decides too: dice, a margin, thinned-out negatives, a weight by width
 */
export function weightOfPositives(settings: Pick<Configuration["effective"], "get">): number | null {
  const said = (key: string) => settings.get(key) ?? undefined;
  if (said("loss_alpha") === undefined && said("positive_weight") === undefined) return null;
  if (said("loss_type") === "dice" || said("use_span_width_weight") === true) return null;
  if (Number(said("loss_prob_margin") ?? 0) !== 0) return null;
  if (Number(said("negatives") ?? 1) < 1 && said("masking") !== "none") return null;
  const alpha = said("loss_alpha") ?? DEFAULT_LOSS.alpha;
  const weight = said("positive_weight") ?? DEFAULT_LOSS.positive_weight;
  const smoothing = said("label_smoothing") ?? DEFAULT_LOSS.label_smoothing;
  if (typeof alpha !== "number" || typeof weight !== "number" || typeof smoothing !== "number") return null;
  if (alpha >= 1 || smoothing >= 1) return null;
  const whole = positiveWeight({ alpha, positive_weight: weight, label_smoothing: smoothing });
  return whole > 0 ? whole : null;
}
