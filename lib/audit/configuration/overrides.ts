/** Keys that are read, and whose value the code then replaces by another one. */
import { versionOf } from "../../era";

export interface Override {
  key: string;
  /** What holds in the end. */
  done: unknown;
  why: string;
}

/** Read in the packages: `others_lr or learning_rate`, `others_weight_decay or weight_decay` in train_model, from 0.2.23 on. */
const SHARED: readonly { key: string; by: string; words: string }[] = [
  { key: "lr_others", by: "lr_encoder", words: "the head learns at the encoder's rate" },
  { key: "weight_decay_other", by: "weight_decay_encoder", words: "the head has the encoder's weight decay" },
];

/** Of a file as a version takes it. @throws UserError where the era is no version */
export function overriddenBy(given: ReadonlyMap<string, unknown>, era: string): Override[] {
  const [a, b, c] = versionOf(era);
  if (a === 0 && (b < 2 || (b === 2 && c < 23))) return [];
  return SHARED.filter(({ key, by }) => given.get(key) === 0 && Boolean(given.get(by))).map(({ key, by, words }) => ({
    key,
    done: given.get(by),
    why: `Python takes 0 for "not given" here (${key} or ${by}), so ${words}`,
  }));
}
