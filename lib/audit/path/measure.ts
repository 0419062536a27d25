/**
 * Measures the path on a small task: from all keys at their first value to all at their second, at each step the key whose change
 * gains most. Chosen by one half of the seeds and reported by the other half, so that no part is flattered by having been chosen; the
 * gap is that of the choosing half, so that parts and gap are two measurements and what is between them is a real rest.
 */
import { UserError } from "../../errors";
import { meanF1, type SetCounts } from "../../evaluate/statistics/bootstrap";
import { compareSeeds, seedSummary } from "../../evaluate/statistics/seeds";
import { tQuantile } from "../../evaluate/statistics/student";
import { sha256 } from "../../files/hash";
import type { Engine } from "../../study/conduct";
import { type Arm, plainArm } from "../../study/plan/arm";
import type { Plan, Tests } from "../../study/plan/plan";
import { type PlannedArm, planRuns } from "../../study/plan/runs";
import { recipeOf } from "../../study/plan/settings";
import { failedLine } from "../../study/run/failed";
import type { StudyFolder } from "../../study/run/folder";
import type { RunResult } from "../../study/run/result";
import { countsOf } from "../../study/run/tests";
import type { AblationPath, PathManifest, PathStep, Worth } from "./path";

/** A key with its two values. */
export interface Change {
  key: string;
  words: string | null;
  from: unknown;
  to: unknown;
}

/** Where the path is measured. */
export interface SmallTask {
  /** The recipe that both ends change; everything that is no change is as it says. */
  recipe: string;
  tests: Tests;
  /** Above which an answer counts. */
  threshold: number;
  /** Of each half. */
  seeds: number;
  /** Keys that are the same at both ends, in place of the recipe's: the number of steps. */
  set?: Readonly<Record<string, unknown>>;
}

/** What a results folder belongs to: another path, or another task, is another one. */
export const pathId = (changes: readonly Change[], { recipe, tests, threshold, set }: SmallTask): string =>
  sha256([recipe, changes.map(({ key, from, to }) => [key, from, to]), tests, threshold, set ?? {}]).slice(0, 16);

/** Which of the changes the task's recipe can make, and why not the others. */
export function runnable(changes: readonly Change[], task: SmallTask): { can: Change[]; cannot: PathStep[] } {
  const cannot: PathStep[] = [];
  const can = changes.filter((change) => {
    const why = refusal(change, task);
    if (why !== undefined) cannot.push({ ...change, effect: null, why });
    return why === undefined;
  });
  return { can, cannot };
}

function refusal({ key, from, to }: Change, { recipe, set }: SmallTask): string | undefined {
  if (set && key in set) return `the small task says ${key} itself`;
  const { data, training } = recipeOf(recipe, plainArm("one"));
  if (key === "mixed_precision") return "this program computes in float32 alone";
  if (training.prev_path && !(key in training) && !(key in data))
    return `the small task starts from ${training.prev_path}, which keeps its own ${key}`;
  for (const value of [from, to])
    try {
      recipeOf(recipe, plainArm("one", { [key]: value }));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return `the small task cannot have it: ${error.message}`;
    }
  return undefined;
}

/** @throws UserError where the task's recipe can make none of the changes */
export function checkChanges(changes: readonly Change[], task: SmallTask): void {
  const { can, cannot } = runnable(changes, task);
  if (can.length > 0) return;
  const why = cannot.map(({ key, why }) => `${key}: ${why?.replace(/\.$/, "")}`).join("; ");
  throw new UserError(`the two differ in no key that ${task.recipe} can change${why ? ` (${why})` : ""}.`);
}

/** A point of the path: which keys have their second value. */
type Point = readonly string[];

/**
 * @param engine performs runs that are not on file in `folder`
 * @throws UserError where no change can be made, or a run fails
 */
export async function measurePath(
  { from, to, changes }: { from: string; to: string; changes: readonly Change[] },
  task: SmallTask,
  folder: StudyFolder,
  engine: Engine,
): Promise<AblationPath> {
  checkChanges(changes, task);
  const { can, cannot } = runnable(changes, task);
  const half = (first: number) => Array.from({ length: task.seeds }, (_, i) => first + i);
  const seen = new Map<string, RunResult>();
  const at = (points: readonly Point[], first: number) =>
    runPoints(
      points.map((point) => armAt(can, point, task)),
      half(first),
      task,
      { folder, engine, seen },
    );
  const all = can.map(({ key }) => key);
  const [a, b] = await at([[], all], 0);
  const gap = compareSeeds(b, a, OPTIONS);
  const order = await greedy(all, mean(a), gap.difference < 0 ? -1 : 1, (points) => at(points, 0));
  const fresh = await at([[], ...order.map((_, i) => order.slice(0, i + 1))], task.seeds);
  const setting = settingOf(task);
  const steps = order.map((key, i): PathStep => {
    const change = can.find((one) => one.key === key) as Change;
    const gain = compareSeeds(fresh[i + 1], fresh[i], OPTIONS);
    const before = i === 0 ? "nothing else changed" : `after ${order.slice(0, i).join(", ")}`;
    return { ...change, effect: { ...worthOf(gain), source: `measured here: ${setting}, ${before}` }, why: null };
  });
  const sum = compareSeeds(fresh[fresh.length - 1], fresh[0], OPTIONS);
  return {
    from,
    to,
    how: "along the path",
    setting,
    start: mean(a),
    steps: [...steps, ...cannot],
    sum: worthOf(sum),
    gap: worthOf(gap),
    unexplained: restOverSeeds([a, b], [fresh[0], fresh[fresh.length - 1]]),
    made: manifestOf([...seen.values()]),
  };
}

const OPTIONS = { paired: true, resamples: 2000 };

const worthOf = ({ difference, low, high }: { difference: number; low: number; high: number }): Worth => ({
  f1: difference,
  ci95: [low, high],
});

const mean = (runs: readonly SetCounts[]) => seedSummary(runs.map(meanF1)).mean;

/** The order of the keys: at each step the one that brings most of what is sought. */
async function greedy(
  keys: readonly string[],
  start: number,
  towards: 1 | -1,
  at: (points: readonly Point[]) => Promise<SetCounts[][]>,
): Promise<string[]> {
  const order: string[] = [];
  let [left, now] = [[...keys], start];
  while (left.length > 1) {
    const scores = (await at(left.map((key) => [...order, key]))).map(mean);
    const gains = scores.map((score) => towards * (score - now));
    const best = gains.indexOf(Math.max(...gains));
    order.push(left[best]);
    now = scores[best];
    left = left.filter((_, i) => i !== best);
  }
  return [...order, ...left];
}

/** Where runs are kept, what performs them, and those that were looked at. */
interface Bench {
  folder: StudyFolder;
  engine: Engine;
  seen: Map<string, RunResult>;
}

/** Counts of every point, a list of runs each, by seed. */
async function runPoints(
  [control, ...others]: readonly Arm[],
  seeds: number[],
  task: SmallTask,
  { folder, engine, seen }: Bench,
): Promise<SetCounts[][]> {
  const plan: Plan = {
    name: "path",
    question: "What is each key of the path worth?",
    recipe: task.recipe,
    control,
    arms: others,
    seeds,
    tests: task.tests,
    coreHours: null,
    stopping: null,
    sizes: null,
    suspect: null,
    wholes: [],
    screening: null,
  };
  const planned = await planRuns(plan);
  await engine(planned.runs);
  const failed = folder.failed(planned.runs);
  if (failed.length) throw new UserError(failedLine(failed));
  const counts = ({ runs }: PlannedArm): SetCounts[] =>
    runs.map(({ id, reading }) => {
      const run = planned.runs.find((one) => one.id === id);
      const result = run && folder.result(run);
      const found = result?.readings[reading];
      if (!found) throw new UserError(`${folder.path} has no result of the run ${id}; the same command makes it.`);
      seen.set(id, result);
      return countsOf(found);
    });
  return [planned.control, ...planned.arms].map(counts);
}

function manifestOf(results: readonly RunResult[]): PathManifest {
  const distinct = (of: (result: RunResult) => string) => [...new Set(results.map(of))].sort();
  return {
    runs: results.map(({ id }) => id).sort(),
    commits: distinct(({ ran }) => ran.commit),
    dirty: results.some(({ ran }) => ran.dirty !== false),
    backends: distinct(({ ran }) => ran.backend),
    processors: distinct(({ ran }) => ran.processor),
  };
}

function armAt(changes: readonly Change[], point: Point, { threshold, set }: SmallTask): Arm {
  const values = changes.map(({ key, from, to }) => [key, point.includes(key) ? to : from]);
  const name = point.length === 0 ? "nothing changed" : point.join(" + ");
  return { ...plainArm(name, { ...set, ...Object.fromEntries(values) }), score: { threshold } };
}

/**
 * Two measurements of one difference on the same sentences, by different seeds: only seeds are chance between them.
 * @param gap runs of the first and the second end; @param sum the same by other seeds
 */
function restOverSeeds(gap: readonly SetCounts[][], sum: readonly SetCounts[][]): Worth {
  const [seen, added] = [gap, sum].map(([a, b]) => seedSummary(b.map((run, i) => meanF1(run) - meanF1(a[i]))));
  const f1 = seen.mean - added.mean;
  if (seen.n < 2) return { f1, ci95: null };
  const [x, y] = [seen, added].map(({ sd, n }) => sd ** 2 / n);
  const degrees = (x + y) ** 2 / (x ** 2 / (seen.n - 1) + y ** 2 / (added.n - 1));
  const half = x + y === 0 ? 0 : tQuantile(0.975, degrees) * Math.sqrt(x + y);
  return { f1, ci95: [f1 - half, f1 + half] };
}

function settingOf({ recipe, tests, threshold, seeds }: SmallTask): string {
  const { model, training } = recipeOf(recipe, plainArm("one"));
  const start = training.prev_path ?? model.model_name;
  const sets = tests.sets.length > 1 ? `mean of ${tests.sets.length} sets` : tests.sets[0];
  return `${recipe} (${start}), F1 of ${sets} at ${threshold}, ${seeds} seeds by which the order was chosen and ${seeds} others`;
}
