import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../../lib/backend";
import { GLiNER } from "../../../lib/gliner/gliner";
import { inWindows, mergeWindows, ownerOf, planWindows, type Window } from "../../../lib/gliner/reading/windows";
import type { SpanCandidate } from "../../../lib/model/decode";
import { randomStream } from "../../../lib/random";
import { splitWords } from "../../../lib/text/words";
import { TINY_BERT } from "../../tiny";

before(() => useBackend());

const LABELS = ["person", "organization", "location", "date"];
const SENTENCE = "👍 Anna Smith met Boris Garcia in Paris last Tuesday. ";

const whole = ({ start, end }: Window, span: { start: number; end: number }) => start <= span.start && span.end < end;

test("windows hold every word, end within their limits, and share what was asked for", () => {
  const random = randomStream(3, "windows test");
  for (let round = 0; round < 500; round++) {
    const subwords = Array.from({ length: random.integer(0, 60) }, () => random.integer(1, 4));
    const words = random.integer(4, 20);
    const limits = { words, overlap: random.integer(0, 3), leastOverlap: 3, room: random.integer(20, 60) };
    const windows = planWindows(subwords, limits);
    windows.forEach(({ start, end }, w) => {
      assert.ok(end - start <= words && subwords.slice(start, end).reduce((a, b) => a + b, 0) <= limits.room);
      if (w > 0) assert.equal(windows[w - 1].end - start, limits.overlap, JSON.stringify({ windows, limits }));
      if (w > 0) assert.ok(end > windows[w - 1].end);
    });
    assert.deepEqual([windows[0].start, windows[windows.length - 1].end], [0, subwords.length]);
    for (let start = 0; start < subwords.length; start++)
      for (let end = start; end < Math.min(subwords.length, start + limits.overlap + 1); end++) {
        const holders = windows.filter((window) => whole(window, { start, end }));
        assert.ok(holders.length > 0 && holders.includes(windows[ownerOf(windows, { start, end })]));
      }
  }
});

test("a word longer than all the room takes a window, and what follows it is still read", () => {
  const windows = planWindows([1, 1, 50, 1, 1, 1], { words: 4, overlap: 1, leastOverlap: 1, room: 10 });
  assert.deepEqual(windows, [
    { start: 0, end: 2 },
    { start: 2, end: 3 },
    { start: 3, end: 6 },
  ]);
});

test("an entity that a window's edge cuts is taken from the window that holds it further inside", () => {
  const windows = [
    { start: 0, end: 10 },
    { start: 6, end: 16 },
  ];
  const span = (start: number, end: number, score: number, label = "x"): SpanCandidate => ({
    start,
    end,
    label,
    score,
  });
  // Words 8-9 are the end of the first window and the beginning of a longer entity, words 8-10, of the second.
  const first = [span(2, 2, 0.9), span(6, 7, 0.3), span(8, 9, 0.95)];
  const second = [span(0, 1, 0.8), span(2, 3, 0.1), span(2, 4, 0.7), span(2, 4, 0.6, "y"), span(9, 9, 0.5)];
  assert.deepEqual(mergeWindows(windows, [first, second]), [
    span(2, 2, 0.9),
    // 6-7: two words from the first window's edge, none from the second's.
    span(6, 7, 0.3),
    span(8, 9, 0.1),
    span(8, 10, 0.7),
    span(8, 10, 0.6, "y"),
    span(15, 15, 0.5),
  ]);
});

test("a text that fits is computed as without windows", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const texts = [SENTENCE.repeat(3), "", "Acme Corp acquired Hooli."];
  const options = { threshold: 0.2, multiLabel: true };
  const plain = await model.inference(texts, LABELS, { ...options, window: false });
  assert.ok(plain[0].length > 0);
  assert.deepEqual(await model.inference(texts, LABELS, { ...options, window: true }), plain);
  assert.deepEqual([model.textsInWindows, model.wordsLost], [0, 0]);
  model.dispose();
});

test("a long text is read to its end: offsets are the text's, scores are its windows', no tensor stays", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const window = { words: 24, overlap: 10 };
  const text = SENTENCE.repeat(20);
  // What is derived from the weights stays with the model.
  await model.predictEntities(SENTENCE, LABELS);
  const tensors = tf.memory().numTensors;
  const found = await model.predictEntities(text, LABELS, { threshold: 0.2, window });
  assert.equal(tf.memory().numTensors, tensors);
  assert.ok(Math.max(...found.map(({ end }) => end)) > text.length - SENTENCE.length);
  for (const { start, end, text: part } of found) assert.equal(text.slice(start, end), part);
  assert.deepEqual([model.textsInWindows, model.wordsLost], [1, 0]);

  // The plain twin: each window as a text of its own, each span from the window that holds it furthest inside.
  const words = splitWords(text).map((word) => word.text);
  const windows = planWindows(
    words.map(() => 0),
    { ...window, leastOverlap: 5, room: 1 },
  );
  const [merged] = await inWindows(model, window).candidates([words], LABELS, { floor: 0.2 });
  const expected: SpanCandidate[] = [];
  for (const [w, { start, end }] of windows.entries()) {
    const [own] = await model.candidates([words.slice(start, end)], LABELS, { floor: 0.2 });
    for (const span of own) {
      const moved = { ...span, start: span.start + start, end: span.end + start };
      const depth = ({ start: a, end: b }: Window) =>
        Math.min(a === 0 ? 1e9 : moved.start - a, b === words.length ? 1e9 : b - 1 - moved.end);
      const deepest = Math.max(...windows.filter((other) => whole(other, moved)).map(depth));
      if (w === windows.findIndex((other) => whole(other, moved) && depth(other) === deepest)) expected.push(moved);
    }
  }
  const keys = (spans: SpanCandidate[]) => spans.map(({ start, end, label }) => `${start} ${end} ${label}`).sort();
  assert.deepEqual(keys(merged), keys(expected));
  assert.deepEqual(
    merged.map(({ start }) => start),
    merged.map(({ start }) => start).sort((a, b) => a - b),
  );
  model.dispose();
});

test("without windows the words beyond the limit are lost, and counted; with them none is", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const text = SENTENCE.repeat(60);
  const cut = await model.predictEntities(text, LABELS, { threshold: 0.2, window: false });
  assert.ok(model.wordsLost > 0);
  const lost = model.wordsLost;
  const all = await model.predictEntities(text, LABELS, { threshold: 0.2, window: true });
  assert.equal(model.wordsLost, lost);
  assert.ok(Math.max(...all.map(({ end }) => end)) > Math.max(...cut.map(({ end }) => end)));
  model.dispose();
});

test("sizes that cannot work, and a prompt without room for text, are one sentence each", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const { max_len, max_width } = model.config;
  const refuses = (window: { words?: number; overlap?: number }, message: RegExp) =>
    assert.rejects(() => model.predictEntities(SENTENCE, LABELS, { window }), {
      name: "UserError",
      exitCode: 2,
      message,
    });
  await refuses({ words: max_width - 1 }, /a window of \d+ words, wanted a whole number from \d+ to max_len/);
  await refuses({ words: max_len + 1 }, /to max_len/);
  await refuses({ overlap: max_width - 2 }, /overlap by \d+, wanted a whole number from/);
  await refuses({ words: 30, overlap: 30 }, /overlap by 30/);
  const many = Array.from({ length: 400 }, (_, i) => `kind of thing ${i}`);
  await assert.rejects(() => model.predictEntities(SENTENCE.repeat(60), many), {
    name: "UserError",
    message: /the prompt of 400 types takes \d+ of the encoder's \d+ subwords.*ask for fewer types/,
  });
  model.dispose();
});
