import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { collate } from "../../lib/batch/collate";
import { loadModel } from "../../lib/gliner/checkpoint/load";
import { extractWords } from "../../lib/model/words";
import { assertClose } from "../families/compare";
import { TINY_BERT } from "../tiny";

before(() => useBackend());

/** One text of six subwords: [CLS], word 1 in two subwords, word 2 in one, word 3 in none, [SEP], padding. */
const FULL = Int32Array.of(0, 1, 1, 2, 0, 0);
const ROWS = [
  [9, 9],
  [1, -4],
  [3, 2],
  [-5, 6],
  [8, 8],
  [7, 7],
];

test("pooling, and its gradient", () => {
  const tokens = tf.variable(tf.tensor3d([ROWS]));
  const expected: Record<string, [number[], number[]]> = {
    mean: [
      [2, -1, -5, 6, 0, 0],
      [0, 0, 0.5, 0.5, 0.5, 0.5, 1, 1, 0, 0, 0, 0],
    ],
    max: [
      [3, 2, -5, 6, 0, 0],
      [0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0],
    ],
    last: [
      [3, 2, -5, 6, 0, 0],
      [0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0],
    ],
  };
  for (const [pooling, [values, gradient]] of Object.entries(expected)) {
    const mask = pooling === "last" ? Int32Array.of(0, 0, 1, 2, 0, 0) : FULL;
    const words = () => extractWords(tokens as tf.Tensor as tf.Tensor3D, mask, 3, pooling);
    assertClose(words().dataSync(), values, 1e-6, pooling);
    const { grads } = tf.variableGrads(() => tf.sum(words()), [tokens]);
    assertClose(grads[tokens.name].dataSync(), gradient, 1e-6, `gradient of ${pooling}`);
  }
});

/** The tokenizer drops control characters: such a word has no subword. */
const NOTHING = "\u0007";

async function wordsMask(types: string[], tokens: string[], wordNumbering?: "place" | "seen"): Promise<number[]> {
  const { tokenizer, config, parameters } = await loadModel(TINY_BERT);
  parameters.dispose();
  assert.deepEqual(tokenizer.encodeWord(NOTHING), []);
  return [...collate([{ tokens, types }], tokenizer, { ...config, wordNumbering }).wordsMask].filter(
    (word) => word > 0,
  );
}

test("words are numbered by their place; 0.2.29 counts the ones it has seen, and shifts behind an empty one", async () => {
  const whole = [["person"], ["Anna", "met", "Paris"]] as [string[], string[]];
  assert.deepEqual(await wordsMask(...whole), [1, 2, 3]);
  assert.deepEqual(await wordsMask(...whole, "seen"), [1, 2, 3]);
  const hole = [["person"], ["Anna", NOTHING, "Paris"]] as [string[], string[]];
  assert.deepEqual(await wordsMask(...hole), [1, 3]);
  assert.deepEqual(await wordsMask(...hole, "seen"), [1, 2], "Paris is read as word 2 of 3");
  const empty = [
    [NOTHING, "person"],
    ["Anna", "met", "Paris"],
  ] as [string[], string[]];
  assert.deepEqual(await wordsMask(...empty), [1, 2, 3]);
  assert.deepEqual(await wordsMask(...empty, "seen"), [1, 2], "a type without subwords swallows the first word");
});
