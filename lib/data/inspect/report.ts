/** The doctor for data: opens the files, runs every check of the folder and gathers the report. */
import { usageError } from "../../errors";
import type { FormatOptions } from "../formats/read";
import { type Comparison, compareFiles } from "./compare";
import { type DataFile, openData } from "./data-file";
import type { FileReport } from "./file-report";
import { type Finding, findingsOf } from "./findings";
import { countLabels } from "./labels";
import { type Leak, leaksBetween, repeatedSentences } from "./leaks";
import { ceilingOf, countSpans, type Limits } from "./spans";
import { countSplits } from "./splitters";

/** Everything the doctor knows of some files of data. */
export interface DataReport {
  limits: Limits;
  files: FileReport[];
  leaks: Leak[];
  comparisons: Comparison[];
  /** What of it is worth a sentence, faults first. */
  findings: Finding[];
}

/** What data are held against. */
export interface InspectOptions extends FormatOptions {
  limits?: Partial<Limits>;
  /** Types that an evaluation asks for; default: the list that lies beside a file, else none. */
  labelList?: readonly string[];
  /** Originals to hold the files against: one for all, or one for each file. */
  against?: readonly string[];
}

/** GLiNER's own limits: `max_width` and `max_len` of its configurations. */
export const LIMITS: Limits = { maxWidth: 12, maxLen: 384 };

/**
 * Looks at files of data as spaCy's `debug data` does: what a model cannot represent, what the two splitters make of it, how
 * labels are spelled, what files share, and how copies differ from their originals.
 * @param names files, folders, or names as `loadRecords` takes them, and `source:ID`
 * @throws UserError like the readers
 */
export async function inspectData(names: readonly string[], options: InspectOptions = {}): Promise<DataReport> {
  const { limits: given, labelList, against = [], ...reading } = options;
  const limits = { ...LIMITS, ...given };
  const files = await openData(names, reading);
  const originals = against.length > 0 ? await openData(against, reading) : [];
  if (originals.length > 1 && originals.length !== files.length)
    throw usageError(
      `--against got ${originals.length} originals for ${files.length} files of --data, wanted one for all or one for each.`,
    );
  const reports = files.map((file) => reportOf(file, limits, labelList));
  const leaks = leaksBetween(files);
  const comparisons = files.flatMap((file, i) => {
    const original = originals.length === 1 ? originals[0] : originals[i];
    return original ? [compareFiles(file, original)] : [];
  });
  return { limits, files: reports, leaks, comparisons, findings: findingsOf(reports, leaks, comparisons) };
}

function reportOf(file: DataFile, limits: Limits, given?: readonly string[]): FileReport {
  const { name, format, tally } = file;
  const { schemes = {} } = tally.report();
  const records = file.records.map(({ record }) => record);
  const list = given ?? file.labels?.labels;
  const asked = list && new Set(list.map((label) => label.toLowerCase()));
  const listed = (label: string) => asked === undefined || asked.has(label.toLowerCase());
  return {
    name,
    format,
    records: records.length,
    empty: records.filter(({ ner }) => ner.length === 0).length,
    asked: tally.asked,
    found: tally.found,
    repairs: tally.report().repairs,
    ...(file.path in schemes && { scheme: schemes[file.path] }),
    repeated: repeatedSentences(file),
    spans: countSpans(records, limits),
    ceiling: ceilingOf(records, limits, listed, tally.asked - tally.found),
    splitters: countSplits(file),
    labels: countLabels(file, list),
    ...(list && { labelList: given ? "the list given" : file.labels?.name }),
  };
}
