/** A file in some format -> a file in another, record by record, whole or not at all. */
import { UserError, usageError } from "../errors";
import { AtomicFile } from "../files/atomic";
import { givenOnly } from "../options";
import { type FormatOptions, type RecordFormat, readPlaced } from "./formats/read";
import { type Repair, Tally, type TallyReport } from "./formats/tally";
import { WRITERS, type WriterName } from "./formats/write";
import type { PlacedRecord } from "./records";
import { sourceRecords } from "./source-records";

/** What is converted into what, and by which rules. */
export interface Conversion extends FormatOptions {
  /** Files, or `source:ID` for one of data/manifest.json. */
  inputs: readonly string[];
  /** Of the files; a source's format stands in the manifest. */
  from?: RecordFormat;
  /** Default: this project's records, one a line. */
  to?: WriterName;
  out: string;
  log?: (line: string) => void;
}

const SOURCE = "source:";

/**
 * Converts all inputs into one file, in their order, in memory that does not grow with them.
 * @param tally counts; a caller's own sees the repairs with their places
 * @throws UserError naming file and line; `out` is then as it was before
 */
export async function convert(conversion: Conversion, tally = new Tally()): Promise<TallyReport> {
  const writer = WRITERS[conversion.to ?? "records"]();
  const besideName = writer.beside && nameBeside(conversion.out, writer.beside);
  const file = new AtomicFile(conversion.out);
  const beside = besideName === undefined ? undefined : new AtomicFile(besideName);
  try {
    file.write(writer.open);
    let first = true;
    for (const input of conversion.inputs) {
      const before = tally.records;
      const earlier = tally.report().repairs;
      for await (const { record, where } of placed(input, conversion, tally)) {
        file.write((first ? "" : writer.between) + writer.text(record, tally, where));
        if (writer.beside) beside?.write(writer.beside.text(record));
        first = false;
      }
      if (tally.records === before) throw nothingIn(input, tally, earlier);
    }
    file.write(writer.close);
    beside?.commit();
    file.commit();
  } catch (error) {
    file.discard();
    beside?.discard();
    throw error;
  }
  return tally.report();
}

/** Texts that were all left out are another thing than a file without any. @param earlier the counts of the inputs before it */
function nothingIn(input: string, tally: Tally, earlier: TallyReport["repairs"]): UserError {
  const [left] = tally.repairs.flatMap(({ repair, count, meaning }) => {
    const own = count - (earlier[repair] ?? 0);
    return LEFT_OUT.has(repair) && own > 0 ? [`${own} x ${meaning}`] : [];
  });
  return new UserError(
    left === undefined
      ? `${input} holds no records; wanted at least one.`
      : `${input}: no text of it is left (${left}); wanted at least one that somebody has annotated.`,
  );
}

const LEFT_OUT = new Set<Repair>(["not_annotated", "answer_not_accepted"]);

/** @throws UserError (usage) where the name has another ending than the form wants */
function nameBeside(out: string, { of, ending }: { of: string; ending: string }): string {
  if (!out.endsWith(of))
    throw usageError(`--out got ${out}, wanted a name that ends in ${of}: its text is written beside it.`);
  return out.slice(0, -of.length) + ending;
}

function placed(input: string, conversion: Conversion, tally: Tally): AsyncGenerator<PlacedRecord> {
  const { inputs: _, from = "gliner", to: __, out: ___, log, ...options } = conversion;
  if (!input.startsWith(SOURCE)) return readPlaced(from, input, options, tally);
  return sourceRecords(input.slice(SOURCE.length), tally, { ...givenOnly(options), log });
}
