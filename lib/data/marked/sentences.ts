/** The project's own texts, data/sentences: `<domain>-NN.txt` in the marked form, and `types/*.txt` about their types. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { PROJECT_ROOT } from "../../backend/places";
import { UserError } from "../../errors";
import type { NerRecord } from "../records";
import { type MarkedText, parseMarked } from "./parse";
import { recordOf, type WordSplitter } from "./records";
import { parseTypes, type TypeEntry } from "./types";

export const SENTENCES = join(PROJECT_ROOT, "data", "sentences");

/** A text, its place, and the record that it makes. */
export interface Sentence extends MarkedText {
  /** "news-01.txt, line 7" */
  where: string;
  file: string;
  domain: string;
  record: NerRecord;
}

/** All texts of the folder, by file and line. @throws UserError naming file and line, or a file whose name has no domain */
export function readSentences(folder = SENTENCES): Sentence[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".txt"));
  return names.sort().flatMap((name) => sentencesOf(readFileSync(join(folder, name), "utf8"), name));
}

/** The texts of one file. @param name `<domain>-NN.txt` */
export function sentencesOf(source: string, name: string): Sentence[] {
  const file = basename(name);
  const domain = /^([a-z]+(?:-[a-z]+)*)-\d\d\.txt$/.exec(file)?.[1];
  if (!domain) throw new UserError(`${file}: wanted a name such as news-01.txt: the domain, a hyphen, two digits.`);
  const lines = source.split(/\r?\n/);
  const splitter: WordSplitter = lines.includes("# words: intl") ? "intl" : "model";
  return lines.flatMap((line, i) => {
    if (line.trim() === "" || line.startsWith("#")) return [];
    const where = `${file}, line ${i + 1}`;
    const marked = parseMarked(line, where);
    return [{ ...marked, where, file, domain, record: { ...recordOf(marked, where, splitter), src: domain } }];
  });
}

/** What types/*.txt say, by type; lines about the same type add up. @throws UserError naming file and line */
export function readTypes(folder = join(SENTENCES, "types")): Map<string, TypeEntry> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".txt"));
  return parseTypes(names.sort().map((name) => ({ name, source: readFileSync(join(folder, name), "utf8") })));
}
