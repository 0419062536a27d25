import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { SpanStudy, spanParameters, whatASpanSees } from "../../lib/laboratory/span-study";
import { SPAN_LAYERS } from "../../lib/model/span";

before(() => useBackend());

test("what a span sees: markerV0 its two ends, a mean what lies between, V1 the whole text", () => {
  const tensors = tf.memory().numTensors;
  const nothing = ({ before, after }: { before: number; after: number }) => assert.deepEqual([before, after], [0, 0]);
  const v0 = whatASpanSees("markerV0");
  assert.equal(v0.inside, 0);
  assert.ok(v0.start > 0.1 && v0.end > 0.1, JSON.stringify(v0));
  nothing(v0);
  const mean = whatASpanSees("conv_mean");
  assert.ok(mean.inside > 0.01, JSON.stringify(mean));
  const v1 = whatASpanSees("markerV1");
  assert.ok(v1.before > 1e-3 && v1.inside > 1e-3, JSON.stringify(v1));
  assert.equal(tf.memory().numTensors, tensors);
});

test("padding reaches the spans of markerV1 and markerV2 only, and only with the fault", () => {
  for (const mode of Object.keys(SPAN_LAYERS)) {
    const study = new SpanStudy(mode, { lengths: [5] });
    const most = (leak: boolean) =>
      Math.max(
        ...study
          .whenPadded(4, leak)
          .flat()
          .filter((value) => !Number.isNaN(value)),
      );
    assert.ok(most(false) < 1e-5, `${mode} without the fault moves by ${most(false)}`);
    const faulty = mode === "markerV1" || mode === "markerV2";
    assert.equal(most(true) > 1e-3, faulty, `${mode} moves by ${most(true)}`);
    study.dispose();
  }
});

test("spans that leave the text are no numbers", () => {
  const study = new SpanStudy("markerV0", { lengths: [3], maxWidth: 4 });
  assert.deepEqual(
    study.whenPadded(2).map((row) => row.map(Number.isNaN)),
    [
      [false, false, false, true],
      [false, false, true, true],
      [false, true, true, true],
    ],
  );
  study.dispose();
});

test("the factored head is held to the plain one", () => {
  for (const mode of ["marker", "markerV0", "markerV1", "markerV2"]) {
    const study = new SpanStudy(mode, { lengths: [9, 4], seed: 2 });
    const { score, worstGradient, parameter } = study.headDifference();
    assert.ok(score > 0 && score < 1e-5, `${mode}: ${score}`);
    assert.ok(worstGradient < 1e-4, `${mode} ${parameter}: ${worstGradient}`);
    study.dispose();
  }
});

test("parameters: 28 D² + 15 D of markerV0, 10 D² + 7 D of marker", () => {
  const at = new Map(spanParameters(512).map(({ mode, parameters }) => [mode, parameters]));
  assert.equal(at.get("markerV0"), 28 * 512 ** 2 + 15 * 512);
  assert.equal(at.get("marker"), 10 * 512 ** 2 + 7 * 512);
  assert.equal(at.size, Object.keys(SPAN_LAYERS).length);
});

test("marker's score is a sum of its ends; markerV0 weighs them together", () => {
  const of = (mode: string) => {
    const study = new SpanStudy(mode, { seed: 3 });
    const found = study.interaction();
    study.dispose();
    return found;
  };
  assert.ok(of("marker") < 1e-5, `marker ${of("marker")}`);
  for (const mode of ["markerV0", "endpoints", "markerV2"]) assert.ok(of(mode) > 1e-2, `${mode} ${of(mode)}`);
});
