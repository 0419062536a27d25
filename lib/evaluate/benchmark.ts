/** Scores several test sets under several presets: F1 of each set, their mean, and paired differences. */
import type { NerRecord } from "../data/records";
import { checkTexts, type Predictions } from "./predictions/predictions";
import { addCounts, type Counts, f1Scores, type Scores } from "./scoring/metrics";
import { type Preset, promptDifference, rulesOf } from "./scoring/presets";
import { scorePredictions } from "./scoring/scoring";
import { bootstrapF1, meanF1 } from "./statistics/bootstrap";
import { bootstrapDifference } from "./statistics/paired";

/** A set of a benchmark: its sentences, and the types that they have or that are asked. */
export interface BenchmarkSet {
  name: string;
  records: readonly NerRecord[];
  /** The sorted gold types, or the labels that are asked instead. */
  types: readonly string[];
}

/** How one set scores under a preset. */
export interface SetScores extends Scores {
  name: string;
  /** 95 % over sentences; none where sentences are not kept apart. */
  ci95: [low: number, high: number] | null;
  /** "as asked", or how the preset's own prompt would differ from the one that was used. */
  prompt: string;
}

/** One model's predictions under one preset. */
export interface PresetScores {
  preset: string;
  verdict: Preset["verdict"];
  about: string;
  source: string;
  threshold: number;
  datasets: SetScores[];
  average: { f1: number; ci95: [low: number, high: number] | null };
  /** Mean F1 minus that of the first preset, with its paired interval. */
  difference: { f1: number; ci95: [low: number, high: number] | null };
  /** Counts of each set, a row a sentence where sentences are kept apart. */
  counts: Counts[][];
}

/**
 * One set of predictions under several presets: what each decision is worth.
 * @param predictions of the sets, in their order
 * @param options.threshold in place of the presets' own
 * @throws UserError where predictions are not of these sets, or were not asked what a preset counts
 */
export function comparePresets(
  presets: readonly Preset[],
  sets: readonly BenchmarkSet[],
  predictions: readonly Predictions[],
  options: { threshold?: number; seed?: number; resamples?: number } = {},
): PresetScores[] {
  sets.forEach(({ name, records }, i) => {
    checkTexts(predictions[i], records, `the predictions for ${name}`);
  });
  const scored = presets.map((preset) => scorePreset(preset, sets, predictions, options));
  return scored.map((row) => ({ ...row, difference: differenceOf(row, scored[0], options) }));
}

function scorePreset(
  preset: Preset,
  sets: readonly BenchmarkSet[],
  predictions: readonly Predictions[],
  { threshold, ...bootstrap }: { threshold?: number; seed?: number; resamples?: number },
): PresetScores {
  const rules = sets.map(({ name }) => {
    const own = rulesOf(preset, name);
    return { ...own, threshold: threshold ?? own.threshold };
  });
  const counts = sets.map(({ records }, i) => scorePredictions(records, predictions[i], rules[i]).counts);
  const apart = !rules[0].noSentenceIndex;
  const interval = (of: Counts[][]): [number, number] | null => {
    if (!apart) return null;
    const { low, high } = bootstrapF1(of, bootstrap);
    return [low, high];
  };
  const datasets = sets.map(({ name, types }, i) => {
    const prompt = promptDifference(preset, predictions[i], types);
    return { name, ...f1Scores(addCounts(counts[i])), ci95: interval([counts[i]]), prompt };
  });
  const { verdict, about, source } = preset;
  const average = { f1: meanF1(counts), ci95: interval(counts) };
  const none = { f1: 0, ci95: null };
  return {
    preset: preset.name,
    verdict,
    about,
    source,
    threshold: rules[0].threshold,
    datasets,
    average,
    difference: none,
    counts,
  };
}

function differenceOf(
  row: PresetScores,
  first: PresetScores,
  bootstrap: { seed?: number; resamples?: number },
): PresetScores["difference"] {
  const f1 = row.average.f1 - first.average.f1;
  if (row === first || !row.average.ci95 || !first.average.ci95) return { f1, ci95: null };
  const { low, high } = bootstrapDifference(row.counts, first.counts, bootstrap);
  return { f1, ci95: [low, high] };
}
