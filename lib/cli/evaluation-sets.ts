/** The data sets of `evaluate`: records opened by name, and the types that count. */
import { basename } from "node:path";
import { loadRecords } from "../data/named";
import { checkRecords, goldTypes } from "../data/records";
import { splitAgain } from "../data/split-again";
import { UserError } from "../errors";
import type { BenchmarkSet } from "../evaluate/benchmark";
import { askedOnly } from "../evaluate/zero-shot";
import type { WordSplitter } from "../text/reading";

/** Which part of a file is evaluated, and on which types. */
export interface SetChoice {
  /** Given by the caller; else the gold types of the whole file. */
  labels?: readonly string[];
  drop: readonly string[];
  /** Only the first records. */
  limit: number;
  /** Splits the words of the file again; default as they are. */
  splitter?: WordSplitter;
  /** How they are asked, as the end of a sentence. */
  asks: string;
}

/**
 * Opens the data of an evaluation; says on standard error what is asked and what was left out.
 * @throws UserError where nothing is left to ask, or none of the labels is gold in the file
 */
export async function openSet(file: string, choice: SetChoice): Promise<BenchmarkSet> {
  const { labels, drop, limit, splitter } = choice;
  const all = await loadRecords(file);
  const gold = goldTypes(all);
  const name = setName(file);
  for (const type of drop)
    if (!gold.includes(type) && !labels?.includes(type)) say(`--drop ${type}: no record of ${name} has such a type.`);
  const types = (labels ?? gold).filter((type) => !drop.includes(type));
  if (types.length === 0) throw new UserError(`${file}: no entity type is left to ask for; give --labels.`);
  if (labels) checkLabels(types, gold, name);
  else say(`${name}: without --labels the ${types.length} gold types of the file count${choice.asks}.`);
  const kept = labels ? types : gold.filter((type) => !drop.includes(type));
  const records = askedOnly(all.slice(0, limit), kept);
  checkRecords(records, limit < all.length ? `that --limit leaves of ${name}` : `of ${name}`);
  return { name, records: splitter ? records.map((record) => splitAgain(record, splitter)) : records, types };
}

/** A name that the gold does not have cannot be found right; if none is there, nothing can. */
function checkLabels(labels: readonly string[], gold: readonly string[], name: string): void {
  const absent = labels.filter((label) => !gold.includes(label));
  if (absent.length === labels.length)
    throw new UserError(
      `${name}: none of the labels (${labels.join(", ")}) is a gold type of the file; it has ${gold.join(", ") || "no mention at all"}.`,
    );
  if (absent.length)
    say(`${name}: no mention of the file is of the type ${absent.join(", ")}; every answer of it is wrong.`);
}

/** The file's name without its ending, or the name of a public test. */
export function setName(file: string): string {
  return basename(file).replace(/^(zero-shot|corpus):|\.jsonl?(\.gz)?$/g, "");
}

const say = (line: string) => process.stderr.write(`${line}\n`);
