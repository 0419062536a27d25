/** What a writer is: records -> the text of a file, part by part. */
import type { NerRecord } from "../records";
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

/** What a tool's form has no place for: types that are known to be absent. */
export const countNegatives = ({ negatives = [] }: NerRecord, tally: Tally, where: string): void =>
  tally.repair("negative_not_written", where, negatives.length);
