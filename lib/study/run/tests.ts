/** The tests of a study: the sets as they are asked in one way, and predictions scored in one way. */
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { loadRecords } from "../../data/named";
import { goldTypes } from "../../data/records";
import { splitAgain } from "../../data/split-again";
import { UserError } from "../../errors";
import type { BenchmarkSet } from "../../evaluate/benchmark";
import type { TypeCounts } from "../../evaluate/familiarity/familiarity";
import { howAsked } from "../../evaluate/predictions/predict";
import { checkTexts, type Predictions, readPredictions } from "../../evaluate/predictions/predictions";
import { type Asking, askedOf } from "../../evaluate/prompts/asking";
import { addCounts, type Counts, f1Scores } from "../../evaluate/scoring/metrics";
import { presetOf, rulesOf } from "../../evaluate/scoring/presets";
import { PLAIN_RULES, type ScoringRules, scorePredictions } from "../../evaluate/scoring/scoring";
import { meanF1 } from "../../evaluate/statistics/bootstrap";
import { askedOnly } from "../../evaluate/zero-shot";
import { sha256 } from "../../files/hash";
import type { ScoreSwitches } from "../plan/arm";
import { type Ask, askingOf, presetAsked, typesAsked } from "../plan/ask";
import type { Tests } from "../plan/plan";
import type { Reading } from "../plan/runs";

/** What one reading of one run comes to. F1 in 0..1. */
export interface ReadingResult {
  /** Mean F1 of the sets at .5, .3 and the reading's own threshold. */
  f1: Record<string, number>;
  /** The threshold that the comparison is about. */
  threshold: number;
  /** F1 of each set at that threshold. */
  sets: Record<string, number>;
  /** [true positives, false positives, false negatives] of each sentence at that threshold, a list a set. */
  counts: Record<string, number[]>;
  /** Of the sentences and their gold. */
  tests_sha256: string;
}

/** The sets as a way of asking has them. @throws UserError where a set is not here or no type is left */
export async function openTests({ sets, drop, limit }: Tests, ask: Ask): Promise<BenchmarkSet[]> {
  const left = presetAsked(ask) === null ? drop : [];
  const { splitter } = askingOf(ask);
  return Promise.all(
    sets.map(async (file) => {
      const all = await loadRecords(file);
      const types = goldTypes(all).filter((type) => !left.includes(type));
      if (types.length === 0) throw new UserError(`${file}: no type is left to ask for.`);
      const asked = askedOnly(all.slice(0, limit ?? all.length), types);
      const records = splitter ? asked.map((record) => splitAgain(record, splitter)) : asked;
      return { name: setName(file), records, types };
    }),
  );
}

/** As `evaluate` names a set, and its file of predictions. */
export function setName(file: string): string {
  return basename(file).replace(/^(zero-shot|corpus):|\.jsonl?(\.gz)?$/g, "");
}

/**
 * The predictions for these sets that lie in a folder, FOLDER/<model>/<set>.jsonl; none where one is missing.
 * @throws UserError where they are of other texts or were asked otherwise, or of several models
 */
export function predictionsIn(folder: string, sets: readonly BenchmarkSet[], ask: Ask): Predictions[] | undefined {
  const models = existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    : [];
  if (models.length > 1)
    throw new UserError(`${folder} holds predictions of ${models.length} models, wanted those of one.`);
  if (models.length === 0) return undefined;
  const paths = sets.map(({ name }) => join(folder, models[0].name, `${name}.jsonl`));
  if (!paths.every((path) => existsSync(path))) return undefined;
  return paths.map((path, i) => {
    const { name, records, types } = sets[i];
    const predictions = readPredictions(path);
    checkTexts(predictions, records, path);
    checkAsked(predictions, typesAsked(ask, name, types), askingOf(ask), path);
    return predictions;
  });
}

/** @throws UserError where the model was asked other types, in another order, or otherwise */
function checkAsked({ header }: Predictions, wanted: readonly string[], asking: Asking, path: string): void {
  if (header.labels.join("\n") !== wanted.join("\n"))
    throw new UserError(`${path} was asked "${header.labels.join(", ")}", wanted "${wanted.join(", ")}".`);
  const { labels_at_once: most } = asking;
  const atOnce = most !== undefined && most < wanted.length ? most : undefined;
  const [found, own] = [header.labels_at_once, atOnce].map((n) => (n === undefined ? "all types" : `${n} types`));
  if (found !== own) throw new UserError(`${path} was asked ${found} at once, wanted ${own}.`);
  const asked = askedOf(asking);
  if (!isDeepStrictEqual(header.asked ?? {}, asked))
    throw new UserError(`${path} was asked ${howAsked(header.asked)}, wanted ${howAsked(asked)}.`);
}

/** The types of a set by their mentions in training. @throws UserError where that is not known, or none is left */
function typesTrained(
  { trainedFrom: from = 0, trainedBelow: below = Number.POSITIVE_INFINITY }: ScoreSwitches,
  { name, types }: BenchmarkSet,
  trained: TypeCounts | undefined,
): string[] {
  if (!trained)
    throw new UserError(
      "which types were trained cannot be told: the run folder has no types.json; adopt a folder that has one, or train again.",
    );
  const mentions = (type: string) => (Object.hasOwn(trained, type) ? trained[type] : 0);
  const own = types.filter((type) => mentions(type) >= from && mentions(type) < below);
  if (own.length === 0)
    throw new UserError(
      `${name}: none of its types had ${from} mentions or more, and fewer than ${below}, in training; leave the set out.`,
    );
  return own;
}

/**
 * Scores predictions as a reading says.
 * @param trained mentions of each type in training, where it is written down
 * @throws UserError where its threshold lies below what the predictions keep
 */
export function readPredictionsAs(
  reading: Reading,
  sets: readonly BenchmarkSet[],
  predictions: readonly Predictions[],
  trained?: TypeCounts,
): ReadingResult {
  const rules = sets.map((set) => rulesFor(reading.score, set, trained));
  const countsAt = (threshold?: number): Counts[][] =>
    sets.map(({ records }, i) => {
      const at = { ...rules[i], threshold: threshold ?? rules[i].threshold };
      return scorePredictions(records, predictions[i], at).counts;
    });
  const own = countsAt();
  const { threshold } = rules[0];
  const at = (value: number) => [thresholdKey(value), meanF1(value === threshold ? own : countsAt(value))] as const;
  return {
    f1: Object.fromEntries([...new Set([0.5, 0.3, threshold])].map(at)),
    threshold,
    sets: Object.fromEntries(sets.map(({ name }, i) => [name, f1Scores(addCounts(own[i])).f1])),
    counts: Object.fromEntries(sets.map(({ name }, i) => [name, own[i].flatMap(packed)])),
    tests_sha256: sha256(sets.map(({ name, records }) => [name, records.map(({ tokens, ner }) => [tokens, ner])])),
  };
}

function rulesFor(score: Reading["score"], set: BenchmarkSet, trained: TypeCounts | undefined): ScoringRules {
  if (typeof score === "string") return rulesOf(presetOf(score), set.name);
  const { trainedFrom, trainedBelow, ...switches } = score;
  const isSplit = trainedFrom !== undefined || trainedBelow !== undefined;
  return { ...PLAIN_RULES, ...switches, only: isSplit ? typesTrained(score, set, trained) : null };
}

/** ".5" for 0.5, as results spell it. */
export const thresholdKey = (threshold: number): string => String(threshold).replace(/^0/, "");

const packed = ({ truePositives, falsePositives, falseNegatives }: Counts) => [
  truePositives,
  falsePositives,
  falseNegatives,
];

/** The counts of a stored reading as the statistics take them. */
export function countsOf({ counts }: Pick<ReadingResult, "counts">): Counts[][] {
  return Object.values(counts).map((numbers) =>
    Array.from({ length: numbers.length / 3 }, (_, i) => ({
      truePositives: numbers[3 * i],
      falsePositives: numbers[3 * i + 1],
      falseNegatives: numbers[3 * i + 2],
    })),
  );
}
