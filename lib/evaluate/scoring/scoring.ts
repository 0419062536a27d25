/** Decodes saved candidates and counts them against gold, under rules that can each be switched. */
import { type NerRecord, type NerSpan, uniqueSpans } from "../../data/records";
import { UserError } from "../../errors";
import { type DecodeOptions, exceeds, greedyDecode, type SpanCandidate } from "../../model/decode";
import type { Predictions } from "../predictions/predictions";
import { type Counts, countMatches } from "./metrics";

/**
 * From saved candidates to counts: every decision that turns one model's answers into a score, each of them a switch. The
 * wrong ones are here because somebody's number was made with them.
 */
export interface ScoringRules extends DecodeOptions {
  /** Spans with a greater probability count. */
  threshold: number;
  /** Types that are neither gold nor an answer. */
  drop: readonly string[];
  /** Answers of more words are none, as by a model of this `max_width`: a span's probability does not depend on wider ones. */
  maxWidth: number;
  /** The types that are counted: all are decoded, an answer of another one may take a span away. null = every type. */
  only: readonly string[] | null;
  /** Types are compared in lower case, as by Python's evaluation since 0.2.3. */
  lowerCase: boolean;
  /** Wrong: a sentence is only asked for the types that its own gold has. */
  oracleTypes: boolean;
  /** Wrong: a mention is its type and word numbers, in whichever sentence. */
  noSentenceIndex: boolean;
  /** Wrong: what the gold calls some types where their name in the prompt is another. */
  goldNames: Readonly<Record<string, string>>;
}

/** Threshold .5, flat, one label a span, of any width and type, everything compared as it is. */
export const PLAIN_RULES: ScoringRules = {
  threshold: 0.5,
  flatNer: true,
  multiLabel: false,
  drop: [],
  maxWidth: Number.POSITIVE_INFINITY,
  only: null,
  lowerCase: false,
  oracleTypes: false,
  noSentenceIndex: false,
  goldNames: {},
};

/** What one set of predictions comes to. */
export interface Scored {
  /** A row a sentence; without sentence index one row, which no interval over sentences can be made of. */
  counts: Counts[];
  /** Each mention once, as it is counted. */
  gold: NerSpan[][];
  predicted: NerSpan[][];
  /** Types of gold mentions that begin or end inside a word: no span can be them, and each is missed. */
  unaligned: string[][];
}

/**
 * Scores predictions; that they are of these records `checkTexts` has said.
 * @throws UserError where the threshold lies below the floor of the predictions, or there are no records
 */
export function scorePredictions(
  records: readonly NerRecord[],
  { header, texts }: Predictions,
  rules: ScoringRules = PLAIN_RULES,
): Scored {
  if (rules.threshold < header.floor)
    throw new UserError(
      `the threshold ${rules.threshold} lies below ${header.floor}, the floor of the predictions of ${header.data.name}; predict again with a lower floor, or raise it.`,
    );
  const found = texts.map(({ candidates }) => candidates);
  return scoreTexts(records, found, rules);
}

/** Scores candidates, a list a record. @throws UserError where there are no records */
export function scoreTexts(
  records: readonly NerRecord[],
  found: readonly (readonly SpanCandidate[])[],
  rules: ScoringRules,
): Scored {
  if (records.length === 0) throw new UserError("there are no records to score.");
  const all = records.map((record) => goldOf(record, rules));
  const counted = countedBy(rules);
  const gold = all.map((spans) => spans.filter(counted));
  const predicted = found.map((candidates, i) => decide(candidates, rules, all[i]).filter(counted));
  const unaligned = records.map((record) => unalignedOf(record, rules));
  return { gold, predicted, unaligned, counts: countAll(gold, predicted, unaligned, rules) };
}

/** The mentions of a sentence that count as gold. */
function goldOf({ ner }: NerRecord, { drop, goldNames, lowerCase }: ScoringRules): NerSpan[] {
  const kept = ner.filter(([, , type]) => !drop.includes(type));
  return uniqueSpans(
    kept.map(([start, end, type]): NerSpan => [start, end, named(goldNames[type] ?? type, lowerCase)]),
  );
}

/** The entities of a sentence under these rules. */
function decide(found: readonly SpanCandidate[], rules: ScoringRules, gold: readonly NerSpan[]): NerSpan[] {
  const { threshold, drop, maxWidth, oracleTypes, lowerCase } = rules;
  const own = new Set(gold.map(([, , type]) => type));
  const above = found.filter(
    ({ score, label, start, end }) =>
      exceeds(score, threshold) &&
      !drop.includes(label) &&
      end - start < maxWidth &&
      (!oracleTypes || own.has(named(label, lowerCase))),
  );
  return greedyDecode(above, rules).map(({ start, end, label }): NerSpan => [start, end, named(label, lowerCase)]);
}

/** Gold that begins or ends inside a word can be no span: each is one more that is missed. */
function unalignedOf({ unaligned = [] }: NerRecord, { drop, only, goldNames, lowerCase }: ScoringRules): string[] {
  const kept = unaligned.filter((type) => !drop.includes(type) && (only === null || only.includes(type)));
  return kept.map((type) => named(goldNames[type] ?? type, lowerCase));
}

/** Whether a mention, as gold and answers name its type, is of a type that is counted. */
function countedBy({ only, lowerCase }: ScoringRules): (span: NerSpan) => boolean {
  if (only === null) return () => true;
  const names = new Set(only.map((type) => named(type, lowerCase)));
  return ([, , type]) => names.has(type);
}

function countAll(gold: NerSpan[][], predicted: NerSpan[][], unaligned: string[][], rules: ScoringRules): Counts[] {
  const counts = rules.noSentenceIndex
    ? [countMatches(gold.flat(), predicted.flat())]
    : gold.map((spans, i) => countMatches(spans, predicted[i]));
  unaligned.forEach((missed, i) => {
    counts[rules.noSentenceIndex ? 0 : i].falseNegatives += missed.length;
  });
  return counts;
}

const named = (type: string, lowerCase: boolean) => (lowerCase ? type.toLowerCase() : type);
