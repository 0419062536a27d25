/**
 * The project's own texts as files of records, for whatever reads files: made once for the texts as they stand, in the cache.
 * Of each domain every twelfth text is for tests and every twelfth for development.
 */
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { usageError } from "../../errors";
import { writeAtomically } from "../../files/atomic";
import { sha256 } from "../../files/hash";
import { cacheFolder } from "../../files/places";
import { type NerRecord, recordLine } from "../records";
import { readSentences, type Sentence } from "./sentences";

const PARTS = ["all", "train", "dev", "test"] as const;
type Part = (typeof PARTS)[number];

/** The part of the n-th text of a domain, from 0. */
export function partOfText(n: number): Exclude<Part, "all"> {
  return n % 12 === 11 ? "test" : n % 12 === 5 ? "dev" : "train";
}

/** The records of a part, each with its domain as `src`, in the order of the files. */
export function sentenceRecords(part: Part, sentences: readonly Sentence[] = readSentences()): NerRecord[] {
  const seen = new Map<string, number>();
  return sentences.flatMap(({ record, domain }) => {
    const n = seen.get(domain) ?? 0;
    seen.set(domain, n + 1);
    return part === "all" || partOfText(n) === part ? [{ ...record, src: domain }] : [];
  });
}

/** @param part "train", "dev", "test" or "all" @throws UserError for another part, or like `readSentences` */
export function sentencesFile(part: string): string {
  if (!isPart(part)) throw usageError(`sentences has no part "${part}"; wanted one of ${PARTS.join(", ")}.`);
  const text = sentenceRecords(part)
    .map((record) => `${recordLine(record)}\n`)
    .join("");
  const path = cacheFolder("sentences", sha256(text).slice(0, 16), `${part}.jsonl`);
  if (existsSync(path)) return path;
  mkdirSync(dirname(path), { recursive: true });
  writeAtomically(path, text);
  return path;
}

const isPart = (part: string): part is Part => PARTS.some((known) => known === part);
