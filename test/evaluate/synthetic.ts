import type { Counts } from "../../lib/evaluate/scoring/metrics";
import { type RandomStream, randomStream } from "../../lib/random";

/** How well two made-up systems do: the share of mentions that they find in a sentence of middling difficulty. */
const SKILLS = [0.6, 0.55] as const;

/**
 * What two systems make of a made-up sentence: 0 to about 15 mentions, of one difficulty for both, so that the mentions of a
 * sentence are not independent, nor are the systems. @param shift added to both skills, such as what a seed is worth
 */
export function sentencePair(random: RandomStream, shift = 0): [Counts, Counts] {
  const mentions = Math.floor(-3.5 * Math.log(1 - random.uniform()));
  const [ease, noise] = [random.uniform() - 0.5, random.uniform()];
  const count = (n: number, share: number) => {
    let found = 0;
    for (let i = 0; i < n; i++) found += Number(random.uniform() < share);
    return found;
  };
  const answer = (skill: number): Counts => {
    const truePositives = count(mentions, skill + shift + 0.8 * ease);
    const falsePositives = count(mentions + 1, 0.35 * noise * (1.3 - skill - shift));
    return { truePositives, falsePositives, falseNegatives: mentions - truePositives };
  };
  return [answer(SKILLS[0]), answer(SKILLS[1])];
}

/** The F1 of both systems on endlessly many sentences, to about .0005. */
export function trueF1(): [number, number] {
  const random = randomStream(0, "truth");
  const hits = [0, 0];
  const sizes = [0, 0];
  for (let i = 0; i < 1_000_000; i++)
    sentencePair(random).forEach(({ truePositives: tp, falsePositives: fp, falseNegatives: fn }, system) => {
      hits[system] += 2 * tp;
      sizes[system] += 2 * tp + fp + fn;
    });
  return [hits[0] / sizes[0], hits[1] / sizes[1]];
}
