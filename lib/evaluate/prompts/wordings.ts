/** A study that renames the types of the prompt and measures what each wording changes in F1. */
import type { NerRecord, NerSpan } from "../../data/records";
import type { Predictor } from "../predictions/predict";
import { addCounts, type Counts, countMatches, f1Scores, type Scores } from "../scoring/metrics";
import type { Scored } from "../scoring/scoring";
import { bootstrapF1 } from "../statistics/bootstrap";
import { compareF1 } from "../statistics/paired";
import { askedOnly } from "../zero-shot";
import { type StudyOptions, scoreRound, tellRound } from "./prompt-study";
import { checkWording, type Wording } from "./wording";

/** A difference of two F1 on the same sentences, with its 95 % interval by the paired bootstrap. */
export interface F1Difference {
  difference: number;
  low: number;
  high: number;
}

/** What one wording of the prompt comes to. */
export interface WordingResult extends Scores {
  wording: string;
  ci95: [low: number, high: number];
  /** F1 minus that of the types' own names. */
  change: F1Difference;
  /** The types that are named otherwise, and F1 over these alone: what they lose may be another's gain. */
  types: string[];
  ownF1: number;
  ownChange: F1Difference;
}

/** The wording of types as the caller gave them: what others are held against. */
export const AS_GIVEN = "as given";

/**
 * Asks for the same types by other names, at the same places of the prompt, and scores the answers against the same gold:
 * how much of an F1 is the choice of words. One pass over the texts a wording.
 * @param wordings by the name under which each is reported
 * @returns the types' own names first, as `AS_GIVEN`
 * @throws UserError where a wording names a type that is not asked, or two types alike
 */
export async function studyWordings(
  predictor: Predictor,
  records: readonly NerRecord[],
  types: readonly string[],
  wordings: Readonly<Record<string, Wording>>,
  options: StudyOptions = {},
): Promise<WordingResult[]> {
  const rounds = Object.entries({ [AS_GIVEN]: {}, ...wordings });
  for (const [name, wording] of rounds) checkWording(name, wording, types);
  const gold = askedOnly(records, types);
  const results: WordingResult[] = [];
  let base: Scored | undefined;
  for (const [round, [name, wording]] of rounds.entries()) {
    const scored = await scoreRound(predictor, gold, types, wording, tellRound(options, round, rounds.length));
    base ??= scored;
    results.push(resultOf(name, Object.keys(wording), scored, base, options.seed ?? 0));
  }
  return results;
}

/** A wording for each synonym: one type is named otherwise, all others as they are. */
export function oneAtATime(synonyms: Readonly<Record<string, readonly string[]>>): Record<string, Wording> {
  const pairs = Object.entries(synonyms).flatMap(([type, names]) => names.map((name) => [type, name] as const));
  return Object.fromEntries(pairs.map(([type, name]) => [`${type} → ${name}`, { [type]: name }]));
}

function resultOf(wording: string, types: string[], scored: Scored, base: Scored, seed: number): WordingResult {
  const { low, high } = bootstrapF1([scored.counts], { seed });
  const own = countsOf(scored, types);
  return {
    wording,
    ...f1Scores(addCounts(scored.counts)),
    ci95: [low, high],
    change: difference(scored.counts, base.counts, seed),
    types,
    ownF1: f1Scores(addCounts(own)).f1,
    ownChange: difference(own, countsOf(base, types), seed),
  };
}

function difference(a: Counts[], b: Counts[], seed: number): F1Difference {
  const { difference, low, high } = compareF1([a], [b], { seed });
  return { difference, low, high };
}

/** Counts of some types alone; of all where none is named. */
function countsOf({ gold, predicted, counts }: Scored, types: readonly string[]): Counts[] {
  if (types.length === 0) return counts;
  const only = (spans: readonly NerSpan[]) => spans.filter(([, , label]) => types.includes(label));
  return gold.map((spans, i) => countMatches(only(spans), only(predicted[i])));
}
