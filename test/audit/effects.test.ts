/** Effects: measured before published before unknown, in the direction "input less reference". */
import assert from "node:assert/strict";
import { test } from "node:test";
import { measuredKey, measuredPreset, suspectOfChange, worthOfKey } from "../../lib/audit/effects/measured";
import { publishedChoice, publishedKey } from "../../lib/audit/effects/published";
import { readSuspect } from "../../lib/study";
import type { SuspectResult } from "../../lib/study/results/result";

/** As the laboratory stores it, in the keys that are read here. */
const stored = [
  {
    suspect: "span-representation",
    setting: { encoder: "MiniLM", steps: 1500 },
    control: { value: "markerV0" },
    arms: [{ value: "marker", difference: -0.012, ci95: [-0.03, 0.006], runs: [{}, {}] }],
  },
] as unknown as SuspectResult[];

test("a measured arm, and the same change back with its interval turned", () => {
  const there = measuredKey("span_mode", "marker", "markerV0", stored);
  assert.deepEqual([there?.f1, there?.ci95], [-0.012, [-0.03, 0.006]]);
  assert.match(there?.source ?? "", /^measured here: .*MiniLM, 1500 steps, 2 seeds$/);
  const back = measuredKey("span_mode", "markerV0", "marker", stored);
  assert.deepEqual([back?.f1, back?.ci95], [0.012, [-0.006, 0.03]]);
  assert.equal(measuredKey("span_mode", "marker", "endpoints", stored), null, "no arm has measured that");
});

test("published numbers are those of the suspects' files", () => {
  assert.match(readSuspect("random-type-drop").published ?? "", /\+1\.4/);
  assert.equal(publishedKey("random_drop", false, true)?.f1, -0.014);
  assert.match(readSuspect("negative-ratio").published ?? "", /53\.3 \/ 60\.9 \/ 58\.6/);
  assert.equal(publishedKey("max_neg_type_ratio", 3, 1)?.f1.toFixed(3), "-0.023");
  assert.equal(publishedKey("max_neg_type_ratio", 0, 1)?.f1.toFixed(3), "-0.076");
  assert.equal(publishedChoice()?.f1.toFixed(3), "0.031");
  assert.equal(worthOfKey("dropout", 0.123, 0.321), null, "unknown is null, not zero");
});

test("the suspect of a change is the one whose arm makes it", () => {
  assert.equal(suspectOfChange("loss_alpha", 0, 0.75), "loss-alpha-zero");
  assert.equal(suspectOfChange("loss_alpha", -1, 0.75), "loss-keys-not-passed");
  assert.equal(suspectOfChange("no_such_key", 1, 2), undefined);
  assert.ok((measuredPreset("0.1.6")?.f1 ?? 0) < 0);
});

test("an arm that is also scored otherwise is no measure of its key, and a control may set keys of its own", () => {
  const setting = { encoder: "MiniLM", steps: 1500 };
  const arm = (value: string, difference: number) => ({ value, difference, ci95: null, runs: [{}, {}] });
  const stored = [
    {
      suspect: "positive-weight",
      setting,
      control: { value: "2 to 1" },
      arms: [arm("1 to 1, threshold 1/3", 0.5), arm("1 to 1", -0.04)],
    },
  ] as unknown as SuspectResult[];
  assert.equal(suspectOfChange("positive_weight", 1, 2), "positive-weight");
  assert.equal(measuredKey("positive_weight", 1, 2, stored)?.f1, -0.04);
  assert.equal(measuredKey("positive_weight", 2, 1, stored)?.f1, 0.04);
  const scoredOnly = [{ ...stored[0], arms: [stored[0].arms[0]] }];
  assert.notEqual(measuredKey("positive_weight", 1, 2, scoredOnly)?.f1, 0.5);
});
