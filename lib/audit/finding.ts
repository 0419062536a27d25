/** What an audit finds. */
import type { Effect } from "./effects/effect";
import type { Evidence } from "./evidence";

/** One difference, its evidence and what it was measured to be worth. */
export interface Finding {
  id: string;
  /** One sentence: what is so, and what it does. */
  what: string;
  /** What was seen, as shown to the user. */
  evidence: string;
  /** What it is worth, this input less the reference; null = nobody has measured it. */
  effect: Effect | null;
  /** Whether it is so; false = it looks so. Never: whether it is the cause. */
  certain: boolean;
}

export interface Sighting extends Finding {
  /** Such a model cannot work, or such a number is of another benchmark: it comes before everything that costs some points. */
  spoils?: true;
  /** The effect is against another definition than the reference's: it explains nothing of the gap to that. */
  aside?: true;
  /** Keys of a configuration that it speaks of, so that the list of differences need not. */
  keys?: readonly string[];
  /** The suspect of the laboratory that would measure it. */
  suspect?: string;
  /** What would tell what it is worth to this very model, without a training. */
  next?: { command: string; why: string };
}

/** One sign, one file. */
export type Sign = (evidence: Evidence) => Sighting[];

/**
 * What spoils everything first, then by the size of the effect, then what is certain; else as the signs come. What is no part of the
 * gap comes behind what is measured of it, and before what nobody has measured.
 */
export function ranked(sightings: readonly Sighting[]): Sighting[] {
  const size = ({ effect, aside }: Sighting) => (effect ? (aside ? 0 : Math.abs(effect.f1)) : -1);
  return [...sightings].sort(
    (a, b) =>
      Number(b.spoils ?? false) - Number(a.spoils ?? false) ||
      size(b) - size(a) ||
      Number(b.certain) - Number(a.certain),
  );
}
