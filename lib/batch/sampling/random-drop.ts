/** Prompts of random length: the last thing the paper's code does to the types of a training example. */
import type { RandomStream } from "../../random";

/**
 * Keeps the first n of a list, n uniform in 1..length (paper, section 2.3: worth 1.4 points of average F1). In a shuffled
 * list this drops gold types as readily as negatives, and the spans of a dropped type become negatives of the rest. Always
 * on in the code of the paper, `random_drop` until 0.1.14, and read by no version since (c72ce0b).
 */
export function randomDrop<T>(types: readonly T[], random: RandomStream): readonly T[] {
  return types.length === 0 ? types : types.slice(0, random.integer(1, types.length));
}
