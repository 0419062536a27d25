/**
 * The same runs on another machine: what the repository keeps, held against what this machine makes of the same settings and seeds.
 * Two machines add up in other orders; what that comes to after a whole training is asked of F1, not of the first losses.
 */
import { isDeepStrictEqual } from "node:util";
import { UserError } from "../../errors";
import { mean, standardDeviation } from "../../evaluate/statistics/mean";
import { smallestDetectable } from "../../evaluate/statistics/power";
import { compareSeeds } from "../../evaluate/statistics/seeds";
import { isObject } from "../../files/json-object";
import { levelOf, type Plan } from "../plan/plan";
import { type PlannedRuns, type RunSpec, readingKey } from "../plan/runs";
import type { RunResult } from "../run/result";
import { countsOf, type ReadingResult } from "../run/tests";
import { RESAMPLES } from "./compare";
import { finite, type SuspectResult, settingOf } from "./result";
import { holdingFor, points, signed } from "./verdict";

/** One making of a run. F1 in 0..1. */
export interface Made {
  f1: Record<string, number>;
  sets: Record<string, number>;
  processor: string;
  backend: string;
  commit: string;
}

/** A run that was made twice. */
export interface AgainRun {
  seed: number;
  /** Of its settings, which both have. */
  id: string;
  arm: string;
  kept: Made;
  here: Made;
  /** Of the steps whose losses are written down, the first at which they differ at all; null = none. */
  losses_differ_at: number | null;
  /** As many right and wrong answers in every sentence. */
  same: boolean;
}

/** What came of making kept runs again: again.json of a study's folder, and data/results/again. */
export interface AgainResult {
  again: string;
  setting: SuspectResult["setting"];
  command: string;
  level: number;
  runs: AgainRun[];
  /** Mean of the runs here less mean of the kept ones, with its interval over seeds and sentences; null = one run, whose spread is unknown. */
  difference: number;
  ci95: [low: number, high: number] | null;
  /** Root of the mean square of here less kept: how far two makings of one run lie apart. */
  apart: number;
  /** Root of the mean square of the differences of two kept runs: how far two seeds lie apart. null = one run. */
  seeds_apart: number | null;
  min_detectable: number | null;
  verdict: string;
}

/** Whether a file's value is such a result, as far as it is read anywhere. */
export function isAgain(value: unknown): value is AgainResult {
  if (!isObject(value) || !isObject(value.setting) || !Array.isArray(value.runs)) return false;
  const made = (one: unknown) => isObject(one) && isObject(one.f1) && typeof one.processor === "string";
  return (
    [value.again, value.command, value.verdict].every((text) => typeof text === "string") &&
    value.runs.length > 0 &&
    value.runs.every((run) => isObject(run) && made(run.kept) && made(run.here))
  );
}

/** Results by run id. */
type Results = ReadonlyMap<string, RunResult>;

/** The plan with the runs that are kept: those that can be held against something. @throws UserError where none is */
export function keptOnly({ name }: Plan, planned: PlannedRuns, kept: Results): PlannedRuns {
  const runs = planned.runs.filter(({ id }) => kept.has(id));
  if (runs.length > 0) return { ...planned, runs };
  throw new UserError(
    `--again: none of the ${planned.runs.length} runs of ${name} is kept in data/results/laboratory, and a new one has nothing to be held against; give other --seeds, or leave --again out.`,
  );
}

/** @throws UserError where no run was made twice, or a test has changed since */
export function compareAgain(
  plan: Plan,
  planned: PlannedRuns,
  { kept, here, command }: { kept: Results; here: Results; command: string },
): AgainResult {
  const pairs = planned.runs.flatMap((run) => pairOf(run, kept.get(run.id), here.get(run.id)));
  if (pairs.length === 0)
    throw new UserError(
      `--again: no kept run of ${plan.name} was made here yet; the same command without --compare makes them.`,
    );
  const level = levelOf(plan);
  const several = pairs.length > 1;
  const [now, then] = [pairs.map(({ here }) => here), pairs.map(({ kept }) => kept)].map((side) =>
    side.map(([reading]) => countsOf(reading)),
  );
  const seen = compareSeeds(now, then, { resamples: RESAMPLES, paired: several, level });
  const runs = pairs.map(againRun);
  const setting = settingOf(plan, planned, armRun(pairs[0]));
  const ci95: AgainResult["ci95"] = several ? [seen.low, seen.high] : null;
  const spread = {
    difference: seen.difference,
    ci95,
    apart: Math.sqrt(mean(runs.map(({ here, kept }) => (f1Of(here) - f1Of(kept)) ** 2))),
    seeds_apart: several ? Math.SQRT2 * standardDeviation(runs.map(({ kept }) => f1Of(kept))) : null,
  };
  return {
    again: plan.name,
    setting,
    command,
    level,
    runs,
    ...spread,
    min_detectable: several ? finite(smallestDetectable(seen, pairs.length, { level })) : null,
    verdict: holdingFor([clause(runs, spread)], `${setting.encoder}, ${setting.steps} steps of ${setting.batch}`),
  };
}

/** A run with both of its results, each in the way that its first arm looks at it. */
interface Pair {
  run: RunSpec;
  kept: [ReadingResult, RunResult];
  here: [ReadingResult, RunResult];
}

function pairOf(run: RunSpec, kept: RunResult | undefined, here: RunResult | undefined): Pair[] {
  const key = readingKey(run.readings[0], run.tests);
  const [then, now] = [kept?.readings[key], here?.readings[key]];
  if (!kept || !here || !then || !now) return [];
  if (then.tests_sha256 !== now.tests_sha256)
    throw new UserError(
      `--again: the run ${run.id} (seed ${run.seed}) was asked of other sentences than the kept one: a file of the tests has changed since. Take the old file, or leave --again out.`,
    );
  return [{ run, kept: [then, kept], here: [now, here] }];
}

const armRun = ({ run: { seed, id }, kept: [reading, result] }: Pair) => ({ seed, id, reading, result });

function againRun({ run: { seed, id, arms }, kept, here }: Pair): AgainRun {
  const [before, after] = [kept, here].map(([, { ran }]) => ran.losses);
  const steps = Object.keys(before).filter((step) => before[step] !== after[step]);
  return {
    seed,
    id,
    arm: arms[0],
    kept: made(kept),
    here: made(here),
    losses_differ_at: steps.length ? Math.min(...steps.map(Number)) : null,
    same: isDeepStrictEqual(kept[0].counts, here[0].counts),
  };
}

const made = ([{ f1, sets }, { ran }]: [ReadingResult, RunResult]): Made => ({
  f1,
  sets,
  processor: ran.processor,
  backend: ran.backend,
  commit: ran.commit,
});

const f1Of = ({ sets }: Made) => mean(Object.values(sets));

/** A run in words, as tables have it: seed, F1 and processor of either making, what lies between them. */
export function cellsOf({ seed, kept, here }: AgainRun): string[] {
  const [then, now] = [f1Of(kept), f1Of(here)];
  return [String(seed), points(then), kept.processor, points(now), here.processor, signed(now - then)];
}

function clause(
  runs: readonly AgainRun[],
  { difference, ci95, apart, seeds_apart }: Pick<AgainResult, "difference" | "ci95" | "apart" | "seeds_apart">,
): string {
  const count = runs.length === 1 ? "one run" : `${runs.length} runs`;
  const same = runs.filter((run) => run.same).length;
  if (same === runs.length) return `${count} made again: the same answers, sentence by sentence`;
  const alike = same === 0 ? "" : `, ${same} with the same answers`;
  if (ci95 === null || seeds_apart === null)
    return `${count} made again${alike}: ${signed(difference)} points, and with one run nothing is known of the spread`;
  const stands = ci95[0] > 0 || ci95[1] < 0 ? "" : ", which cannot be told from 0";
  return `${count} made again${alike}: two makings of a run lie ${points(apart)} points apart, two seeds ${points(seeds_apart)}; on average ${signed(difference)} (${signed(ci95[0])} to ${signed(ci95[1])})${stands}`;
}
