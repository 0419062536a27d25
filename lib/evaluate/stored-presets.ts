import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../backend";
import { UserError } from "../errors";
import type { Counts } from "./metrics";
import type { ModelIdentity } from "./predictions";

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
  rows: StoredPresetRow[];
  /** Of the preset gliner at `threshold`: [true positives, false positives, false negatives] of each sentence, a list a set. */
  counts: { threshold: number; sets: Record<string, number[]> };
}

export interface StoredPresetRow {
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

export const STORED_PRESETS_PATH = join(PROJECT_ROOT, "data", "results", "zero-shot-presets.json");

/** @throws UserError where the file is missing or no JSON */
export function storedPresets(path = STORED_PRESETS_PATH): StoredPresets {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${error instanceof Error ? error.message : error}.`);
  }
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
