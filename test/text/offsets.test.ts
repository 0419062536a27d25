import assert from "node:assert/strict";
import { test } from "node:test";
import { randomStream } from "../../lib/random";
import { codePointOffsets } from "../../lib/text/offsets";

test("code points before an offset, counted one by one", () => {
  const random = randomStream(1, "offsets test");
  const pieces = ["a", "é", "👍", "\ud83d", "\udc4d", "𝔸", " "];
  for (let round = 0; round < 200; round++) {
    const text = Array.from({ length: random.integer(0, 12) }, () => pieces[random.integer(0, 6)]).join("");
    const at = codePointOffsets(text);
    for (let unit = 0; unit <= text.length; unit++) {
      // Within a pair both ways of counting take the half as one.
      assert.equal(at(unit), [...text.slice(0, unit)].length, JSON.stringify([text, unit]));
    }
  }
});
