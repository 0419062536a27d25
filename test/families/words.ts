import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { splitWords } from "../../lib/text/words";
import type { GoldenFamily } from "./family";

type Token = [text: string, startCodePoint: number, endCodePoint: number, start: number, end: number];

/** WhitespaceTokenSplitter of GLiNER 0.2.29, and Python's idea of a word character, code point by code point. */
export const words: GoldenFamily = {
  name: "words",
  matches: (path) => /^words\/[^/]+\.json$/.test(path),
  async check(folder, path) {
    const fixture = JSON.parse(readFileSync(join(folder, path), "utf8")) as {
      cases: { text: string; tokens: Token[] }[];
      python_word_ranges?: [number, number][];
    };
    for (const { text, tokens } of fixture.cases) {
      const ours = splitWords(text).map((word) => [word.text, word.start, word.end]);
      assert.deepEqual(
        ours,
        tokens.map(([word, , , start, end]) => [word, start, end]),
        JSON.stringify(text),
      );
    }
    for (const [first, last] of fixture.python_word_ranges ?? [])
      for (let point = first; point <= last; point++) {
        const character = String.fromCodePoint(point);
        assert.equal(splitWords(`${character}${character}`).length, 1, `U+${point.toString(16)} is a word character`);
      }
  },
};
