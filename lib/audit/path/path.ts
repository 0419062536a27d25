/**
 * The way from one configuration to another, key by key: what each change is worth, and what of the gap stays unexplained.
 * @see Fawcett & Hoos 2016, ablation between two configurations
 */
import type { Effect } from "../effects/effect";

/** A number with what is known of its error. F1 in 0..1. */
export interface Worth {
  f1: number;
  /** null = its error is not known. */
  ci95: [low: number, high: number] | null;
}

/** One key that is changed. */
export interface PathStep {
  key: string;
  /** What it decides, or null where that is not known here. */
  words: string | null;
  /** Its value before and after. */
  from: unknown;
  to: unknown;
  /** What the change is worth; null = not measured. */
  effect: Effect | null;
  /** Why it was not measured, where something stood in the way. */
  why: string | null;
}

/** From one configuration to another. */
export interface AblationPath {
  from: string;
  to: string;
  /** `along the path`: each key after those before it, by runs made for it; `one by one`: each key by itself, in studies of other models. */
  how: "along the path" | "one by one";
  /** What the numbers hold for. */
  setting: string;
  /** F1 of the first configuration; null = not known. */
  start: number | null;
  /** Measured keys first, the weightiest first; then those that nobody has measured. */
  steps: PathStep[];
  /** What the measured steps add up to. */
  sum: Worth | null;
  /** The second configuration's score less the first's; null = not known. */
  gap: Worth | null;
  /** The gap less the sum. */
  unexplained: Worth | null;
  /** What the runs were made with, where they were made for this path. */
  made: PathManifest | null;
}

/** What made a path's runs. */
export interface PathManifest {
  /** Ids of the runs: data, recipe and environment are in them. */
  runs: string[];
  commits: string[];
  /** Whether some code was in no commit. */
  dirty: boolean;
  backends: string[];
  processors: string[];
}

/** Of independent numbers: errors add up as squares do. null where there is none. */
export function sumOf(effects: readonly Worth[]): Worth | null {
  if (effects.length === 0) return null;
  const f1 = effects.reduce((sum, effect) => sum + effect.f1, 0);
  return { f1, ci95: around(f1, effects) };
}

/** The gap less the sum, as independent numbers. */
export function restOf(gap: Worth | null, sum: Worth | null): Worth | null {
  if (!gap) return null;
  const f1 = gap.f1 - (sum?.f1 ?? 0);
  return { f1, ci95: around(f1, sum ? [gap, sum] : [gap]) };
}

function around(f1: number, parts: readonly Worth[]): Worth["ci95"] {
  const halves = parts.map(({ ci95 }) => ci95 && (ci95[1] - ci95[0]) / 2);
  if (halves.some((half) => half === null)) return null;
  const half = Math.hypot(...halves.map(Number));
  return [f1 - half, f1 + half];
}
