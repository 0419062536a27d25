/** The project's own texts, data/sentences: `<domain>-NN.txt` in the marked form, and `types/*.txt` about their types. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../../errors";
import { dataPath } from "../project";
import { domainOf, type MarkedLine, markedLines } from "./lines";
import { parseTypes, type TypeEntry } from "./types";

export const SENTENCES = dataPath("sentences");

/** A text, its place, and the record that it makes. */
export interface Sentence extends MarkedLine {
  file: string;
  domain: string;
}

/** All texts of the folder, by file and line. @throws UserError naming file and line, or a file whose name has no domain */
export function readSentences(folder = SENTENCES): Sentence[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".txt"));
  return names.sort().flatMap((name) => sentencesOf(readFileSync(join(folder, name), "utf8"), name));
}

/** The domains of the folder's texts: what a record's `src` may be. */
export function sentenceDomains(folder = SENTENCES): Set<string> {
  return new Set(readdirSync(folder).flatMap((name) => domainOf(name) ?? []));
}

/** The texts of one file. @param name `<domain>-NN.txt` */
export function sentencesOf(source: string, name: string): Sentence[] {
  const file = basename(name);
  const domain = domainOf(file);
  if (!domain) throw new UserError(`${file}: wanted a name such as news-01.txt: the domain, a hyphen, two digits.`);
  return markedLines(source, file).map((line) => ({ ...line, file, domain }));
}

/** What types/*.txt say, by type; lines about the same type add up. @throws UserError naming file and line */
export function readTypes(folder = join(SENTENCES, "types")): Map<string, TypeEntry> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".txt"));
  return parseTypes(names.sort().map((name) => ({ name, source: readFileSync(join(folder, name), "utf8") })));
}
