/** The hand-written sample: marked lines -> records -> train, dev and test files. */
import { markedLines } from "./marked/lines";
import type { NerRecord } from "./records";

/**
 * The sample, data/sample/source.txt: lines in the marked form. `# domain: NAME` names the `src` of the sentences below it;
 * other lines that begin with `#` are remarks.
 */
export function inlineRecords(source: string, where: string): NerRecord[] {
  return markedLines(source, where).map(({ record }) => record);
}

/** The parts that recipes name. */
export type SamplePart = "train" | "dev" | "test";

/** Which part a sentence belongs to: of each domain every sixth is for tests, every sixth for development. */
export function samplePart(indexInDomain: number): SamplePart {
  return indexInDomain % 6 === 5 ? "test" : indexInDomain % 6 === 2 ? "dev" : "train";
}

/** The files of data/sample: name -> JSON lines. */
export function sampleFiles(records: readonly NerRecord[]): Record<string, string> {
  const seen = new Map<string | undefined, number>();
  const parts: Record<SamplePart, NerRecord[]> = { train: [], dev: [], test: [] };
  for (const record of records) {
    const index = seen.get(record.src) ?? 0;
    seen.set(record.src, index + 1);
    parts[samplePart(index)].push(record);
  }
  const lines = (list: readonly NerRecord[]) => list.map((record) => `${JSON.stringify(record)}\n`).join("");
  const named = Object.entries(parts).map(([name, list]) => [`${name}.jsonl`, lines(list)]);
  return Object.fromEntries([["sample.jsonl", lines(records)], ...named]);
}
