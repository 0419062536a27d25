/** A model that is loaded otherwise than its folder says is the one whose folder would say so. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { memory } from "@tensorflow/tfjs";
import { useBackend } from "../../../lib/backend";
import type { LoadOptions } from "../../../lib/gliner/checkpoint/load";
import { GLiNER } from "../../../lib/gliner/gliner";
import type { SpanCandidate } from "../../../lib/model/decode";
import { testAtEveryLevel } from "../../kernels";
import { TINY_BERT, TINY_RECORDS } from "../../tiny";

const scratch = mkdtempSync(join(tmpdir(), "load-otherwise-"));
before(() => useBackend());
after(() => rmSync(scratch, { recursive: true }));

const TYPES = ["person", "location", "organization", "date"];

async function said(folder: string, options: LoadOptions = {}): Promise<SpanCandidate[][]> {
  const model = await GLiNER.fromPretrained(folder, options);
  const tokens = TINY_RECORDS.map((record) => record.tokens);
  const found = await model.candidates(tokens, TYPES, { floor: 0.05 });
  model.dispose();
  assert.ok(found.flat().length > 0);
  return found;
}

/** A copy of the tiny model of which one file says something else. */
function copyWith(file: string, change: Record<string, unknown>): string {
  const folder = join(mkdtempSync(join(scratch, "copy-")), "model");
  cpSync(TINY_BERT, folder, { recursive: true });
  const path = join(folder, file);
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...change }));
  return folder;
}

async function weights(folder: string, options: LoadOptions = {}): Promise<Map<string, Float32Array>> {
  const model = await GLiNER.fromPretrained(folder, options);
  const all = [...model.model.parameters.entries()].map(
    ([name, variable]) => [name, variable.dataSync<"float32">().slice()] as const,
  );
  model.dispose();
  return new Map(all);
}

for (const rounding of ["float16", "int8"] as const)
  test(`rounded to ${rounding}: the weights of a checkpoint that was saved so`, async () => {
    const folder = join(scratch, rounding);
    const model = await GLiNER.fromPretrained(TINY_BERT);
    await model.savePretrained(folder, { precision: rounding });
    model.dispose();
    const rounded = await weights(TINY_BERT, { rounding });
    assert.deepEqual(rounded, await weights(folder));
    assert.notDeepEqual(rounded, await weights(TINY_BERT));
  });

test("rounded to bfloat16: eight bits are left of a value's fraction, and the answers move", async () => {
  const [plain, rounded] = [await weights(TINY_BERT), await weights(TINY_BERT, { rounding: "bfloat16" })];
  let changed = 0;
  for (const [name, values] of plain)
    for (const [i, value] of (rounded.get(name) as Float32Array).entries()) {
      assert.equal(new Uint32Array(Float32Array.of(value).buffer)[0] & 0xffff, 0, name);
      assert.ok(Math.abs(value - values[i]) <= Math.abs(values[i]) * 2 ** -8, `${name}: ${values[i]} became ${value}`);
      changed += Number(value !== values[i]);
    }
  assert.ok(changed > 1000, `${changed}`);
  assert.notDeepEqual(await said(TINY_BERT, { rounding: "bfloat16" }), await said(TINY_BERT));
});

testAtEveryLevel(
  "computed with weights of eight bits: nearly the same scores, nothing left behind, refused without native ops",
  async (level) => {
    const eight = () => said(TINY_BERT, { precision: "int8" });
    if (level === "off") return assert.rejects(eight(), /precision int8 needs the native ops of this project/);
    const tensors = memory().numTensors;
    const [plain, found] = [await said(TINY_BERT), await eight()];
    assert.equal(memory().numTensors, tensors);
    await said(join(dirname(TINY_BERT), "tiny_deberta"), { precision: "int8" });
    assert.equal(memory().numTensors, tensors, "its table's projections are joined for one pass");
    assert.notDeepEqual(found, plain);
    const scoreOf = (candidates: readonly SpanCandidate[], { start, end, label }: SpanCandidate) =>
      candidates.find((one) => one.start === start && one.end === end && one.label === label)?.score ?? 0.05;
    for (const [text, candidates] of plain.entries())
      for (const one of candidates)
        assert.ok(Math.abs(scoreOf(found[text], one) - one.score) < 0.02, JSON.stringify(one));
    // @ts-expect-error a value that there is not
    await assert.rejects(said(TINY_BERT, { precision: "int4" }), /precision got "int4", wanted "float32" or "int8"/);
  },
);

test("fewer words, or fewer subwords with the prompt, than the folder says", async () => {
  const plain = await said(TINY_BERT);
  const short = await said(TINY_BERT, { maxLen: 3 });
  assert.notDeepEqual(short, plain);
  assert.deepEqual(short, await said(copyWith("gliner_config.json", { max_len: 3 })));
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const [{ promptLengths }] = [model.collate([{ tokens: ["Anna"], types: TYPES }])];
  model.dispose();
  const maxSubwords = promptLengths[0] + 3;
  const cut = await said(TINY_BERT, { maxSubwords });
  assert.notDeepEqual(cut, plain);
  assert.deepEqual(cut, await said(copyWith("tokenizer_config.json", { model_max_length: maxSubwords })));
  await assert.rejects(said(TINY_BERT, { maxSubwords: promptLengths[0] }), /leaves none for the text/);
  await assert.rejects(
    said(TINY_BERT, { maxSubwords: 1_000_000 }),
    /the limit of 1000000 subwords is none; wanted a whole number from 3 to \d+/,
  );
  await assert.rejects(said(TINY_BERT, { maxLen: 0 }), /maxLen got 0, wanted a whole number from 1/);
});
