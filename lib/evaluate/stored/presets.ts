/** Reads the stored comparison of all scoring presets, and makes its rows. */
import { dataPath } from "../../data/project";
import { readJson } from "../../files/json";
import type { PresetScores } from "../benchmark";
import type { ModelIdentity } from "../predictions/predictions";
import type { Counts } from "../scoring/metrics";

/**
 * The measured worth of each scoring decision: one model, the seven sets, all presets (data/results/zero-shot-presets.json,
 * written by test/bench/presets.ts). F1 in 0..1.
 */
export interface StoredPresets {
  about: string;
  again: string[];
  manifest: {
    model: ModelIdentity & { about: string };
    sets: { name: string; texts: number; mentions: number; source_sha256: string; words_sha256: string }[];
    node: string;
    date: string;
  };
  rows: PresetRow[];
  /** Of the preset gliner at `threshold`: [true positives, false positives, false negatives] of each sentence, a list a set. */
  counts: { threshold: number; sets: Record<string, number[]> };
}

/** One preset's scores without their counts: a line of a table, and of the file. */
export interface PresetRow {
  preset: string;
  verdict: "sound" | "wrong";
  /** The preset whose prompt made the predictions. */
  asked: string;
  threshold: number;
  average: number;
  ci95: [low: number, high: number] | null;
  /** Average minus that of gliner as asked by gliner, at the same threshold; paired interval. */
  difference: number;
  difference_ci95: [low: number, high: number] | null;
  datasets: Record<string, number>;
}

export const STORED_PRESETS_PATH = dataPath("results", "zero-shot-presets.json");

/** The line of a preset, rounded to a thousandth of a point. @param asked whose prompt made the predictions */
export function presetRow(scores: PresetScores, asked: string): PresetRow {
  const { preset, verdict, threshold, average, difference, datasets } = scores;
  const interval = (ci95: [number, number] | null): [number, number] | null =>
    ci95 && [rounded(ci95[0]), rounded(ci95[1])];
  return {
    preset,
    verdict,
    asked,
    threshold,
    average: rounded(average.f1),
    ci95: interval(average.ci95),
    difference: rounded(difference.f1),
    difference_ci95: interval(difference.ci95),
    datasets: Object.fromEntries(datasets.map(({ name, f1 }) => [name, rounded(f1)])),
  };
}

const rounded = (value: number) => Math.round(value * 1e5) / 1e5;

/** @throws UserError where the file is missing or no JSON */
export function storedPresets(path = STORED_PRESETS_PATH): StoredPresets {
  return readJson(path) as StoredPresets;
}

/** The stored counts as the statistics take them: a list a set, a row a sentence. */
export function storedCounts({ counts }: StoredPresets): Counts[][] {
  return Object.values(counts.sets).map((numbers) =>
    Array.from({ length: numbers.length / 3 }, (_, i) => {
      const [truePositives, falsePositives, falseNegatives] = numbers.slice(3 * i, 3 * i + 3);
      return { truePositives, falsePositives, falseNegatives };
    }),
  );
}
