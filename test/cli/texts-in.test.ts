/** The lines of `predict --lines`: as many as the text has, whatever ends the last one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { linesOf } from "../../lib/cli/texts-in";
import { all } from "../data/scratch";

async function* pieces(...texts: string[]): AsyncGenerator<string> {
  yield* texts;
}

test("a line break ends a line and begins none; blank lines between others count, and so does a last line without a break", async () => {
  assert.deepEqual(await all(linesOf(pieces("a\r\n\nb", "c\n"))), ["a", "", "bc"]);
  assert.deepEqual(await all(linesOf(pieces("a\nb\r"))), ["a", "b"]);
  assert.deepEqual(await all(linesOf(pieces("\n"))), [""]);
  assert.deepEqual(await all(linesOf(pieces())), []);
});
