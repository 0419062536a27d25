/** A screening's runs taken apart: what each factor is worth, from all runs at once. */
import { UserError } from "../../errors";
import { type Factorial, type FactorialEffect, factorialEffects } from "../../evaluate/statistics/factorial";
import { holm } from "../../evaluate/statistics/holm";
import { smallestDetectable } from "../../evaluate/statistics/power";
import { isObject } from "../../files/json-object";
import type { Plan } from "../plan/plan";
import type { PlannedRuns } from "../plan/runs";
import { type Factor, type Screening, type ScreeningRow, signs } from "../plan/screening";
import type { RunResult } from "../run/result";
import { countsOf } from "../run/tests";
import { type ArmRun, RESAMPLES, runsOf } from "./compare";
import { finite, manifestOf, type StoredRun, type SuspectResult, settingOf, storedRun } from "./result";
import { chanceOf, type Family, holdingFor, neededFor, signed } from "./verdict";

/** The whole blocks of a screening that are on file. */
export interface ScreeningComparison {
  runs: (ArmRun & { row: ScreeningRow })[];
  /** Seeds of which runs are missing. */
  unfinished: number[];
  /** Of all of them: first one effect a factor, then one a group of `together`. */
  seen: Factorial;
}

/** Factors together, as a result has them. F1 in 0..1. */
export interface StoredGroup {
  name: string;
  factors: string[];
  difference: number;
  /** At the result's `level`; null = one block, whose runs leave nothing over to know their spread by. */
  ci95: [low: number, high: number] | null;
}

/** A factor, as a result has it. */
export interface StoredFactor extends Factor {
  difference: number;
  ci95: [low: number, high: number] | null;
  /** Of each seed's runs alone. */
  by_seed: number[];
  /** Of no difference, as far or farther: by itself, and by Holm's method among all factors. */
  p: number | null;
  p_holm: number | null;
  min_detectable: number | null;
  verdict: string;
}

/** What a screening has measured: data/results/screenings/NAME.json. */
export interface ScreeningResult {
  screening: string;
  question: string;
  setting: SuspectResult["setting"];
  command: string;
  level: number;
  manifest: SuspectResult["manifest"];
  /** Of each whole block; `levels` has a + for each factor at its second level. */
  runs: (StoredRun & { levels: string })[];
  seeds: number[];
  unfinished: number[];
  mean: number;
  /** Standard deviation of a run that neither factors nor seeds explain. */
  residual: { sd: number; degrees: number } | null;
  factors: StoredFactor[];
  together: StoredGroup[];
  verdict: string;
}

/** Whether a file's value is a screening's result, as far as it is read anywhere. */
export function isScreening(value: unknown): value is ScreeningResult {
  if (!isObject(value)) return false;
  const { screening, setting, manifest, runs, factors } = value;
  const lists = [runs, factors, value.seeds, value.unfinished, value.together].every(Array.isArray);
  return (
    lists &&
    typeof screening === "string" &&
    isObject(setting) &&
    isObject(manifest) &&
    (runs as unknown[]).length > 0 &&
    (runs as unknown[]).every((run) => isObject(run) && isObject(run.f1)) &&
    (factors as unknown[]).every((one) => isObject(one) && Array.isArray(one.gap) && Array.isArray(one.by_seed))
  );
}

/**
 * A seed counts once all its runs are there.
 * @param level of the intervals; @param results by run id
 * @throws UserError where the plan is no screening, or no seed has all its runs
 */
export function compareScreening(
  plan: Plan,
  { control, arms }: PlannedRuns,
  results: ReadonlyMap<string, RunResult>,
  level = 0.95,
): ScreeningComparison {
  const { rows, factors, together } = screeningOf(plan);
  const all = [control, ...arms];
  const there = all.flatMap((arm, i) => runsOf(arm, results).map((run) => ({ ...run, row: rows[i] })));
  const wanted = (seed: number) => all.filter(({ runs }) => runs.some((run) => run.seed === seed)).length;
  const whole = plan.seeds.filter((seed) => there.filter((run) => run.seed === seed).length === wanted(seed));
  if (whole.length === 0)
    throw new UserError(
      `${plan.name}: of no seed are all ${wanted(plan.seeds[0])} runs on file (${there.length} of ${all.reduce((sum, { runs }) => sum + runs.length, 0)} are); the same command without --compare makes the others.`,
    );
  const runs = whole.flatMap((seed) => there.filter((run) => run.seed === seed));
  const groups = [...factors.map((_, f) => [f]), ...together.map((group) => group.factors)];
  const seen = factorialEffects(
    runs.map(({ seed, row, reading }) => ({ levels: row.levels, block: seed, counts: countsOf(reading) })),
    groups,
    { level, resamples: RESAMPLES },
  );
  return { runs, unfinished: plan.seeds.filter((seed) => !whole.includes(seed)), seen };
}

function screeningOf({ name, screening }: Plan): Screening {
  if (screening === null) throw new UserError(`${name} is no screening: its arms are held against a control.`);
  return screening;
}

/** As it is stored. @throws UserError where the plan is no screening */
export function screeningResult(
  plan: Plan,
  planned: PlannedRuns,
  { runs, unfinished, seen }: ScreeningComparison,
  { command, level }: { command: string; level: number },
): ScreeningResult {
  const { factors, together } = screeningOf(plan);
  const corrected = holm(seen.effects.slice(0, factors.length).map(({ interval }) => interval?.p ?? 1));
  const setting = settingOf(plan, planned, runs[0]);
  const stored = factors.map((factor, f): StoredFactor => {
    const { difference, interval, byBlock } = seen.effects[f];
    return {
      ...factor,
      difference,
      ci95: interval && [interval.low, interval.high],
      by_seed: byBlock,
      p: interval?.p ?? null,
      p_holm: interval && corrected[f],
      min_detectable: interval && finite(smallestDetectable(interval, seen.runs, { level })),
      verdict: verdictOfFactor(factor.name, seen, seen.effects[f], {
        corrected: corrected[f],
        size: factors.length,
      }),
    };
  });
  return {
    screening: plan.name,
    question: plan.question,
    setting,
    command,
    level,
    manifest: manifestOf(runs),
    runs: runs.map((run) => ({ ...storedRun(run), levels: signs(run.row.levels) })),
    seeds: plan.seeds.filter((seed) => !unfinished.includes(seed)),
    unfinished,
    mean: seen.mean,
    residual: seen.residual,
    factors: stored,
    together: together.map(({ name, factors: members }, g) => {
      const { difference, interval } = seen.effects[factors.length + g];
      return {
        name,
        factors: members.map((f) => factors[f].name),
        difference,
        ci95: interval && [interval.low, interval.high],
      };
    }),
    verdict: holdingFor(
      stored.map(({ verdict }) => verdict),
      `${setting.encoder}, ${setting.steps} steps of ${setting.batch}`,
    ),
  };
}

/** One clause about one factor. Where the interval holds 0 nothing is claimed but what it would take to tell. */
function verdictOfFactor(
  name: string,
  { runs, blocks, residual }: Factorial,
  { difference, interval }: FactorialEffect,
  among: Family,
): string {
  if (!interval || !residual)
    return `${name}: cannot be told with ${blocks === 1 ? "one seed" : `${blocks} seeds`}, whose ${runs} runs leave nothing over to know their spread by; a seed more would do`;
  const { low, high } = interval;
  if (low > 0 || high < 0) {
    return `${name}: ${signed(difference)} points (${signed(low)} to ${signed(high)}) with ${runs} runs${chanceOf(among, 0.95, "factors")}`;
  }
  const own = runs / blocks;
  const spread = { sd: (2 * residual.sd) / Math.sqrt(own), sentences: Math.sqrt(interval.sentences), paired: true };
  const needed = neededFor({ difference, ...spread }, (seeds) => `${seeds} seeds of ${own} runs`);
  return `${name}: cannot be told with ${runs} runs: it lies between ${signed(low)} and ${signed(high)} points; ${needed}`;
}
