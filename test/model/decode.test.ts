import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type DecodeOptions,
  exceeds,
  greedyDecode,
  pairwise,
  type SpanCandidate,
  spanCandidates,
} from "../../lib/model/decode";
import { randomStream } from "../../lib/random";

const OPTIONS: DecodeOptions[] = [true, false].flatMap((flatNer) =>
  [true, false].map((multiLabel) => ({ flatNer, multiLabel })),
);

/** Spans over few words with few distinct scores, so that overlaps and ties abound. */
function randomSpans(seed: number): SpanCandidate[] {
  const random = randomStream(seed, "decode test");
  return Array.from({ length: random.integer(0, 14) }, () => {
    const start = random.integer(0, 7);
    return {
      start,
      end: start + random.integer(0, 3),
      label: "abc"[random.integer(0, 2)],
      score: random.integer(1, 6) / 8,
    };
  });
}

/** By the letter of the rule: the best span that conflicts with nothing kept, again and again. */
function oracle(spans: readonly SpanCandidate[], { flatNer, multiLabel }: DecodeOptions): SpanCandidate[] {
  const left = spans.map((span, order) => ({ span, order }));
  const kept: SpanCandidate[] = [];
  while (left.length) {
    left.sort((a, b) => b.span.score - a.span.score || a.order - b.order);
    const { span } = left.shift() as { span: SpanCandidate };
    const words = (s: SpanCandidate) => new Set(Array.from({ length: s.end - s.start + 1 }, (_, i) => s.start + i));
    const blocked = kept.some((other) => {
      const [mine, theirs] = [words(span), words(other)];
      const common = [...mine].filter((word) => theirs.has(word)).length;
      if (mine.size === theirs.size && common === mine.size) return !multiLabel;
      if (common === 0) return false;
      return flatNer || (common < mine.size && common < theirs.size);
    });
    if (!blocked) kept.push(span);
  }
  return kept
    .map((span, i) => ({ span, i }))
    .sort((a, b) => a.span.start - b.span.start || a.i - b.i)
    .map(({ span }) => span);
}

test("greedy decoding is the rule, for flat, nested and multi-label", () => {
  for (let seed = 0; seed < 5000; seed++) {
    const spans = randomSpans(seed);
    for (const options of OPTIONS)
      assert.deepEqual(greedyDecode(spans, options), oracle(spans, options), `seed ${seed} ${JSON.stringify(options)}`);
  }
});

test("the linear flat decoder keeps what the pairwise one keeps", () => {
  for (let seed = 5000; seed < 7000; seed++) {
    const spans = randomSpans(seed);
    for (const multiLabel of [true, false]) {
      const best = spans.slice().sort((a, b) => b.score - a.score);
      const slow = pairwise(best, { flatNer: true, multiLabel }).sort((a, b) => a.start - b.start);
      assert.deepEqual(greedyDecode(spans, { flatNer: true, multiLabel }), slow, `seed ${seed}`);
    }
  }
});

test("flat entities never overlap, and decoding again changes nothing", () => {
  for (let seed = 0; seed < 2000; seed++) {
    const kept = greedyDecode(randomSpans(seed), { flatNer: true, multiLabel: false });
    for (const [i, span] of kept.slice(1).entries()) assert.ok(span.start > kept[i].end);
    assert.deepEqual(greedyDecode(kept, { flatNer: true, multiLabel: false }), kept);
  }
});

test("a lower threshold keeps all that a higher one keeps: one list of candidates serves every threshold", () => {
  for (let seed = 0; seed < 2000; seed++) {
    const spans = randomSpans(seed);
    for (const options of OPTIONS) {
      const at = (threshold: number) =>
        greedyDecode(
          spans.filter(({ score }) => score > threshold),
          options,
        );
      const low = new Set(at(0.2));
      for (const span of at(0.5)) assert.ok(low.has(span), `seed ${seed} ${JSON.stringify(options)}`);
    }
  }
});

test("candidates are the spans above the threshold, strictly, within the text and the prompt", () => {
  const random = randomStream(1, "candidates");
  const [W, K, C] = [6, 3, 4];
  const logits = Float32Array.from({ length: W * K * C }, () => random.normal() * 3);
  const classes = ["a", "b", "c"];
  for (const threshold of [0, 0.05, 0.5, 0.9, 1]) {
    const expected: SpanCandidate[] = [];
    for (let i = 0; i < 5; i++)
      for (let k = 0; k < K && i + k < 5; k++)
        for (let c = 0; c < classes.length; c++) {
          const score = Math.fround(1 / (1 + Math.exp(-logits[(i * K + k) * C + c])));
          if (score > Math.fround(threshold)) expected.push({ start: i, end: i + k, label: classes[c], score });
        }
    assert.deepEqual(spanCandidates(logits, { words: 5, maxWidth: K, classes, stride: C }, threshold), expected);
  }
  assert.deepEqual(
    spanCandidates(Float32Array.of(0), { words: 1, maxWidth: 1, classes: ["a"] }, 0.5),
    [],
    "0.5 is not above 0.5",
  );
});

test("given spans restrict the candidates; those wider than K are no spans", () => {
  const logits = new Float32Array(4 * 2).fill(3);
  const shape = {
    words: 4,
    maxWidth: 2,
    classes: ["a"],
    only: [
      [1, 2],
      [0, 2],
      [3, 3],
    ] as [number, number][],
  };
  assert.deepEqual(
    spanCandidates(logits, shape, 0.5).map(({ start, end }) => [start, end]),
    [
      [1, 2],
      [3, 3],
    ],
  );
});

test("a threshold is compared in float32, as torch does: 0.3 is not above 0.3", () => {
  // torch.tensor([0.3, 0.1, 0.7]) > t, for t = 0.3, 0.1 and 0.7, as torch 2.15 answers.
  const answers = [0.3, 0.1, 0.7].map((threshold) => [0.3, 0.1, 0.7].map((p) => exceeds(Math.fround(p), threshold)));
  assert.deepEqual(answers, [
    [false, false, true],
    [true, false, true],
    [false, false, false],
  ]);
});
