/** Checks texts of our own: everything to mend, and the corpus in figures. */
import type { Sentence } from "../../marked/sentences";
import type { TypeEntry } from "../../marked/types";
import { type Figures, figuresOf } from "./figures";
import { repetitions } from "./repetition";
import { type TextFinding, textFindings } from "./text";
import { typeFindings } from "./types";

export interface SentenceReport {
  findings: TextFinding[];
  figures: Figures;
}

export function checkSentences(
  sentences: readonly Sentence[],
  entries: ReadonlyMap<string, TypeEntry> = new Map(),
): SentenceReport {
  const findings = [...sentences.flatMap(textFindings), ...repetitions(sentences), ...typeFindings(sentences, entries)];
  return { findings, figures: figuresOf(sentences) };
}
