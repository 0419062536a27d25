/** The tests of a study: the sets as they are asked in one way, and predictions scored in one way. */
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { loadRecords } from "../../data/named";
import { goldTypes } from "../../data/records";
import { UserError } from "../../errors";
import type { BenchmarkSet } from "../../evaluate/benchmark";
import { checkTexts, type Predictions, readPredictions } from "../../evaluate/predictions/predictions";
import { addCounts, type Counts, f1Scores } from "../../evaluate/scoring/metrics";
import { askedLabels, presetOf, rulesOf } from "../../evaluate/scoring/presets";
import { PLAIN_RULES, type ScoringRules, scorePredictions } from "../../evaluate/scoring/scoring";
import { meanF1 } from "../../evaluate/statistics/bootstrap";
import { askedOnly } from "../../evaluate/zero-shot";
import { sha256 } from "../../files/hash";
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
export async function openTests({ sets, drop, limit }: Tests, ask: string | null): Promise<BenchmarkSet[]> {
  const left = ask === null ? drop : [];
  return Promise.all(
    sets.map(async (file) => {
      const all = await loadRecords(file);
      const types = goldTypes(all).filter((type) => !left.includes(type));
      if (types.length === 0) throw new UserError(`${file}: no type is left to ask for.`);
      return { name: setName(file), records: askedOnly(all.slice(0, limit ?? all.length), types), types };
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
export function predictionsIn(
  folder: string,
  sets: readonly BenchmarkSet[],
  ask: string | null,
): Predictions[] | undefined {
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
    const wanted = ask === null ? types : askedLabels(presetOf(ask), name, types);
    if (predictions.header.labels.join("\n") !== wanted.join("\n"))
      throw new UserError(
        `${path} was asked "${predictions.header.labels.join(", ")}", wanted "${wanted.join(", ")}".`,
      );
    return predictions;
  });
}

/** Scores predictions as a reading says. @throws UserError where its threshold lies below what the predictions keep */
export function readPredictionsAs(
  reading: Reading,
  sets: readonly BenchmarkSet[],
  predictions: readonly Predictions[],
): ReadingResult {
  const rulesFor = (set: string): ScoringRules =>
    typeof reading.score === "string" ? rulesOf(presetOf(reading.score), set) : { ...PLAIN_RULES, ...reading.score };
  const countsAt = (threshold?: number): Counts[][] =>
    sets.map(({ name, records }, i) => {
      const rules = rulesFor(name);
      return scorePredictions(records, predictions[i], { ...rules, threshold: threshold ?? rules.threshold }).counts;
    });
  const own = countsAt();
  const { threshold } = rulesFor(sets[0].name);
  const at = (value: number) => [thresholdKey(value), meanF1(value === threshold ? own : countsAt(value))] as const;
  return {
    f1: Object.fromEntries([...new Set([0.5, 0.3, threshold])].map(at)),
    threshold,
    sets: Object.fromEntries(sets.map(({ name }, i) => [name, f1Scores(addCounts(own[i])).f1])),
    counts: Object.fromEntries(sets.map(({ name }, i) => [name, own[i].flatMap(packed)])),
    tests_sha256: sha256(sets.map(({ name, records }) => [name, records.map(({ tokens, ner }) => [tokens, ner])])),
  };
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
