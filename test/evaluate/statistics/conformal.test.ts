/** The promise of a threshold, by simulation: sentences are drawn, a threshold is found on some, and the next one is looked at. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { conformalThreshold, justBelow, sentencesFor } from "../../../lib/evaluate/statistics/conformal";
import { type RandomStream, randomStream } from "../../../lib/random";

/** One to four mentions; those of a sentence are alike, as they are in texts: easy or hard for a model together. */
function sentence(random: RandomStream): number[] {
  const ease = random.uniform();
  return Array.from({ length: random.integer(1, 4) }, () => {
    const logit = 4 * ease - 1 + random.normal();
    return Math.fround(1 / (1 + Math.exp(-logit)));
  });
}

const missed = (scores: readonly number[], threshold: number) =>
  scores.filter((score) => !(score > Math.fround(threshold))).length / scores.length;

test("over 4,000 draws of 50 sentences the next one loses no more than was promised, and hardly less", () => {
  const random = randomStream(1, "conformal");
  for (const missRate of [0.05, 0.1, 0.3]) {
    const losses = Array.from({ length: 4000 }, () => {
      const threshold = conformalThreshold(
        Array.from({ length: 50 }, () => sentence(random)),
        missRate,
      );
      assert.ok(threshold !== undefined);
      return missed(sentence(random), threshold);
    });
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    const spread = Math.sqrt(losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / losses.length ** 2);
    // Four standard errors of the simulation; below, what 51 sentences and shares of a sentence give away.
    assert.ok(mean <= missRate + 4 * spread, `${missRate}: ${mean}`);
    assert.ok(mean >= missRate - 2 / 51 - 4 * spread, `${missRate}: ${mean}`);
  }
});

test("the best threshold on the sentences at hand alone breaks its promise: the simulation can tell", () => {
  const random = randomStream(1, "conformal");
  const losses = Array.from({ length: 4000 }, () => {
    const scores = Array.from({ length: 10 }, () => sentence(random));
    // A miss rate of .1 on ten sentences: without the sentence that nobody has seen.
    const all = scores.flat().sort((a, b) => a - b);
    const naive = Math.max(
      ...all.filter((score) => scores.reduce((sum, own) => sum + missed(own, justBelow(score)), 0) / 10 <= 0.1),
    );
    return missed(sentence(random), justBelow(naive));
  });
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  assert.ok(mean > 0.11, `${mean}`);
});

test("too few sentences, or too many mentions that are never seen, promise nothing", () => {
  assert.deepEqual([sentencesFor(0.1), sentencesFor(0.05), sentencesFor(0.3)], [9, 19, 3]);
  const full = (n: number) => Array.from({ length: n }, () => [0.7]);
  assert.equal(conformalThreshold(full(8), 0.1), undefined);
  assert.equal(conformalThreshold(full(9), 0.1), justBelow(0.7));
  assert.equal(conformalThreshold([...full(18), [0, 0], [0.4, 0]], 0.1), undefined);
  assert.equal(conformalThreshold([...full(18), [0.4], [0.4, 0]], 0.1), justBelow(0.4));
  assert.equal(conformalThreshold([], 0.5), undefined);
  assert.ok(justBelow(0.7) < Math.fround(0.7) && Math.fround(justBelow(0.7)) === justBelow(0.7));
  assert.equal(justBelow(0), 0);
});
