import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { isNative, useBackend } from "../../lib/backend";
import { LstmTwins, paddingErrors } from "../../lib/laboratory/lstm-twins";

before(() => useBackend());

test("of the LSTMs only the naive one is another function", () => {
  const tensors = tf.memory().numTensors;
  const twins = new LstmTwins({ lengths: [9, 4, 1], width: 16, layers: 2, seed: 3 });
  const rows = new Map(twins.differences("allennlp").map((row) => [row.lstm, row]));
  assert.deepEqual([...rows.keys()], isNative() ? ["fused", "packed", "naive"] : ["packed", "naive"]);
  for (const [name, row] of rows) {
    if (name === "naive") {
      assert.ok(row.output > 0.01, `output of the naive LSTM is off by ${row.output}`);
      assert.ok(row.worstGradient > 0.01, `gradient of the naive LSTM is off by ${row.worstGradient}`);
    } else {
      assert.ok(row.output < 1e-5, `output of ${name} is off by ${row.output}`);
      assert.ok(row.input < 1e-5, `input gradient of ${name} is off by ${row.input}`);
      assert.ok(row.worstGradient < 1e-5, `${row.parameter} of ${name} is off by ${row.worstGradient}`);
    }
  }
  assert.match(rows.get("naive")?.parameter ?? "", /^rnn\.lstm\./);
  twins.dispose();
  assert.equal(tf.memory().numTensors, tensors);
});

test("a batch without padding makes the naive LSTM right", () => {
  const twins = new LstmTwins({ lengths: [6, 6], width: 16 });
  for (const row of twins.differences("naive")) assert.ok(row.output < 1e-5, `${row.lstm}: ${row.output}`);
  twins.dispose();
});

test("padding: no error without it, the largest at the last word, and it fades", () => {
  const rows = paddingErrors(8, [0, 5], 1);
  assert.equal(rows.length, 16);
  const errors = (padding: number) => rows.filter((row) => row.padding === padding).map(({ error }) => error);
  for (const error of errors(0)) assert.ok(error < 1e-6, `${error} without padding`);
  const [last, ...before] = errors(5);
  assert.ok(last > 0.05, `${last} at the last word`);
  assert.ok(before[6] < last / 20, `${before[6]} at the first word`);
});
