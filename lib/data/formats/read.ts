/** Any known format -> records, by the format's name: the table of readers, then renaming of labels. */
import { jsonValues } from "../../files/json-values";
import { type LabelMap, renameLabels } from "../labels";
import { type NerRecord, type PlacedRecord, parseRecord, uniqueSpans } from "../records";
import { readBmes } from "./bmes";
import { type ColumnOptions, readColumns } from "./columns";
import { readConll2012 } from "./conll2012";
import { type CsvOptions, readCsv } from "./csv";
import { type HfOptions, readHf } from "./hf";
import { type InstructOptions, readInstruct } from "./instruct";
import { readMarked } from "./marked";
import type { FormatName } from "./names";
import { readBrat } from "./offsets/brat";
import { readDoccano } from "./offsets/doccano";
import { readGliner2 } from "./offsets/gliner2";
import { type OffsetKind, offsetRecords } from "./offsets/item";
import { readLabelStudio } from "./offsets/label-studio";
import { readProdigy } from "./offsets/prodigy";
import { readSpacy } from "./offsets/spacy";
import type { PlacedItem } from "./offsets/values";
import { type PileNerEra, readPileNer, readUniversalNer } from "./pile-ner";
import type { Tally } from "./tally";
import { readTypeSentences } from "./type-sentences";

/** Everything that reading a file may be told; each format takes what concerns it. */
export interface FormatOptions extends ColumnOptions, InstructOptions, CsvOptions, HfOptions {
  era?: PileNerEra;
  /** What the labels are called in natural language. */
  labels?: LabelMap;
  /** Keep one of several equal spans of a record. */
  dropDuplicates?: boolean;
}

/** A format whose files hold records. */
export type RecordFormat = Exclude<FormatName, "labels">;

type Reader = (path: string, options: FormatOptions, tally: Tally) => AsyncGenerator<PlacedRecord>;

const READERS: Record<RecordFormat, Reader> = {
  "pile-ner": readPileNer,
  uniner: readUniversalNer,
  bio: readColumns,
  conll: (path, options, tally) =>
    readColumns(path, { ...options, columns: options.columns ?? "token,...,tag" }, tally),
  instruct: readInstruct,
  gliner: readGliner,
  marked: readMarked,
  "label-studio": byOffsets(readLabelStudio, "utf16"),
  doccano: byOffsets(readDoccano),
  spacy: byOffsets(readSpacy),
  prodigy: byOffsets(readProdigy),
  brat: byOffsets(readBrat),
  // Its places are found here: nothing to be said about how they are counted.
  gliner2: (path, { offsets: _, ...options }, tally) => byOffsets(readGliner2)(path, options, tally),
  hf: readHf,
  conll2012: readConll2012,
  bmes: readBmes,
  csv: readCsv,
  "type-sentences": readTypeSentences,
};

/** Mentions by their characters -> records of words. @param counted how the tool counts characters, unless the reader says otherwise */
function byOffsets(
  read: (path: string, options: FormatOptions, tally: Tally) => AsyncGenerator<PlacedItem>,
  counted: OffsetKind = "codepoints",
): Reader {
  return async function* (path, options, tally) {
    const { offsets = counted, ...rest } = options;
    for await (const { item, where } of read(path, options, tally))
      for (const record of offsetRecords(item, { ...rest, offsets }, tally, where)) yield { record, where };
  };
}

/**
 * The records of a file, one at a time, with their places; what was asked, found, repaired and written goes to `tally`.
 * @throws UserError naming file and line where the file is not of this format
 */
export async function* readPlaced(
  format: RecordFormat,
  path: string,
  options: FormatOptions,
  tally: Tally,
): AsyncGenerator<PlacedRecord> {
  for await (const { record: read, where } of READERS[format](path, options, tally)) {
    const typed = withTypes(read, tally, where);
    const named = options.labels ? renameLabels(typed, options.labels, tally, where) : typed;
    const record = options.dropDuplicates ? withoutDuplicates(named, tally, where) : named;
    tally.records++;
    tally.spans += record.ner.length;
    yield { record, where };
  }
}

/** The same without the places. */
export async function* readFormat(
  format: RecordFormat,
  path: string,
  options: FormatOptions,
  tally: Tally,
): AsyncGenerator<NerRecord> {
  for await (const { record } of readPlaced(format, path, options, tally)) yield record;
}

async function* readGliner(path: string, options: FormatOptions, tally: Tally): AsyncGenerator<PlacedRecord> {
  for await (const { value, where } of jsonValues(path, options)) {
    const record = parseRecord(value, where);
    tally.asked += record.ner.length;
    tally.found += record.ner.length;
    yield { record, where };
  }
}

/** Nothing can be asked by a name that is empty, and what reads records refuses one. */
function withTypes(record: NerRecord, tally: Tally, where: string): NerRecord {
  const { ner, labels, negatives } = record;
  const isNamed = (type: string) => type.trim() !== "";
  const kept = ner.filter(([, , type]) => isNamed(type));
  const lost = ner.length - kept.length + (negatives ?? []).filter((type) => !isNamed(type)).length;
  if (lost === 0) return record;
  tally.repair("type_empty", where, lost);
  return {
    ...record,
    ner: kept,
    ...(labels && { labels: labels.filter(isNamed) }),
    ...(negatives && { negatives: negatives.filter(isNamed) }),
  };
}

function withoutDuplicates(record: NerRecord, tally: Tally, where: string): NerRecord {
  const ner = uniqueSpans(record.ner);
  tally.repair("duplicate_dropped", where, record.ner.length - ner.length);
  return { ...record, ner };
}
