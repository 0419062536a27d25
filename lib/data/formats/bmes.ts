/**
 * Columns of signs and BMES tags, as Chinese sets have them: a sign and its tag a line (B-, M-, E- and S-). Each sign is a word of the
 * record; told other words (`intl`), the signs are joined to a text and cut anew, as predictions cut it.
 */
import type { PlacedRecord } from "../records";
import { type ColumnOptions, readColumns } from "./columns";
import { type OffsetOptions, offsetRecords } from "./offsets/item";
import { Tally } from "./tally";

/** @throws UserError like `readColumns` */
export async function* readBmes(
  path: string,
  options: ColumnOptions & OffsetOptions,
  tally: Tally,
): AsyncGenerator<PlacedRecord> {
  const scheme = options.scheme ?? "bmes";
  if (options.words === undefined) return yield* readColumns(path, { ...options, scheme }, tally);
  for await (const { record, where } of readColumns(path, { ...options, scheme }, new Counted(tally))) {
    const starts: number[] = [];
    let text = "";
    for (const sign of record.tokens) {
      starts.push(text.length);
      text += sign;
    }
    const mentions = record.ner.map(([first, last, label]) => {
      return { start: starts[first], end: starts[last] + record.tokens[last].length, label };
    });
    for (const whole of offsetRecords({ text, mentions }, { ...options, offsets: "utf16" }, tally, where))
      yield { record: whole, where };
  }
}

/** Passes repairs on; mentions are counted where the new words are made. */
class Counted extends Tally {
  constructor(private readonly outer: Tally) {
    super();
  }

  override repair(...about: Parameters<Tally["repair"]>): void {
    this.outer.repair(...about);
  }

  override note(path: string, scheme: string): void {
    this.outer.note(path, scheme);
  }
}
