/** From a name in a recipe or on the command line to records. */
import { join } from "node:path";
import { UserError } from "../errors";
import { sentencesFile } from "./marked/corpus";
import { corpusFile, dataPath } from "./project";
import { type NerRecord, readRecords } from "./records";
import { zeroShotTest } from "./zero-shot-tests";

/**
 * The records that a recipe names:
 *
 *     sample, sample:train, sample:dev, sample:test   the hand-written sentences of the repository
 *     sentences, sentences:train, :dev, :test         the project's own texts, data/sentences
 *     corpus:NAME                                     NAME.jsonl.gz of the training corpora beside the checkout
 *     zero-shot:NAME                                  one of the seven tests, built from its public file
 *     anything else                                   the path of a file
 *
 * @throws UserError where the data is not there or nothing is left of it
 */
export async function loadRecords(name: string, filter: RecordFilter = {}): Promise<NerRecord[]> {
  const { exclude = [], keepEmpty = true, recordLabels = true } = filter;
  const records = name.startsWith(ZERO_SHOT)
    ? await zeroShotTest(name.slice(ZERO_SHOT.length))
    : await readRecords(fileOf(name));
  if (records.length === 0) throw new UserError(`${name} holds no records.`);
  const kept = records.filter(
    ({ src, ner }) => !(src !== undefined && exclude.includes(src)) && (keepEmpty || ner.length > 0),
  );
  if (kept.length === 0)
    throw new UserError(
      `${name}: none of its ${records.length} records is left after leaving out what the recipe excludes.`,
    );
  return recordLabels ? kept : kept.map(({ labels: _, ...record }) => record);
}

/** What is left out of a file of records. */
export interface RecordFilter {
  /** Sources (`src`) whose records are left out. */
  exclude?: readonly string[];
  /** Keep records without a mention (default). */
  keepEmpty?: boolean;
  /** Keep the records' own lists of types, which training then asks for instead of drawing some (default). */
  recordLabels?: boolean;
}

/** The file behind a name; the tests are made from their sources' files by the project. */
export function recordsFile(name: string): string | undefined {
  return name.startsWith(ZERO_SHOT) ? undefined : fileOf(name);
}

/** The file behind a name; a path stands for itself. */
export function fileOf(name: string): string {
  if (name === "sample") return join(SAMPLE, "sample.jsonl");
  if (name.startsWith("sample:")) return join(SAMPLE, `${name.slice("sample:".length)}.jsonl`);
  if (name === "sentences") return sentencesFile("all");
  if (name.startsWith("sentences:")) return sentencesFile(name.slice("sentences:".length));
  if (name.startsWith("corpus:")) return pathOfCorpus(name.slice("corpus:".length));
  return name;
}

const ZERO_SHOT = "zero-shot:";
const SAMPLE = dataPath("sample");

function pathOfCorpus(name: string): string {
  const path = corpusFile(`${name}.jsonl.gz`);
  if (path) return path;
  throw new UserError(
    `the corpus "${name}" is not there: wanted ${name}.jsonl.gz in ../shared/corpus or in the folder that WORKBOOK_CORPUS names; without it, train on data: {train_data: sample:train}.`,
  );
}
