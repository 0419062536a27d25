/** Score forensics with predictions: the way of scoring that was planted comes back, out of all that are tried. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { goldTypes } from "../../lib/data/records";
import { findSource, isHere } from "../../lib/data/sources";
import { zeroShotTest } from "../../lib/data/zero-shot-tests";
import { digestOfTexts, FORMAT, formatText, readPredictions } from "../../lib/evaluate/predictions/predictions";
import { addCounts, f1Scores } from "../../lib/evaluate/scoring/metrics";
import { askedLabels, presetOf, rulesOf } from "../../lib/evaluate/scoring/presets";
import { scorePredictions } from "../../lib/evaluate/scoring/scoring";
import { randomStream } from "../../lib/random";
import { audit, file, ids, scratch } from "./cases";

after(() => rmSync(scratch, { recursive: true }));

const SET = "crossner_ai";
const options = isHere(findSource(SET)) ? {} : { skip: `${SET} is not on this machine` };

/** Answers to the real sentences: gold with any probability, and as many wrong spans that overlap it. */
async function prepared() {
  const records = await zeroShotTest(SET);
  const labels = askedLabels(presetOf("gliner"), SET, goldTypes(records));
  const random = randomStream(0, "answers");
  const texts = records.map(({ tokens, ner }) => ({
    wordsLost: 0,
    candidates: ner.flatMap(([start, end, label]) => [
      { start, end, label: label.toLowerCase(), score: 0.06 + 0.94 * random.uniform() },
      {
        start,
        end: Math.min(end + 1, tokens.length - 1),
        label: labels[random.integer(0, labels.length - 1)],
        score: 0.06 + 0.9 * random.uniform(),
      },
    ]),
  }));
  const data = { name: SET, texts: texts.length, sha256: digestOfTexts(records) };
  const header = { format: FORMAT, model: { name: "m", sha256: "0" }, data, labels, floor: 0.05 };
  mkdirSync(join(scratch, "answers"));
  const path = file(
    "answers/ai.jsonl",
    `${JSON.stringify(header)}\n${texts.map((text, i) => formatText(i, text)).join("")}`,
  );
  return { records, path, predictions: readPredictions(path) };
}

test("a planted way of scoring is found, and the customary one is no finding", options, async () => {
  const { records, path, predictions } = await prepared();
  const report = async (preset: string, threshold: number, first = records.length) => {
    const rules = { ...rulesOf(presetOf(preset), SET), threshold };
    const { counts } = scorePredictions(records, predictions, rules);
    const f1 = Math.round(1000 * f1Scores(addCounts(counts.slice(0, first))).f1) / 10;
    return audit([path, file("reported.json", { [SET]: f1 })]);
  };
  const usual = await report("gliner", 0.5);
  assert.ok(usual.definitions[0].agrees && !ids(usual).some((id) => id.startsWith("definition")), ids(usual).join());
  const { definitions } = await audit([dirname(path)]);
  assert.deepEqual(
    definitions,
    [],
    "a folder stands for its files; without reported numbers there is nothing to search",
  );
  for (const [preset, threshold, first] of [
    ["0.1.6", 0.5, undefined],
    ["gliner", 0.3, undefined],
    ["oracle-types", 0.5, undefined],
    ["gliner", 0.5, 400],
  ] as const) {
    const result = await report(preset, threshold, first);
    const found = result.definitions.find(
      (one) => one.preset === preset && one.threshold === threshold && one.first === (first ?? null),
    );
    assert.ok(found?.agrees, `${preset} ${threshold} ${first}`);
    const finding = result.findings.find(({ id }) => id.startsWith("definition"));
    assert.ok(finding, `${preset} ${threshold} ${first}: ${ids(result)}`);
    assert.match(`${finding.what} ${finding.evidence}`, new RegExp(`${preset}, threshold ${threshold}`));
  }
});
