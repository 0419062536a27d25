import assert from "node:assert/strict";
import { test } from "node:test";
import { byLength } from "../../../lib/gliner/reading/length-order";
import { inStream } from "../../../lib/gliner/reading/stream";

test("texts of like length come together, every text once, none far from its place", () => {
  const lengths = Array.from({ length: 333 }, (_, i) => (i * 37) % 61);
  const batches = byLength(lengths, 4);
  assert.deepEqual(
    batches.flat().sort((a, b) => a - b),
    lengths.map((_, i) => i),
  );
  for (const [at, batch] of batches.entries()) {
    assert.ok(batch.length <= 4);
    for (const n of batch) assert.equal(Math.floor(n / 64), Math.floor((at * 4) / 64), "the window of its place");
    assert.ok(batch.every((n, i) => i === 0 || lengths[batch[i - 1]] >= lengths[n]));
  }
});

test("a stream is answered in its order and never held as a whole", async () => {
  let read = 0;
  let answered = 0;
  let most = 0;
  function* texts() {
    for (; read < 1000; read++) yield `text ${read}`;
  }
  const infer = async (window: readonly string[]) =>
    window.map((text) => [{ start: 0, end: text.length, text, label: "text", score: 1 }]);
  for await (const [entity] of inStream(texts(), 3, infer)) {
    assert.equal(entity.text, `text ${answered++}`);
    most = Math.max(most, read - answered);
  }
  assert.equal(answered, 1000);
  assert.ok(most <= 48, `${most} texts were held`);
});
