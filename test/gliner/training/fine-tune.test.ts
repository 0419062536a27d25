import assert from "node:assert/strict";
import { before, test } from "node:test";
import { useBackend } from "../../../lib/backend";
import { goldTypes, type NerRecord } from "../../../lib/data/records";
import { GLiNER } from "../../../lib/gliner/gliner";
import { fineTune } from "../../../lib/gliner/training/fine-tune";
import { ForgettingGauge } from "../../../lib/gliner/training/forgetting";
import { TINY_BERT, TINY_RECORDS } from "../../tiny";

before(() => useBackend());

const settings = { train_batch_size: 4, lr_encoder: 1e-3, lr_others: 1e-3 };

test("what is learnt is measured on other sentences, what is forgotten on other types", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const gauge = { texts: 6, threshold: 0.2 };
  const losses: number[] = [];
  const { steps, end, learnt, forgotten } = await fineTune(model, TINY_RECORDS, {
    steps: 40,
    rehearsal: 0.3,
    settings,
    test: TINY_RECORDS,
    gauge,
    onStep: ({ loss }) => void losses.push(loss),
  });
  assert.deepEqual([steps, end, losses.length], [40, "finished", 40]);
  assert.ok(learnt && forgotten);
  const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
  assert.ok(mean(losses.slice(-8)) < 0.9 * mean(losses.slice(0, 8)), `${losses.map(Math.round)}`);
  assert.equal(learnt.texts, TINY_RECORDS.length);
  assert.ok(Math.abs(learnt.change - (learnt.after.f1 - learnt.before.f1)) < 1e-9);
  assert.equal(learnt.types, goldTypes(TINY_RECORDS).length);
  assert.equal(forgotten.texts, 6);
  assert.ok(Math.abs(forgotten.change - (forgotten.after.f1 - forgotten.before.f1)) < 1e-9);
  assert.ok(forgotten.changeCi95[0] <= forgotten.change && forgotten.change <= forgotten.changeCi95[1]);
  model.dispose();
});

test("a gauge never asks for a type that is learnt, in any spelling, and reads the same texts each time", async () => {
  const records: NerRecord[] = [
    {
      tokens: ["Anna", "met", "Bo"],
      ner: [
        [0, 0, "Phone_Number"],
        [2, 2, "person"],
      ],
      negatives: ["city"],
    },
    { tokens: ["Oslo"], ner: [[0, 0, "phone number"]] },
  ];
  const gauge = await ForgettingGauge.without(["phone number"], { records });
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const [first, second] = [await gauge.read(model), await gauge.read(model)];
  assert.deepEqual(first, second);
  assert.ok(first && second);
  const { texts, types, change } = gauge.compare(first, second);
  // The second text has no other type; of the first, "person" and "city" are asked.
  assert.deepEqual([texts, types, change], [1, 2, 0]);
  await assert.rejects(ForgettingGauge.without(["phone number", "person"], { records }), /the gauge has no text/);
  const aborted = AbortSignal.abort();
  assert.equal(await gauge.read(model, aborted), undefined);
  model.dispose();
});

test("what cannot be learnt from is refused", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  await assert.rejects(fineTune(model, TINY_RECORDS, { rehearsal: 1 }), /rehearsal got 1, wanted a share/);
  await assert.rejects(fineTune(model, [{ tokens: ["a"], ner: [] }]), /none of the 1 records to fine-tune on/);
  model.dispose();
});
