/** The decoder over 100,000 random score tensors, against an oracle that knows the rule only by its letter. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type DecodeOptions, exceeds, greedyDecode, type SpanCandidate, spanCandidates } from "../../lib/model/decode";
import { type RandomStream, randomStream } from "../../lib/random";

const TENSORS = 100_000;

interface Case {
  /** [W, K, C] */
  logits: Float32Array;
  words: number;
  maxWidth: number;
  classes: string[];
  threshold: number;
  options: DecodeOptions;
}

/** Half of the tensors hold few distinct values, so that ties abound. */
function draw(random: RandomStream): Case {
  const [words, maxWidth, types] = [random.integer(1, 7), random.integer(1, 4), random.integer(1, 3)];
  const coarse = random.integer(0, 1) === 1;
  const logit = () => (coarse ? random.integer(-3, 3) / 2 : 2 * random.normal() - 1);
  return {
    logits: Float32Array.from({ length: words * maxWidth * types }, logit),
    words,
    maxWidth,
    classes: ["a", "b", "c"].slice(0, types),
    threshold: [0.05, 0.3, 0.5, 0.62, 0.8][random.integer(0, 4)],
    options: { flatNer: random.integer(0, 1) === 1, multiLabel: random.integer(0, 2) === 0 },
  };
}

/** The words of a span as bits. */
const bitsOf = ({ start, end }: SpanCandidate) => ((1 << (end - start + 1)) - 1) << start;

/** May not both stand: the same words (unless labels may share them), or common words without one inside the other, or flat. */
function clash(a: SpanCandidate, b: SpanCandidate, { flatNer, multiLabel }: DecodeOptions): boolean {
  const [x, y] = [bitsOf(a), bitsOf(b)];
  if (x === y) return !multiLabel;
  const common = x & y;
  return common !== 0 && (flatNer || (common !== x && common !== y));
}

/** Enumerates every cell, then takes the best of what is left again and again; of equal ones the first in the tensor. */
function oracle({ logits, words, maxWidth, classes, threshold, options }: Case): SpanCandidate[] {
  let left: SpanCandidate[] = [];
  logits.forEach((logit, cell) => {
    const c = cell % classes.length;
    const width = Math.floor(cell / classes.length) % maxWidth;
    const start = Math.floor(cell / classes.length / maxWidth);
    const score = Math.fround(1 / (1 + Math.exp(-logit)));
    if (score > Math.fround(threshold) && start + width < words)
      left.push({ start, end: start + width, label: classes[c], score });
  });
  const kept: SpanCandidate[] = [];
  while (left.length > 0) {
    const best = left.reduce((a, b) => (b.score > a.score ? b : a));
    kept.push(best);
    left = left.filter((span) => span !== best && !clash(span, best, options));
  }
  return kept;
}

const show = (spans: readonly SpanCandidate[]) =>
  spans.map((s) => `${s.start}-${s.end} ${s.label} ${s.score}`).join("; ");

test(`${TENSORS} random score tensors: the oracle's entities, flat without overlap, monotone, ties stable`, () => {
  const random = randomStream(0, "decoder property");
  let [kept, ties, overlapping] = [0, 0, 0];
  for (let i = 0; i < TENSORS; i++) {
    const drawn = draw(random);
    const { logits, threshold, options } = drawn;
    const found = spanCandidates(logits, drawn, threshold);
    const ours = greedyDecode(found, options);
    const wanted = oracle(drawn);
    const where = `tensor ${i}: ${JSON.stringify({ ...drawn, logits: [...logits] })}`;
    // In reading order; where two begin together, the one that was served first.
    const inOrder = wanted.slice().sort((a, b) => a.start - b.start);
    if (show(ours) !== show(inOrder)) assert.equal(show(ours), show(inOrder), where);
    const best = options.multiLabel ? found : spanCandidates(logits, { ...drawn, oneLabel: true }, threshold);
    const fromBest = show(greedyDecode(best, options));
    if (fromBest !== show(ours)) assert.equal(fromBest, show(ours), `${where}, from the best type of each span`);
    if (options.flatNer && !options.multiLabel)
      for (let n = 1; n < ours.length; n++) assert.ok(ours[n].start > ours[n - 1].end, where);
    const higher = threshold + (1 - threshold) * random.uniform();
    const above = (spans: SpanCandidate[]) => spans.filter(({ score }) => exceeds(score, higher));
    const fewer = greedyDecode(above(found), options);
    if (show(fewer) !== show(above(ours))) assert.equal(show(fewer), show(above(ours)), `${where} at ${higher}`);
    kept += ours.length;
    overlapping += Number(ours.length < found.length);
    ties += Number(new Set(found.map(({ score }) => score)).size < found.length);
  }
  // The test would show nothing if the tensors never came to these.
  for (const count of [kept, ties, overlapping]) assert.ok(count > TENSORS / 4, `${kept} ${ties} ${overlapping}`);
});

test("worst first is what 0.1.5 and 0.1.6 did: of two that overlap, the less probable one is kept", () => {
  const spans = [
    { start: 0, end: 1, label: "a", score: 0.9 },
    { start: 1, end: 1, label: "a", score: 0.6 },
    { start: 3, end: 3, label: "a", score: 0.7 },
  ];
  const options = { flatNer: true, multiLabel: false };
  assert.deepEqual(
    greedyDecode(spans, options).map(({ score }) => score),
    [0.9, 0.7],
  );
  assert.deepEqual(
    greedyDecode(spans, { ...options, worstFirst: true }).map(({ score }) => score),
    [0.6, 0.7],
  );
});
