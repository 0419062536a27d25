import assert from "node:assert/strict";
import { test } from "node:test";
import { type Selection, type SelectionRule, select } from "../../lib/train/selection";

/** The values of a run's evaluations, one after the other. */
function follow(values: readonly number[], rule: Partial<SelectionRule> = {}) {
  const whole = { greaterIsBetter: true, patience: 0, threshold: 0, ...rule };
  let selection: Selection = { waited: 0 };
  const bests: number[] = [];
  for (const [i, value] of values.entries()) {
    const found = select(selection, i + 1, value, whole);
    selection = found.selection;
    if (found.isBest) bests.push(i + 1);
    if (found.stop) return { bests, stoppedAt: i + 1, best: selection.best };
  }
  return { bests, stoppedAt: undefined, best: selection.best };
}

test("the best is the last of the largest, or of the smallest", () => {
  assert.deepEqual(follow([0.1, 0.3, 0.3, 0.2]), {
    bests: [1, 2, 3],
    stoppedAt: undefined,
    best: { step: 3, value: 0.3 },
  });
  assert.deepEqual(follow([5, 4, 6, 3], { greaterIsBetter: false }).bests, [1, 2, 4]);
});

test("a run that improves at every evaluation never stops, whatever its patience", () => {
  const rising = Array.from({ length: 50 }, (_, i) => i);
  assert.equal(follow(rising, { patience: 1 }).stoppedAt, undefined);
  assert.equal(
    follow(
      rising.map((value) => -value),
      { patience: 1, greaterIsBetter: false },
    ).stoppedAt,
    undefined,
  );
});

test("the patience counts evaluations since the last improvement", () => {
  assert.equal(follow([3, 2, 2, 2], { patience: 2 }).stoppedAt, 3);
  assert.equal(follow([3, 2, 4, 2, 2, 2], { patience: 3 }).stoppedAt, 6);
});

test("equal values are no improvement for the patience", () => {
  assert.deepEqual(follow([0, 0, 0, 0], { patience: 2 }), {
    bests: [1, 2, 3],
    stoppedAt: 3,
    best: { step: 3, value: 0 },
  });
});

test("a gain below the threshold makes a better model but does not end the waiting", () => {
  const found = follow([1, 1.01, 1.02], { patience: 2, threshold: 0.5 });
  assert.deepEqual([found.stoppedAt, found.bests], [3, [1, 2, 3]]);
});

test("a value that is no number is neither a best nor an improvement", () => {
  assert.deepEqual(follow([Number.NaN, 1, Number.NaN]).bests, [2]);
  assert.equal(follow([1, Number.NaN, Number.NaN], { patience: 2 }).stoppedAt, 3);
});
