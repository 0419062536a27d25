import assert from "node:assert/strict";
import { test } from "node:test";
import { randomStream } from "../../lib/random";
import { LinearPattern } from "../../lib/text/linear-pattern";

const SOURCES = [
  " {2,}",
  "\\s+",
  "[^\\s\\p{L}\\p{N}]+",
  "[\\S]+",
  "\\S\\s",
  "'s|'t| ?\\p{L}+| ?\\p{N}{1,3}",
  "\\u3000|\\u{1F44D}",
  "\\p{Lu}?\\p{Ll}+|.",
  "a(?:b|c)*?d",
  "[^\\d]+|\\d",
  "[\\D]x?",
];
const LETTERS = [..."abcdAB 12'é\u00a0\u3000\u0085\ufeff\n👍漢_-."];

test("finds, splits and replaces what JavaScript's own engine does, on thousands of texts", () => {
  const random = randomStream(1, "linear patterns");
  for (const source of SOURCES) {
    const [ours, theirs] = [new LinearPattern(source) as unknown as RegExp, new RegExp(source, "gu")];
    for (let round = 0; round < 400; round++) {
      const text = Array.from(
        { length: random.integer(0, 14) },
        () => LETTERS[random.integer(0, LETTERS.length - 1)],
      ).join("");
      // Oniguruma takes U+0085 for white space, JavaScript U+FEFF.
      if (/\\s|\\S/i.test(source) && /[\u0085\ufeff]/.test(text)) continue;
      const found = (pattern: RegExp) => Array.from(text.matchAll(pattern), (match) => [match.index, match[0]]);
      assert.deepEqual(found(ours), found(theirs), `${source} in ${JSON.stringify(text)}`);
      assert.deepEqual(text.match(ours), text.match(theirs) && [...(text.match(theirs) ?? [])]);
      assert.equal(text.replaceAll(ours, "<x>"), text.replaceAll(theirs, "<x>"));
      assert.deepEqual(text.split(ours), text.split(theirs));
    }
  }
});

test("what is put in stands as it is", () => {
  assert.equal("aba".replaceAll(new LinearPattern("b") as unknown as RegExp, "$&$1"), "a$&$1a");
});

test("an expression that explodes is run to its end on a hundred thousand letters", () => {
  for (const source of ["(a+)+$", "(a|a)*$", "(a|aa)+$", "a*a*a*b", "(.*)*c"]) {
    const pattern = new LinearPattern(source) as unknown as RegExp;
    assert.equal("a".repeat(100_000).concat("!").replaceAll(pattern, "").includes("!"), true, source);
  }
});

test("classes are those of every script, ends those of every line, as in Oniguruma", () => {
  const found = (source: string, text: string) => text.match(new LinearPattern(source) as unknown as RegExp) ?? [];
  assert.deepEqual([...found("\\w+", "été_1 e\u0301a-b")], ["été_1", "e\u0301a", "b"]);
  assert.deepEqual([...found("\\d+", "12 ٣٤")], ["12", "٣٤"]);
  assert.deepEqual([...found("^a|b$", "ab\nab")], ["a", "b", "a", "b"]);
});

test("what no linear engine can run is refused", () => {
  for (const source of [
    "a(?!b)",
    "(?=a)",
    "(a)\\1",
    "(((a{1000}){1000}){1000})",
    "\\bx",
    "[[:alpha:]]",
    "[a&&b]",
    "a++",
  ])
    assert.throws(() => new LinearPattern(source), /cannot be run in bounded time/, source);
});
