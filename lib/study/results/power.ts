/** Seeds that a plan would need, from a spread that was measured: its own control's, or that of a stored result of the same size. */
import { UserError } from "../../errors";
import { mean } from "../../evaluate/statistics/mean";
import { type PowerOptions, seedsNeeded } from "../../evaluate/statistics/power";
import { seedSummary } from "../../evaluate/statistics/seeds";
import type { PlannedRuns } from "../plan/runs";
import type { StudyComparison } from "./compare";
import type { SuspectResult } from "./result";

/** All in points of F1. */
export interface Power {
  spread: number;
  /** What the choice of sentences adds to a difference. */
  sentences: number;
  from: string;
  /** Seeds of control and arm for a gap of so many points; null = no number would do. */
  seeds: Record<string, number | null>;
}

export const GAPS_IN_POINTS = [1, 2, 5];

/** Seeds for these gaps, in points. */
export function powerTable(options: {
  spread: number;
  sentences: number;
  paired?: boolean;
  gaps?: readonly number[];
  /** Of the intervals: more than .95 where a plan looks several times. */
  level?: number;
  from: string;
}): Power {
  const { spread, sentences, paired, gaps = GAPS_IN_POINTS, level, from } = options;
  const seeds = gaps.map((gap) => [String(gap), seedsOrNone(gap, { sd: spread, sentences, paired, level })] as const);
  return { spread, sentences, from, seeds: Object.fromEntries(seeds) };
}

function seedsOrNone(difference: number, options: Omit<PowerOptions, "difference" | "power">): number | null {
  try {
    return seedsNeeded({ difference, ...options });
  } catch (error) {
    if (error instanceof UserError && error.message.startsWith("no number")) return null;
    throw error;
  }
}

/** @param level of the plan's intervals @throws UserError where no spread has been measured */
export function measuredPower(
  planned: PlannedRuns,
  own: StudyComparison | undefined,
  stored: readonly SuspectResult[],
  level = 0.95,
): Power {
  if (own && own.control.length >= 3) {
    const { sd, n } = seedSummary(own.control.map(({ reading }) => mean(Object.values(reading.sets))));
    if (sd === 0) throw new UserError(`all ${n} seeds of the control have one score: there is no spread to plan with.`);
    const sentences = Math.max(0, ...own.arms.map(({ seen }) => Math.sqrt(seen?.variance.sentences ?? 0)));
    return powerTable({
      level,
      spread: 100 * sd,
      sentences: 100 * sentences,
      from: `${n} seeds of the control, in this folder`,
    });
  }
  const { model, training } = planned.runs[0].recipe;
  const alike = stored.filter(
    ({ setting, control }) =>
      setting.encoder === model.model_name && setting.steps === training.num_steps && control.sd !== null,
  );
  const best = alike.sort((a, b) => b.control.runs.length - a.control.runs.length)[0];
  if (!best?.control.sd)
    throw new UserError(
      "no spread has been measured for this recipe: run the control with 3 seeds or more first, or give --gap and --spread.",
    );
  const from = `${best.control.runs.length} seeds of the control of ${best.suspect}, in data/results/suspects`;
  return powerTable({ level, spread: 100 * best.control.sd, sentences: 0, from });
}
