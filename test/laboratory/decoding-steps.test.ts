import assert from "node:assert/strict";
import { test } from "node:test";
import { decodingSteps } from "../../lib/laboratory/decoding-steps";
import { type DecodeOptions, greedyDecode, type SpanCandidate } from "../../lib/model/decode";
import { randomStream } from "../../lib/random";

const span = (start: number, end: number, score: number, label = "x"): SpanCandidate => ({ start, end, label, score });
const FLAT: DecodeOptions = { flatNer: true, multiLabel: false };

test("each candidate in its turn, with the one it lost to", () => {
  const [middle, left, right] = [span(1, 2, 0.9), span(0, 1, 0.8), span(3, 3, 0.7)];
  assert.deepEqual(decodingSteps([left, middle, right], FLAT), [
    { span: middle, lostTo: undefined },
    { span: left, lostTo: middle },
    { span: right, lostTo: undefined },
  ]);
});

test("worst first, as in 0.1.5: the better one loses", () => {
  const [good, bad] = [span(0, 1, 0.9), span(1, 2, 0.6)];
  assert.deepEqual(decodingSteps([good, bad], FLAT, "worst"), [
    { span: bad, lostTo: undefined },
    { span: good, lostTo: bad },
  ]);
});

test("what is kept is what greedyDecode keeps, for every option", () => {
  const random = randomStream(1, "test");
  for (let round = 0; round < 50; round++) {
    const spans = Array.from({ length: 30 }, () => {
      const start = random.integer(0, 9);
      // Few scores, so that there are ties.
      return span(start, start + random.integer(0, 4), random.integer(1, 5) / 10, `t${random.integer(0, 2)}`);
    });
    for (const flatNer of [true, false])
      for (const multiLabel of [true, false]) {
        const kept = decodingSteps(spans, { flatNer, multiLabel }).filter(({ lostTo }) => !lostTo);
        const sorted = kept.map((step) => step.span).sort((a, b) => a.start - b.start);
        assert.deepEqual(sorted, greedyDecode(spans, { flatNer, multiLabel }));
      }
  }
});
