import { convert } from "../../lib/data/convert";
import { usageError } from "../../lib/errors";
import { AtomicFile } from "../../lib/files/atomic";
import { jsonValues } from "../../lib/files/json-values";

/**
 * A Pile-NER-type file of full size, made by repeating a smaller one, and how long `preprocess` takes for it:
 *
 *     node dist/test/bench/pile-ner.js SAMPLE.json BIG.json [RECORDS]
 *
 * Prints records, seconds (wall and CPU) and the peak memory of this process as JSON. RECORDS: 45,889, as the real file has.
 */
async function main([sample, big, count = "45889"]: string[]): Promise<void> {
  if (sample === undefined || big === undefined)
    throw usageError("wanted: pile-ner.js SAMPLE.json BIG.json [RECORDS].");
  await repeat(sample, big, Number(count));
  const [started, used] = [performance.now(), process.cpuUsage()];
  const report = await convert({ inputs: [big], from: "pile-ner", to: "gliner", out: `${big}.jsonl` });
  const { user, system } = process.cpuUsage(used);
  const seconds = { wall: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
  process.stdout.write(`${JSON.stringify({ ...report, seconds, peak_mb: process.resourceUsage().maxRSS / 1024 })}\n`);
}

/** Writes the records of a list again and again, each under an id of its own. */
async function repeat(sample: string, big: string, count: number): Promise<void> {
  const file = new AtomicFile(big);
  let written = 0;
  while (written < count)
    for await (const { value } of jsonValues(sample)) {
      if (written === count) break;
      const record = { ...Object(value), id: String(written) };
      file.write(`${written === 0 ? "[\n" : ",\n"}${JSON.stringify(record)}`);
      written++;
    }
  file.write("\n]\n");
  file.commit();
}

void main(process.argv.slice(2));
