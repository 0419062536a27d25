/** Words that the encoder did not read: no entity of them, by whatever way they are asked for, and never in silence. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { useBackend } from "../../../lib/backend";
import type { NerRecord } from "../../../lib/data/records";
import { GLiNER } from "../../../lib/gliner/gliner";
import { inLabelChunks } from "../../../lib/gliner/reading/label-chunks";
import { inWindows, planWindows } from "../../../lib/gliner/reading/windows";
import { train } from "../../../lib/gliner/training/train";
import { TINY_BERT, TINY_RECORDS } from "../../tiny";
import { refused } from "../../weights/refused";

before(() => useBackend());

const TOKENS = "Anna Smith met Boris Garcia in Paris".split(" ");
const types = (count: number) => Array.from({ length: count }, (_, i) => `kind ${i}`);

/** The most types whose prompt leaves some room, but too little for all the words. */
function crowded(model: GLiNER): { labels: string[]; read: number } {
  for (let count = 1; ; count++) {
    const batch = model.collate([{ tokens: TOKENS, types: types(count) }]);
    const read = batch.wordsRead[0];
    if (read < TOKENS.length) return { labels: types(count), read };
  }
}

test("a word that was cut off is in no candidate, and the words that were read stay", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const { labels, read } = crowded(model);
  assert.ok(read > 0 && read < TOKENS.length);
  const lost: number[][] = [];
  const [found] = await model.candidates([TOKENS], labels, {
    floor: 0,
    onWordsLost: (text, words) => void lost.push([text, words]),
  });
  assert.equal(Math.max(...found.map(({ end }) => end)), read - 1);
  assert.deepEqual(lost, [[0, TOKENS.length - read]]);
  model.dispose();
});

test("a prompt that leaves no room is refused in every path, with its numbers", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const many = types(302);
  const text = TOKENS.join(" ");
  const reason =
    /the prompt of 302 types takes \d+ of the encoder's \d+ subwords and leaves none for the text; ask for fewer types at once \(labelsAtOnce; in training max_types\)/;
  const record: NerRecord = { tokens: TOKENS, ner: [[0, 1, "kind 0"]] };
  const paths: (() => Promise<unknown>)[] = [
    () => model.predictEntities(text, many),
    () => model.predictEntities(text, many, { window: false }),
    () => model.inference([text, "", "x"], many, { window: false }),
    () => model.candidates([TOKENS], many, { floor: 0.5 }),
    () => inWindows(model).candidates([TOKENS], many, { floor: 0.5 }),
    () => inLabelChunks(model, 302).candidates([TOKENS], many, { floor: 0.5 }),
    () => model.stream([text], many).next(),
    () => model.evaluate([record], { entityTypes: many }),
    async () => model.collate([{ tokens: [], types: many }]),
  ];
  for (const path of paths) await refused(path, reason);
  // And a training step, whose types are the record's own.
  const config = { ...model.model.config };
  Object.assign(model.model.config, { max_types: 302 });
  await refused(
    () => train(model, [{ ...TINY_RECORDS[0], labels: many }], { num_steps: 1, train_batch_size: 1 }),
    /the prompt of 302 types takes/,
  );
  Object.assign(model.model.config, config);
  // In parts they are answered.
  assert.equal((await model.evaluate([record], { entityTypes: many, labelsAtOnce: 10 })).types, 302);
  model.dispose();
});

test("windows that a prompt makes narrow share half, not all but one of their words", () => {
  const windows = planWindows(Array(100).fill(1), { words: 48, overlap: 40, leastOverlap: 3, room: 10 });
  assert.equal(windows.length, 19);
  for (const [i, { start, end }] of windows.entries()) {
    assert.ok(end - start === 10 || i === windows.length - 1);
    if (i > 0) assert.equal(windows[i - 1].end - start, 5);
  }
});

test("windows of a few words share two thirds at the most: no word is read with the whole prompt more than three times", () => {
  for (const room of [12, 14, 16]) {
    const windows = planWindows(Array(100).fill(1), { words: 384, overlap: 64, leastOverlap: 11, room });
    const read = windows.reduce((sum, { start, end }) => sum + end - start, 0);
    assert.ok(read <= 3 * 100, `${room}: ${read} words in ${windows.length} windows`);
    assert.equal(windows[0].end - windows[1].start, Math.min(11, Math.floor((2 * room) / 3)));
  }
});

test("narrow windows are told with their numbers and the way out", async (context) => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const said: string[] = [];
  context.mock.method(process.stderr, "write", (line: string) => said.push(line) > 0);
  const { labels } = crowded(model);
  const room = (count: number) => {
    const { T, tokens } = model.collate([{ tokens: ["a"], types: labels.slice(0, count) }]);
    return model.model.tokenizer.modelMaxLength - T + tokens.length;
  };
  let count = labels.length;
  while (count > 1 && room(count) < model.config.max_width) count--;
  await model.predictEntities(`${TOKENS.join(" ")} `.repeat(20), labels.slice(0, count), { window: true });
  assert.match(
    said.join(""),
    /warning: the prompt takes \d+ of the encoder's \d+ subwords: windows of at most \d+ words, \d+ of them for 1 text; fewer types at once \(labelsAtOnce\)/,
  );
  model.dispose();
});
