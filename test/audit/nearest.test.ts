/** Score forensics with numbers alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestPublished } from "../../lib/audit/forensics/nearest";
import { scoresOf } from "../../lib/audit/inputs/scores";
import { publishedScores } from "../../lib/evaluate/stored/published-scores";
import { SCORES_209 } from "./issue-209";

test("every published row of seven sets is nearest to itself, and says so", () => {
  const rows = publishedScores().filter(({ scores }) => Object.keys(scores).length === 7);
  assert.ok(rows.length >= 6);
  for (const { model, scores } of rows) {
    const [match] = nearestPublished(scoresOf(scores, "row"));
    assert.deepEqual([match.model, match.certainty], [model, "the same numbers"]);
  }
});

test("shares and percent are the same table; names of any spelling", () => {
  const shares = Object.fromEntries(Object.entries(SCORES_209).map(([name, f1]) => [`CrossNER_${name}`, f1 / 100]));
  const { CrossNER_movie: movie, CrossNER_restaurant: restaurant, ...cross } = shares;
  const tests = scoresOf({ ...cross, "mit-movie": movie, mit_restaurant: restaurant }, "shares");
  assert.equal(tests.sets.size, 7);
  assert.match(nearestPublished(tests)[0].source, /issue 209/);
});

test("a point away it is near and no more; far from all it says so", () => {
  const moved = (by: number) => Object.fromEntries(Object.entries(SCORES_209).map(([name, f1]) => [name, f1 + by]));
  const [near] = nearestPublished(scoresOf(moved(1), "moved"));
  assert.deepEqual([near.distance.toFixed(2), near.certainty], ["1.00", "near"]);
  assert.equal(nearestPublished(scoresOf(moved(-30), "far"))[0].certainty, "none is near");
});
