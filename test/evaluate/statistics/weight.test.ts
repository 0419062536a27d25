import assert from "node:assert/strict";
import { test } from "node:test";
import { unweighted } from "../../../lib/evaluate/statistics/weight";

test("the probability that a weighted loss learns for a share of positives is led back to that share", () => {
  for (const weight of [0.5, 1, 2, 3])
    for (const share of [0.01, 0.25, 0.5, 0.9]) {
      // The expected loss over a grid, positives counted `weight` times: where it is least.
      const loss = (p: number) => -weight * share * Math.log(p) - (1 - share) * Math.log(1 - p);
      const grid = Array.from({ length: 99_999 }, (_, i) => (i + 1) / 100_000);
      const learnt = grid.reduce((best, p) => (loss(p) < loss(best) ? p : best));
      assert.ok(Math.abs(unweighted(learnt, weight) - share) < 1e-4, `weight ${weight}, share ${share}: ${learnt}`);
    }
  assert.deepEqual([unweighted(0, 3), unweighted(0.5, 3), unweighted(1, 3)], [0, 0.25, 1]);
  assert.throws(() => unweighted(0.5, 0), { name: "UserError", message: /weight is 0/ });
});
