/** The paper's zero-shot benchmark as records: CrossNER and MIT, from their public files. */
import { join } from "node:path";
import { usageError } from "../errors";
import { writeAtomically } from "../files/atomic";
import { ensureFolder } from "../files/folders";
import { type NerRecord, recordLine } from "./records";
import { sourceRecords } from "./source-records";
import type { SourceOptions } from "./sources";

/**
 * The seven zero-shot tests of GLiNER's paper (five CrossNER domains, MIT movie and restaurant), built from public BIO
 * files with the names of types that GLiNER's evaluation uses.
 *
 * Differs from upstream, whose copies of the sets lose the last sentence of three of them, misplace 95 spans of MIT movie
 * and name two types of CrossNER music otherwise in the gold than in the list of types. CrossNER's `misc` is `else` and stays:
 * keep it for GLiNER's setting, drop it for UniversalNER's.
 */
export const ZERO_SHOT_SETS = [
  "crossner_ai",
  "crossner_literature",
  "crossner_music",
  "crossner_politics",
  "crossner_science",
  "mit_movie",
  "mit_restaurant",
] as const;

/** The name of one of the seven tests. */
export type ZeroShotSet = (typeof ZERO_SHOT_SETS)[number];

/** Sentences of each set, for who must know before the files are here: 6,470 in all. */
export const ZERO_SHOT_SENTENCES: Readonly<Record<ZeroShotSet, number>> = {
  crossner_ai: 431,
  crossner_literature: 416,
  crossner_music: 465,
  crossner_politics: 651,
  crossner_science: 543,
  mit_movie: 2443,
  mit_restaurant: 1521,
};

/**
 * The test sentences of one set, in the order of its file.
 * @throws UserError for a name that is none of `ZERO_SHOT_SETS`, or like `sourceRecords`
 */
export async function zeroShotTest(name: string, options: SourceOptions = {}): Promise<NerRecord[]> {
  const sets: readonly string[] = ZERO_SHOT_SETS;
  if (!sets.includes(name))
    throw usageError(`there is no zero-shot test "${name}"; wanted one of ${ZERO_SHOT_SETS.join(", ")}.`);
  const records: NerRecord[] = [];
  for await (const { record } of sourceRecords(name, undefined, options)) records.push(record);
  return records;
}

/**
 * Writes every set as `NAME.jsonl`, one record a line, for tools that read files. Nothing is written unless all seven
 * could be read.
 * @returns the paths, in the order of `ZERO_SHOT_SETS`
 * @throws UserError like `zeroShotTest`
 */
export async function writeZeroShotTests(folder: string, options: SourceOptions = {}): Promise<string[]> {
  const texts: string[] = [];
  for (const name of ZERO_SHOT_SETS) {
    const records = await zeroShotTest(name, options);
    texts.push(records.map((record) => `${recordLine(record)}\n`).join(""));
  }
  ensureFolder(folder, "the folder of the tests");
  return ZERO_SHOT_SETS.map((name, i) => {
    const path = join(folder, `${name}.jsonl`);
    writeAtomically(path, texts[i]);
    return path;
  });
}
