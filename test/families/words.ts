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
      python_space_ranges?: [number, number][];
    };
    for (const { text, tokens } of fixture.cases) {
      const ours = splitWords(text).map((word) => [word.text, word.start, word.end]);
      assert.deepEqual(
        ours,
        tokens.map(([word, , , start, end]) => [word, start, end]),
        JSON.stringify(text),
      );
    }
    for (const character of charactersOf(fixture.python_word_ranges))
      assert.equal(splitWords(character + character).length, 1, `${codeOf(character)} is a word character`);
    for (const character of charactersOf(fixture.python_space_ranges))
      assert.deepEqual(splitWords(character), [], `${codeOf(character)} is white space`);
  },
};

const codeOf = (character: string) => `U+${character.codePointAt(0)?.toString(16).toUpperCase()}`;

/** Every character of ranges of code points, both ends included. */
function* charactersOf(ranges: [number, number][] = []): Generator<string> {
  for (const [first, last] of ranges) for (let point = first; point <= last; point++) yield String.fromCodePoint(point);
}
