/** From a name in a recipe or on the command line to records. */
import { existsSync } from "node:fs";
import { UserError } from "../errors";
import { sha256, sha256OfFile } from "../files/hash";
import { sentencesFile } from "./marked/corpus";
import { corpusFile } from "./project";
import { type NerRecord, readRecords } from "./records";
import { zeroShotTest } from "./zero-shot-tests";

/**
 * The records that a recipe names:
 *
 *     sentences, sentences:train, :dev, :test   the project's own texts, data/sentences
 *     corpus:NAME                               NAME.jsonl.gz of the training corpora beside the checkout
 *     zero-shot:NAME                            one of the seven tests, built from its public file
 *     anything else                             the path of a file
 *
 * Several with " + " between them follow one another; "NAME x 8" stands there eight times, as the same objects, so that a small
 * set counts for more of an epoch: `sentences:train x 8 + corpus:train_no_nc`.
 * @throws UserError where the data is not there or nothing is left of it
 */
export async function loadRecords(name: string, filter: RecordFilter = {}): Promise<NerRecord[]> {
  const { exclude = [], keepEmpty = true, recordLabels = true } = filter;
  const parts = await Promise.all(
    partsOf(name).map(async ({ part, times }) =>
      Array<NerRecord[]>(times)
        .fill(await recordsOf(part))
        .flat(),
    ),
  );
  const records = parts.flat();
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

function recordsOf(name: string): Promise<NerRecord[]> {
  return name.startsWith(ZERO_SHOT) ? zeroShotTest(name.slice(ZERO_SHOT.length)) : readRecords(fileOf(name));
}

/** What a name puts together; a file may be called anything. @throws UserError where a part has no name or no whole number of times */
function partsOf(name: string): { part: string; times: number }[] {
  if (existsSync(name)) return [{ part: name, times: 1 }];
  return name.split(" + ").map((piece) => {
    const [, part, times = "1"] = /^\s*(.*?)(?: x (\d+))?\s*$/.exec(piece) ?? [];
    if (!part || Number(times) < 1 || Number(times) > MOST_TIMES)
      throw new UserError(
        `the data "${name}": "${piece.trim()}" names nothing; wanted names with " + " between them, each once or "NAME x 2" to "NAME x ${MOST_TIMES}".`,
      );
    return { part, times: Number(times) };
  });
}

const MOST_TIMES = 1000;

/** What is left out of a file of records. */
export interface RecordFilter {
  /** Sources (`src`) whose records are left out. */
  exclude?: readonly string[];
  /** Keep records without a mention (default). */
  keepEmpty?: boolean;
  /** Keep the records' own lists of types, which training then asks for instead of drawing some (default). */
  recordLabels?: boolean;
}

/** The files behind a name, with how often each counts; the tests, which the project makes from their sources' files, have none. */
export function recordsFiles(name: string): { file: string | undefined; times: number }[] {
  return partsOf(name).map(({ part, times }) => ({
    file: part.startsWith(ZERO_SHOT) ? undefined : fileOf(part),
    times,
  }));
}

/**
 * The hash of the bytes behind a name: of its file where it is one, else of the files' hashes and how often each counts.
 * @param hash of a file, where hashes are kept
 * @returns undefined where a test is among them
 */
export async function recordsSha256(name: string, hash = sha256OfFile): Promise<string | undefined> {
  const hashes: [string, number][] = [];
  for (const { file, times } of recordsFiles(name)) {
    if (file === undefined) return undefined;
    hashes.push([await hash(file), times]);
  }
  const [[only, times]] = hashes;
  return hashes.length === 1 && times === 1 ? only : sha256(hashes);
}

/** The file behind a name; a path stands for itself. */
export function fileOf(name: string): string {
  if (name === "sentences") return sentencesFile("all");
  if (name.startsWith("sentences:")) return sentencesFile(name.slice("sentences:".length));
  if (name.startsWith("corpus:")) return pathOfCorpus(name.slice("corpus:".length));
  return name;
}

const ZERO_SHOT = "zero-shot:";

function pathOfCorpus(name: string): string {
  const path = corpusFile(`${name}.jsonl.gz`);
  if (path) return path;
  throw new UserError(
    `the corpus "${name}" is not there: wanted ${name}.jsonl.gz in ../shared/corpus or in the folder that WORKBOOK_CORPUS names; without it, train on data: {train_data: sentences:train}.`,
  );
}
