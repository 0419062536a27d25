/** The marked form, `[[words|type]]`, a text a line: what people correct by hand. */

import { fileLines } from "../../files/lines";
import type { ReadOptions } from "../../files/pieces";
import { MarkedLines } from "../marked/lines";
import type { PlacedRecord } from "../records";
import type { Tally } from "./tally";

/** @throws UserError naming file and line where a bracket is open or a mention does not begin and end with a word */
export async function* readMarked(path: string, options: ReadOptions, tally: Tally): AsyncGenerator<PlacedRecord> {
  const reader = new MarkedLines(path);
  for await (const { text, line } of fileLines(path, options)) {
    const read = reader.read(text, line);
    if (!read) continue;
    tally.asked += read.mentions.length;
    tally.found += read.mentions.length;
    yield { record: read.record, where: read.where };
  }
}
