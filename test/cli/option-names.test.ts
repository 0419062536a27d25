/** The library and the command name an option each in its own way, in errors and in warnings. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { withOptionNames } from "../../lib/cli/option-names";
import { TINY_BERT } from "../tiny";
import { verb } from "./verb";

const OPTIONS = { "labels-at-once": { type: "string" }, "batch-size": { type: "string" } } as const;

test("a name that is an option of the command becomes its word; any other name, a path and a quotation stay", () => {
  const said = (message: string) => withOptionNames(message, OPTIONS);
  assert.equal(said("ask for fewer at once (labelsAtOnce)."), "ask for fewer at once (--labels-at-once).");
  assert.equal(said("labelsAtOnce got 0; batchSize is 2."), "--labels-at-once got 0; --batch-size is 2.");
  for (const kept of [
    "returnClassProbs needs it",
    'the type "batchSize"',
    "runs/batchSize",
    "batchSize.txt",
    "myBatchSize",
  ])
    assert.equal(said(kept), kept);
});

test("predict names --labels-at-once where the library says labelsAtOnce", () => {
  const many = Array.from({ length: 400 }, (_, i) => `type number ${i}`).join(",");
  const { code, err } = verb("predict", ["--model", TINY_BERT, "--labels", many], "Anna Smith left Paris. ".repeat(50));
  assert.notEqual(code, 0);
  assert.match(err, /--labels-at-once/);
  assert.doesNotMatch(err, /labelsAtOnce/);
});
