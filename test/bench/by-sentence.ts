/**
 * Whether a document is read better sentence by sentence or in one pass: the project's own test sentences, joined to texts of several, and
 * its passages as they are. Each text is asked for the types it has and those known to be absent, at most 25, the same for both.
 *
 *   node dist/test/bench/by-sentence.js [--model DIR] [--join 1,2,4,8] [--passages] --json FILE
 */
import { parseArgs } from "node:util";
import { loadRecords } from "../../lib/data/named";
import { joinRecords, type NerRecord } from "../../lib/data/records";
import { addCounts, type Counts, f1Scores } from "../../lib/evaluate/scoring/metrics";
import { bootstrapDifference } from "../../lib/evaluate/statistics/paired";
import { writeAtomically } from "../../lib/files/atomic";
import { modelIdentity } from "../../lib/gliner/checkpoint/identity";
import { SHIPPED_MODEL } from "../../lib/gliner/checkpoint/shipped";
import { GLiNER } from "../../lib/gliner/gliner";
import { splitSentences } from "../../lib/text/sentences";

const TYPES = 25;
const THRESHOLD = 0.5;
const round = (value: number) => Math.round(value * 1e4) / 1e4;

interface Text {
  text: string;
  types: string[];
  gold: Set<string>;
}

/** Words with single spaces between them, gold by characters. */
function textOf(records: readonly NerRecord[]): Text {
  const { tokens, ner } = joinRecords(records);
  const absent = records.flatMap(({ negatives = [] }) => negatives);
  const types = [...new Set([...ner.map(([, , label]) => label), ...absent])].slice(0, TYPES);
  const starts: number[] = [];
  let at = 0;
  for (const token of tokens) {
    starts.push(at);
    at += token.length + 1;
  }
  const gold = ner.filter(([, , label]) => types.includes(label));
  const keys = gold.map(([first, last, label]) => `${starts[first]} ${starts[last] + tokens[last].length} ${label}`);
  return { text: tokens.join(" "), types, gold: new Set(keys) };
}

async function countsOf(model: GLiNER, texts: readonly Text[], window: true | "sentence"): Promise<Counts[]> {
  const found = await model.inference(
    texts.map(({ text }) => text),
    texts.map(({ types }) => types),
    { window, threshold: THRESHOLD },
  );
  return found.map((entities, i) => {
    const hits = entities.filter(({ start, end, label }) => texts[i].gold.has(`${start} ${end} ${label}`)).length;
    return { truePositives: hits, falsePositives: entities.length - hits, falseNegatives: texts[i].gold.size - hits };
  });
}

async function compared(model: GLiNER, name: string, texts: readonly Text[]): Promise<object> {
  const [pass, sentence] = [await countsOf(model, texts, true), await countsOf(model, texts, "sentence")];
  const shown = (counts: Counts[]) => {
    const { precision, recall, f1 } = f1Scores(addCounts(counts));
    return { precision: round(precision), recall: round(recall), f1: round(f1) };
  };
  const { value, low, high } = bootstrapDifference([sentence], [pass], { seed: 0 });
  const words = Math.round(texts.reduce((sum, { text }) => sum + text.split(" ").length, 0) / texts.length);
  const difference = { value: round(value), ci95: [round(low), round(high)] };
  const row = { name, texts: texts.length, words, pass: shown(pass), sentence: shown(sentence), difference };
  process.stdout.write(`${JSON.stringify(row)}\n`);
  return row;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      model: { type: "string" },
      join: { type: "string" },
      passages: { type: "boolean" },
      json: { type: "string" },
    },
  });
  const folder = values.model ?? SHIPPED_MODEL;
  const model = await GLiNER.fromPretrained(folder);
  const records = (await loadRecords("sentences:test")).filter(({ ner }) => ner.length > 0);
  const rows: object[] = [];
  for (const size of (values.join ?? "").split(",").filter(Boolean).map(Number)) {
    const groups = Array.from({ length: Math.ceil(records.length / size) }, (_, i) =>
      records.slice(i * size, (i + 1) * size),
    );
    rows.push(await compared(model, `${size} joined`, groups.map(textOf)));
  }
  const passages = records.map((record) => textOf([record])).filter(({ text }) => splitSentences(text).length > 1);
  if (values.passages) rows.push(await compared(model, "passages as they are", passages));
  const result = {
    command: process.argv.slice(2).join(" "),
    model: await modelIdentity(folder),
    node: process.version,
    rows,
  };
  if (values.json) writeAtomically(values.json, `${JSON.stringify(result, null, 1)}\n`);
  model.dispose();
}

void main();
