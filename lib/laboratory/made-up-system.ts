/** Invents the answers of a system with a given F1, for lessons on confidence intervals. */
import { usageError } from "../errors";
import type { Counts } from "../evaluate/scoring/metrics";
import { type RandomStream, randomStream } from "../random";

/**
 * A system that does not exist: its hits and false answers are drawn so that precision and recall come to about `f1`, on the
 * mentions of real sentences. What an interval would be at 60 can be seen without a model that reaches 60.
 *
 * A sentence is easy or hard for every system alike, so that two of them can be compared in pairs.
 * @param mentions gold mentions of each sentence, a list a set
 * @param f1 within 0..1
 * @param system its name: another name draws other answers to the same sentences
 */
export function madeUpSystem(
  mentions: readonly (readonly number[])[],
  f1: number,
  { seed = 0, system = "a" } = {},
): Counts[][] {
  if (!(f1 >= 0 && f1 <= 1)) throw usageError(`f1 is ${f1}, wanted a share from 0 to 1.`);
  const ease = randomStream(seed, "made-up ease");
  const answers = randomStream(seed, "made-up answers", system);
  return mentions.map((set) => set.map((gold) => answer(gold, f1, ease.uniform() - 0.5, answers)));
}

/** How far from the mean the easiest and the hardest sentence lie. */
const SPREAD = 0.6;

function answer(gold: number, f1: number, ease: number, random: RandomStream): Counts {
  const truePositives = drawn(gold, f1 + SPREAD * ease, random);
  const falsePositives = drawn(gold + 1, ((1 - f1 - SPREAD * ease) * gold) / (gold + 1), random);
  return { truePositives, falsePositives, falseNegatives: gold - truePositives };
}

function drawn(n: number, share: number, random: RandomStream): number {
  let count = 0;
  for (let i = 0; i < n; i++) count += Number(random.uniform() < share);
  return count;
}
