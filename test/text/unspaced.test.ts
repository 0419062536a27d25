/** Words of scripts without spaces, beside words that are split as ever. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { randomStream } from "../../lib/random";
import { hardlyAWord } from "../../lib/text/reading";
import { hasUnspaced, splitUnspaced } from "../../lib/text/unspaced";
import { splitWords } from "../../lib/text/words";
import { randomText } from "../random-texts";

const words = (text: string, edges?: number[]) => splitUnspaced(text, edges).map((word) => word.text);

test("Chinese, Japanese and Thai have words; what stands between is split as GLiNER splits it", () => {
  assert.deepEqual(words("2024年3月GLiNER模型"), ["2024", "年", "3", "月", "GLiNER", "模型"]);
  assert.ok(words("他住在上海，state-of-the-art!").includes("上海"));
  assert.ok(words("他住在上海，state-of-the-art!").includes("state-of-the-art"));
  assert.ok(words("東京都庁へ行きました。").includes("東京"));
  assert.ok(words("สวัสดีครับ").includes("สวัสดี"), "vowel signs stay with their letters");
  assert.ok(!splitWords("สวัสดีครับ").some((word) => word.text === "สวัสดี"));
});

test("edges of mentions part words where there are no spaces, and nowhere else", () => {
  assert.ok(!words("二号线停了").includes("号线停"));
  assert.ok(words("二号线停了", [1, 4]).includes("号线停") || words("二号线停了", [1, 4]).join("|").startsWith("二|"));
  assert.deepEqual(words("Paris", [2]), ["Paris"]);
});

test("every character that is no white space stands in one word, at its place", () => {
  const random = randomStream(3, "unspaced");
  for (let i = 0; i < 1000; i++) {
    const text = randomText(random);
    const found = splitUnspaced(text);
    for (const word of found) assert.equal(text.slice(word.start, word.end), word.text);
    assert.equal(
      found
        .map((word) => word.text)
        .join("")
        .replace(/\s/g, ""),
      splitWords(text)
        .map((word) => word.text)
        .join("")
        .replace(/\s/g, ""),
    );
    if (!hasUnspaced(text)) assert.deepEqual(found, splitWords(text));
  }
});

test("a clause of more than 30 letters is hardly a word; a hash or a long number is one", () => {
  const [clause] = splitWords("我们公司在深圳和新加坡都有办公室总经理是王先生他住在上海的浦东新区每天坐地铁上班");
  assert.ok(hardlyAWord(clause));
  for (const text of ["9".repeat(64), "0f1e2d3c4b5a69788796a5b4c3d2e1f0".repeat(2), "Donaudampfschifffahrt"])
    assert.ok(!hardlyAWord(splitWords(text)[0]), text);
});
