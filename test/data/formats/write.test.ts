import assert from "node:assert/strict";
import { test } from "node:test";
import { bioLines } from "../../../lib/data/formats/write";
import type { NerSpan } from "../../../lib/data/records";

const tokens = ["University", "of", "Oslo"];

test("a record as BIO lines", () => {
  assert.equal(bioLines({ tokens, ner: [[2, 2, "city"]] }), "University\tO\nof\tO\nOslo\tB-city\n\n");
});

test("what one tag a word cannot say is refused", () => {
  const nested: NerSpan[] = [
    [0, 2, "university"],
    [2, 2, "city"],
  ];
  assert.throws(() => bioLines({ tokens, ner: nested }), {
    name: "UserError",
    message: /overlaps one before it.*flat mentions/,
  });
});
