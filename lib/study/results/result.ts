/** The result of a suspect or a plan as it is stored: data/results/suspects/<id>.json. F1 in 0..1. */
import { basename } from "node:path";
import { UserError } from "../../errors";
import { holm } from "../../evaluate/statistics/holm";
import { mean } from "../../evaluate/statistics/mean";
import { seedsNeeded } from "../../evaluate/statistics/power";
import { seedSummary } from "../../evaluate/statistics/seeds";
import { isObject } from "../../files/json-object";
import { levelOf, type Plan } from "../plan/plan";
import type { PlannedRuns } from "../plan/runs";
import type { FailedRun } from "../run/failed";
import type { ArmComparison, ArmRun, StudyComparison } from "./compare";
import { type Family, holdingFor, verdictOf } from "./verdict";
import { type StoredWhole, storedWhole } from "./whole";

export interface StoredRun {
  seed: number;
  /** Of its settings. */
  id: string;
  f1: Record<string, number>;
  sets: Record<string, number>;
}

/** An arm as its result is kept. */
export interface StoredArm {
  value: string;
  /** Where it can explain other gaps than its suspect. */
  gap?: string[];
  runs: StoredRun[];
  /** Mean of the arm less mean of the control, at `threshold`; null where there is no run. */
  difference: number | null;
  /** At the result's `level`. */
  ci95: [low: number, high: number] | null;
  p_better: number | null;
  /** Of no difference, as far or farther, by Holm's method among all arms: of a plan, whose arms are one question. A suspect has none. */
  p_holm?: number | null;
  paired: boolean;
  threshold: number | null;
  /** null = nothing can be said with one seed. */
  min_detectable: number | null;
  verdict: string;
}

/** What was measured of a suspect: data/results/suspects/ID.json. */
export interface SuspectResult {
  suspect: string;
  question: string;
  /** The gaps that it can explain, by date; [] = neither. */
  gap: string[];
  setting: {
    recipe: string;
    encoder: string;
    steps: number;
    batch: number;
    sentences: number;
    sets: string[];
    drop: string[];
    limit: number | null;
  };
  command: string;
  /** Of the intervals: .95, or more where a plan looks at its results several times. */
  level: number;
  manifest: {
    commits: string[];
    dirty: boolean;
    backends: string[];
    processors: string[];
    data: Record<string, string>;
    tests_sha256: string[];
    adopted: number;
  };
  control: { value: string; runs: StoredRun[]; mean: number | null; sd: number | null };
  arms: StoredArm[];
  /** Arms held against the sum of others, where a plan asks for it. */
  together?: StoredWhole[];
  /** Runs that could not be made: their arms are compared over their other seeds. */
  failed?: FailedRun[];
  not_run: { value: string; why: string }[];
  /** Of the arm with the largest; null where one has a single seed. */
  min_detectable: number | null;
  /** Seeds of each arm that would show 1, 2 and 5 points, from the spread of the control; null = not known, or none would do. */
  seeds_needed: Record<string, number | null>;
  expected: string | null;
  published: string | null;
  verdict: string;
}

/** @throws UserError where it is not what `storedResult` makes */
export function checkStored(value: unknown, where: string): SuspectResult {
  const sound =
    isObject(value) &&
    typeof value.suspect === "string" &&
    typeof value.level === "number" &&
    Array.isArray(value.gap) &&
    isObject(value.setting) &&
    Array.isArray(value.setting.sets) &&
    isObject(value.manifest) &&
    Array.isArray(value.manifest.processors) &&
    isObject(value.control) &&
    Array.isArray(value.control.runs) &&
    Array.isArray(value.arms) &&
    value.arms.every((arm) => isObject(arm) && Array.isArray(arm.runs) && typeof arm.verdict === "string");
  if (!sound)
    throw new UserError(`${where} is no result of a study; wanted result.json or screening.json of a study's folder.`);
  return value as unknown as SuspectResult;
}

export function storedResult(
  plan: Plan,
  planned: PlannedRuns,
  comparison: StudyComparison,
  { command, failed = [] }: { command: string; failed?: readonly FailedRun[] },
): SuspectResult {
  const { control, arms } = comparison;
  const f1 = control.map(({ reading }) => mean(Object.values(reading.sets)));
  const summary = f1.length ? seedSummary(f1) : undefined;
  const setting = settingOf(plan, planned, control[0]);
  const detectable = arms.map((arm) => finite(arm.detectable));
  const families = plan.suspect === null ? familiesOf(arms) : arms.map(() => null);
  const stored = arms.map((arm, i) => storedArm(arm, families[i]));
  const together = plan.wholes.map((whole) => storedWhole(whole, comparison, levelOf(plan)));
  return {
    suspect: plan.name,
    question: plan.question,
    gap: plan.suspect?.gap ?? [],
    setting,
    command,
    level: levelOf(plan),
    manifest: manifestOf([...control, ...arms.flatMap(({ runs }) => runs)]),
    control: {
      value: plan.control.value,
      runs: control.map(storedRun),
      mean: summary?.mean ?? null,
      sd: finite(summary?.sd),
    },
    arms: stored,
    ...(together.length > 0 && { together }),
    ...(failed.length > 0 && { failed: [...failed] }),
    not_run: plan.arms.flatMap(({ value, notRunnable }) => (notRunnable === null ? [] : [{ value, why: notRunnable }])),
    min_detectable: detectable.some((value) => value === null) ? null : Math.max(...(detectable as number[])),
    seeds_needed: Object.fromEntries(
      [1, 2, 5].map((gap) => [String(gap), seedsFor(gap / 100, arms, { sd: summary?.sd, level: levelOf(plan) })]),
    ),
    expected: plan.suspect?.expected ?? null,
    published: plan.suspect?.published ?? null,
    verdict: holdingFor(
      [...stored, ...together].map(({ verdict }) => verdict),
      `${setting.encoder}, ${setting.steps} steps of ${setting.batch}`,
    ),
  };
}

/** What a result holds for. @param run whose tests were asked */
export function settingOf(plan: Plan, { runs }: PlannedRuns, run: ArmRun | undefined): SuspectResult["setting"] {
  const { model, training } = runs[0].recipe;
  return {
    recipe: plan.recipe,
    encoder: training.prev_path ? basename(training.prev_path) : String(model.model_name),
    steps: training.num_steps,
    batch: training.train_batch_size,
    sentences: Object.values(run?.reading.counts ?? {}).reduce((sum, set) => sum + set.length / 3, 0),
    sets: plan.tests.sets,
    drop: plan.tests.drop,
    limit: plan.tests.limit,
  };
}

/** Every arm among all; one that has no p yet counts as one that shows nothing. */
function familiesOf(arms: readonly ArmComparison[]): (Family | null)[] {
  if (arms.length < 2) return arms.map(() => null);
  return holm(arms.map(({ seen, seeds }) => (seen && seeds > 1 ? seen.p : 1))).map((corrected) => ({
    corrected,
    size: arms.length,
  }));
}

/** What a result is of, as tables have it. */
export const settingWords = ({ setting }: Pick<SuspectResult, "setting">) =>
  `${setting.encoder}, ${setting.steps} ${setting.steps === 1 ? "step" : "steps"} of ${setting.batch}`;

function storedArm(arm: ArmComparison, family: Family | null): StoredArm {
  const { seen, runs } = arm;
  return {
    value: arm.arm.value,
    ...(arm.arm.gap && { gap: arm.arm.gap }),
    runs: runs.map(storedRun),
    difference: seen?.difference ?? null,
    ci95: seen && arm.seeds > 1 ? [seen.low, seen.high] : null,
    p_better: seen?.probability ?? null,
    ...(family && { p_holm: seen && arm.seeds > 1 ? family.corrected : null }),
    paired: seen?.paired ?? false,
    threshold: runs[0]?.reading.threshold ?? null,
    min_detectable: finite(arm.detectable),
    verdict: verdictOf(arm, family),
  };
}

export const storedRun = ({ seed, id, reading }: ArmRun): StoredRun => ({
  seed,
  id,
  f1: reading.f1,
  sets: reading.sets,
});

export function manifestOf(runs: readonly ArmRun[]): SuspectResult["manifest"] {
  const distinct = (of: (run: ArmRun) => string) => [...new Set(runs.map(of))].sort();
  return {
    commits: distinct(({ result }) => result.ran.commit),
    dirty: runs.some(({ result }) => result.ran.dirty !== false),
    backends: distinct(({ result }) => result.ran.backend),
    processors: distinct(({ result }) => result.ran.processor),
    data: runs[0]?.result.settings.hashes ?? {},
    tests_sha256: distinct(({ reading }) => reading.tests_sha256),
    adopted: new Set(runs.filter(({ result }) => result.ran.adopted).map(({ id }) => id)).size,
  };
}

/** Seeds of each side by the spread that was seen over seeds, and what the sentences add where an arm has shown it. */
function seedsFor(
  difference: number,
  arms: readonly ArmComparison[],
  { sd, level }: { sd: number | undefined; level: number },
): number | null {
  if (sd === undefined || !(sd > 0)) return null;
  const sentences = Math.max(0, ...arms.map(({ seen }) => Math.sqrt(seen?.variance.sentences ?? 0)));
  try {
    return seedsNeeded({ difference, sd, sentences, level });
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

export const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;
