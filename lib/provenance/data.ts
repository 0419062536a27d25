/** Describes a data set for the manifest: hashes, counts and sources, and the licences of the corpora. */
import { createHash } from "node:crypto";
import { readData } from "../data/project";
import { goldTypes, type NerRecord } from "../data/records";

/** What a run was given to learn or to be measured on. */
export interface DataDescription {
  /** As the recipe names it: a path loses its folder in a manifest. */
  name: string;
  /** The file's bytes, where there is one. */
  file_sha256?: string;
  /** The records that were used, in their order, after what the recipe leaves out. */
  sha256: string;
  records: number;
  mentions: number;
  types: number;
  /** Records by source (`src`), the largest first; those that name none count as "". */
  sources: Record<string, number>;
}

export function describeRecords(name: string, records: readonly NerRecord[], file_sha256?: string): DataDescription {
  const counts = new Map<string, number>();
  for (const { src = "" } of records) counts.set(src, (counts.get(src) ?? 0) + 1);
  return {
    name,
    ...(file_sha256 === undefined ? {} : { file_sha256 }),
    sha256: recordsSha256(records),
    records: records.length,
    mentions: records.reduce((sum, { ner }) => sum + ner.length, 0),
    types: goldTypes(records).length,
    sources: Object.fromEntries([...counts].sort(([, a], [, b]) => b - a)),
  };
}

/** Depends on every word and mention and on the order. */
function recordsSha256(records: readonly NerRecord[]): string {
  const hash = createHash("sha256");
  for (const { tokens, ner, labels, negatives, src } of records)
    hash.update(JSON.stringify([tokens, ner, labels ?? null, negatives ?? null, src ?? null]));
  return hash.digest("hex");
}

/** The licence of each source (`src`) of the training corpora: data/corpus-licences.json. */
export function sourceLicences(): Record<string, string> {
  return readData("corpus-licences.json") as Record<string, string>;
}
