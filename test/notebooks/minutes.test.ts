/** The table of minutes and memory has every chapter, and a new measurement changes its two columns and nothing else. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { chaptersWithout, withMeasures } from "./minutes";

const page = readFileSync(join(PROJECT_ROOT, "docs/teaching/README.md"), "utf8");

test("docs/teaching/README.md has a row for every chapter", () => {
  assert.deepEqual(chaptersWithout(page), []);
});

test("measures are put into their chapter's row; 06 is not 06b", () => {
  const measured = [
    { name: "06-training-markerV0", seconds: 30, peakMb: 1840 },
    { name: "06b-a-run-watched", seconds: 96, peakMb: null },
  ];
  const rows = (text: string) => text.split("\n").filter((line) => /^\| 06/.test(line));
  const changed = withMeasures(page, measured, "a day, a machine.");
  assert.match(rows(changed)[0], /^\| 06 training markerV0 \| 0\.5 \| 1\.8 \| \d+ \| no \|$/);
  assert.match(rows(changed)[1], /^\| 06b a run, watched \| 1\.6 \| unknown \| \d+ \| no \|$/);
  assert.match(changed, /^Measured: a day, a machine\.$/m);
  const others = (text: string) => text.split("\n").filter((line) => !/^(\| 06|Measured: )/.test(line));
  assert.deepEqual(others(changed), others(page));
  assert.throws(() => withMeasures("", measured, ""), /no line that begins with "Measured: "/);
  assert.throws(() => withMeasures("Measured: x", measured, ""), /no row for 06-training-markerV0/);
});
