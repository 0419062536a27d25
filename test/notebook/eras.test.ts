/** The same cell in several versions, beside each other. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lossOf } from "../../lib/model/loss";
import { inEras } from "../../lib/notebook/eras";
import { table } from "../../lib/notebook/table";

test("simple values are one table in the order of the eras; what differs is marked", async () => {
  const shown = String(await inEras(["0.1.2", "0.2.29"], (era) => ({ ...lossOf(era) }), { title: "The loss" }));
  assert.match(shown, /^The loss\n +0\.1\.2 +0\.2\.29\n/);
  assert.match(shown, /≠ positive_weight +2 +1/);
  assert.match(shown, /= label_smoothing +0 +0/);
});

test("a key that one version lacks is a dash, null is null", async () => {
  const shown = String(await inEras(["v0", "0.1.14"], (era) => (era === "v0" ? { a: null } : { a: null, b: 1 })));
  assert.match(shown, /= a +null +null/);
  assert.match(shown, /≠ b +— +1/);
});

test("what shows itself stands in a column of its own, and equal results are said to be", async () => {
  const both = await inEras(["0.1.2", "0.2.29"], async (era) => table([{ loss: era === "0.1.2" ? 2 : 1 }]));
  const html = String(both.bundle["text/html"]);
  assert.ok(html.indexOf("0.1.2") < html.indexOf("0.2.29"));
  assert.equal(html.match(/<table>/g)?.length, 3);
  assert.match(String(both), /^0\.1\.2:\n {2}loss\n {2}----\n {5}2\n0\.2\.29:/);
  assert.doesNotMatch(html, /The same/);
  assert.match(String(await inEras(["0.1.2", "0.2.29"], () => [1, "<b>"])), /The same in all of them\.$/);
  const text = await inEras(["0.1.2", "0.2.29"], () => ["<b>"]);
  assert.match(String(text.bundle["text/html"]), /&lt;b&gt;/);
});

test("one era, or no version: one sentence", async () => {
  await assert.rejects(() => inEras(["v0"], () => ({})), /got 1 eras, wanted two or more/);
  await assert.rejects(() => inEras(["v0", "soon"], () => ({})), /era: got "soon"/);
});
