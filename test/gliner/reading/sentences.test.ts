/** Reading by sentence: each is read as if it stood alone, and the answers stand where they belong. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { useBackend } from "../../../lib/backend";
import { GLiNER } from "../../../lib/gliner/gliner";
import { TINY_BERT } from "../../tiny";

before(() => useBackend());

const LABELS = ["person", "organization", "location"];
const SENTENCES = [
  "Anna Smith visited Paris.",
  "Acme Corp launched Model X9 in March 2021.",
  "Omar Novak met Rosa Smith in Lagos.",
];

test("the entities of a text are those of its sentences, moved along; one pass over the whole gives others", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const text = SENTENCES.join(" ");
  const options = { threshold: 0.2 };
  const alone = await model.inference(SENTENCES, LABELS, options);
  const expected = alone.flatMap((entities, i) => {
    const from = text.indexOf(SENTENCES[i]);
    return entities.map((entity) => ({ ...entity, start: entity.start + from, end: entity.end + from }));
  });
  assert.ok(expected.length > 2);
  const found = await model.predictEntities(text, LABELS, options);
  const bare = (list: typeof found) => list.map(({ score: _, ...rest }) => rest);
  assert.deepEqual(bare(found), bare(expected));
  for (const { start, end, text: part } of found) assert.equal(text.slice(start, end), part);
  assert.deepEqual(bare(await model.predictEntities(text, LABELS, { ...options, window: "sentence" })), bare(found));
  const once = await model.predictEntities(text, LABELS, { ...options, window: true });
  assert.notDeepEqual(once, found);
  assert.equal(model.textsInWindows, 0);
  model.dispose();
});

test("a sentence that is too long is read in windows, and counted once for its text; blank texts have none", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const told: number[] = [];
  const texts = [" ", `Anna Smith left. ${"word ".repeat(60)}. ${"word ".repeat(60)}.`];
  const found = await model.inference(texts, LABELS, { labelsAtOnce: 2, onWindows: (text) => told.push(text) });
  assert.deepEqual([found[0], model.textsInWindows, model.wordsLost, told], [[], 1, 0, [1]]);
  assert.deepEqual(await model.inference([" ", ""], LABELS), [[], []]);
  model.dispose();
});

test("a clause without spaces is one word and is warned of; with intl its words are spans of their own", async (context) => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const said: string[] = [];
  context.mock.method(process.stderr, "write", (line: string) => said.push(line) > 0);
  const clause = "我们公司在深圳和新加坡都有办公室总经理是王先生他住在上海的浦东新区每天坐地铁上班";
  const options = { threshold: 0, flatNer: false, multiLabel: true };
  const whole = await model.predictEntities(clause, LABELS, options);
  assert.deepEqual([...new Set(whole.map(({ text }) => text))], [clause]);
  assert.match(said.join(""), /warning: a text has a word of more than 30 letters.*the splitter intl finds the words/);
  const words = await model.predictEntities(clause, LABELS, { ...options, splitter: "intl" });
  assert.ok(words.some(({ text }) => text === "上海"));
  for (const { start, end, text } of words) assert.equal(clause.slice(start, end), text);
  model.dispose();
});
