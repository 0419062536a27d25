/** Reads a training run's benchmark curve from data/results. */
import { join } from "node:path";
import { dataPath } from "../../data/project";
import { UserError } from "../../errors";
import { readJson } from "../../files/json";

/**
 * A training run on the seven tests, as test/bench/curve.ts measures and keeps it in data/results: its models along the way,
 * others beside them, and paired differences. F1, precision and recall in percent; intervals of 95 % over sentences.
 */
export interface StoredCurve {
  about: string;
  /** The commands that make it again. */
  again: string[];
  /** How many sentences of each set were read. */
  sentences: Record<string, number>;
  models: CurveModel[];
  pairs: CurvePair[];
  environment: unknown;
}

/** One model at one threshold. */
export interface CurveModel {
  /** `step-N` and `best` of the run, or what stands beside it. */
  model: string;
  /** Steps taken, where they are known. */
  step: number | null;
  threshold: number;
  average: { f1: number; ci95: [low: number, high: number] };
  datasets: { name: string; f1: number; ci95: [low: number, high: number]; precision: number; recall: number }[];
}

/** F1 of `model` minus that of `other` on the same sentences at `threshold`, in points. */
export interface CurvePair {
  model: string;
  other: string;
  threshold: number;
  average: PairedPoints;
  datasets: ({ name: string } & PairedPoints)[];
}

export interface PairedPoints {
  difference: number;
  ci95: [low: number, high: number];
  /** Of the permutation test. */
  p: number;
}

/** @param name `long-run` for data/results/long-run.json @throws UserError where there is no such file or it is another */
export function storedCurve(name: string, folder = dataPath("results")): StoredCurve {
  const path = join(folder, `${name}.json`);
  const content = readJson(path) as Partial<StoredCurve> | null;
  if (!Array.isArray(content?.models) || !Array.isArray(content.pairs))
    throw new UserError(`${path} has no lists "models" and "pairs", wanted what test/bench/curve.js writes.`);
  return content as StoredCurve;
}
