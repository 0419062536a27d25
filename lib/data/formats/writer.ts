/** What a writer is: records -> the text of a file, part by part. */
import { absentTypes, type NerRecord } from "../records";
import type { Tally } from "./tally";

/** Records -> the text of a file, part by part. */
export interface Writer {
  /** Before the first record, between two, and after the last. */
  open: string;
  between: string;
  close: string;
  /** One record; what the format has no place for is counted. @param where named in errors and counts */
  text(record: NerRecord, tally: Tally, where: string): string;
  /** A second file, whose name ends otherwise. */
  beside?: { of: string; ending: string; text(record: NerRecord): string };
}

/** A record a line, or several. */
export const lines = (text: Writer["text"]): Writer => ({ open: "", between: "", close: "", text });
/** A JSON list. */
export const list = (value: (record: NerRecord, where: string) => object): Writer => ({
  open: "[\n",
  between: ",\n",
  close: "\n]\n",
  text: (record, _, where) => JSON.stringify(value(record, where)),
});

/** Of a form that has no place for types that are known to be absent: they are counted. */
export const withoutAbsent = (writer: Writer): Writer => ({
  ...writer,
  text(record, tally, where) {
    tally.repair("negative_not_written", where, absentTypes(record).length);
    return writer.text(record, tally, where);
  },
});

/** Of a form in which a text without words leaves nothing that a reader would find: it is counted. */
export const withoutEmpty = (writer: Writer): Writer => ({
  ...writer,
  text(record, tally, where) {
    tally.repair("empty_not_written", where, record.tokens.length === 0 ? 1 : 0);
    return writer.text(record, tally, where);
  },
});
