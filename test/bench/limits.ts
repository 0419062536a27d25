/**
 * What must not grow: the memory over a long stream of texts, and the time of a type where there are very many.
 *
 *   node dist/test/bench/limits.js --texts 10000 --json FILE
 */
import { parseArgs } from "node:util";
import { useBackend } from "../../lib/backend";
import { ENCODER } from "../../lib/bench/measure";
import { fileOf } from "../../lib/data/named";
import { goldTypes, readRecords } from "../../lib/data/records";
import { writeAtomically } from "../../lib/files/atomic";
import { GLiNER } from "../../lib/gliner/gliner";
import { environmentOf } from "../../lib/provenance/environment";

const LABELS = [10, 30, 100, 300, 1000];
/** Types in one prompt: MiniLM has 512 positions. */
const AT_ONCE = 50;

/** Resident memory in MB. */
const memory = () => Math.round(process.memoryUsage().rss / 1e6);

/** Texts one after another: resident memory at every tenth, and whether the answers came in the order of the texts. */
async function streamed(model: GLiNER, sentences: readonly string[], count: number, labels: readonly string[]) {
  // Every text says which one it is.
  const textOf = (i: number) => `${sentences[i % sentences.length]} ${i}`;
  function* texts() {
    for (let i = 0; i < count; i++) yield textOf(i);
  }
  const start = performance.now();
  const resident: number[] = [];
  let [done, entities, inOrder] = [0, 0, true];
  for await (const found of model.stream(texts(), labels, { threshold: 0.5 })) {
    const text = textOf(done);
    entities += found.length;
    inOrder &&= found.every((entity) => text.slice(entity.start, entity.end) === entity.text);
    if (++done % Math.ceil(count / 10) === 0) resident.push(memory());
  }
  const seconds = (performance.now() - start) / 1000;
  return { texts: done, entities, in_order: inOrder, seconds, texts_per_s: done / seconds, resident_mb: resident };
}

/** One text and more and more types; the least of four times. */
async function manyLabels(model: GLiNER, sentence: string, types: readonly string[]) {
  const rows: { labels: number; seconds: number; ms_a_label: number; resident_mb: number }[] = [];
  for (const count of LABELS) {
    const labels = Array.from(
      { length: count },
      (_, i) => `${types[i % types.length]} ${Math.floor(i / types.length)}`,
    );
    let seconds = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 4; round++) {
      const start = performance.now();
      await model.inference([sentence], labels, { labelsAtOnce: AT_ONCE });
      seconds = Math.min(seconds, (performance.now() - start) / 1000);
    }
    rows.push({ labels: count, seconds, ms_a_label: (1000 * seconds) / count, resident_mb: memory() });
  }
  return rows;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { texts: { type: "string", default: "10000" }, json: { type: "string" } } });
  await useBackend();
  const model = await GLiNER.fromConfig({ model_name: ENCODER, hidden_size: 384, span_mode: "markerV0" });
  const records = await readRecords(fileOf("sentences:train"));
  const sentences = records.map(({ tokens }) => tokens.join(" "));
  const types = goldTypes(records);
  const labels = await manyLabels(model, sentences[0], types);
  const stream = await streamed(model, sentences, Number(values.texts), types.slice(0, 15));
  const result = {
    about: "MiniLM-L6, markerV0, random head",
    environment: environmentOf(),
    at_once: AT_ONCE,
    labels,
    stream,
  };
  console.log(JSON.stringify({ labels, stream }, null, 1));
  if (values.json) writeAtomically(values.json, `${JSON.stringify(result, null, 2)}\n`);
}

void main();
