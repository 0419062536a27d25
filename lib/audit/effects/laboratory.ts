/** Effects from single runs on file: two settings that differ in one key and nothing else, each with several seeds. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { compareSeeds } from "../../evaluate/statistics/seeds";
import { readJson } from "../../files/json";
import { canonical } from "../../study/plan/settings";
import type { RunResult } from "../../study/run/result";
import { KEPT_RUNS } from "../../study/run/store";
import { countsOf } from "../../study/run/tests";
import type { Effect } from "./effect";

let runs: readonly RunResult[] | undefined;

/** The runs that the repository keeps. */
function storedRuns(): readonly RunResult[] {
  const names = existsSync(KEPT_RUNS) ? readdirSync(KEPT_RUNS).filter((name) => name.endsWith(".json")) : [];
  runs ??= names.sort().map((name) => readJson(join(KEPT_RUNS, name)) as RunResult);
  return runs;
}

/**
 * A key's change from the reference's value to the input's, by runs that differ in it alone; null where two seeds of each are not on
 * file. With one seed the spread is unknown, and a difference says nothing.
 */
export function laboratoryKey(key: string, ours: unknown, theirs: unknown, stored = storedRuns()): Effect | null {
  const holders = stored.filter((run) => sectionOf(run, key) !== undefined);
  const [a, b] = [ours, theirs].map((value) => holders.filter((run) => same(sectionOf(run, key)?.[key], value)));
  for (const [reading, group] of groupsOf(b, key)) {
    const partners = group.flatMap((run) => {
      const partner = a.find(
        (one) => one.settings.seed === run.settings.seed && rest(one, key) === rest(run, key) && one.readings[reading],
      );
      return partner ? [[partner, run] as const] : [];
    });
    if (partners.length < 2) continue;
    const counts = ([one, other]: readonly [RunResult, RunResult]) =>
      [one, other].map(({ readings }) => countsOf(readings[reading]));
    const pairs = partners.map(counts);
    const seen = compareSeeds(
      pairs.map(([one]) => one),
      pairs.map(([, other]) => other),
      { paired: true, resamples: 2000 },
    );
    const { model, training } = group[0].settings;
    const source = `measured here: data/results/laboratory, ${key} ${JSON.stringify(ours)} against ${JSON.stringify(theirs)}, ${model.model_name}, ${training.num_steps} steps, ${partners.length} seeds`;
    return { f1: seen.difference, ci95: [seen.low, seen.high], source };
  }
  return null;
}

/** Runs that differ in their seed at most, for each way of looking at them. */
function groupsOf(list: readonly RunResult[], key: string): [reading: string, runs: RunResult[]][] {
  const groups = new Map<string, RunResult[]>();
  for (const run of list)
    for (const reading of Object.keys(run.readings)) {
      const name = `${reading}\n${rest(run, key)}`;
      groups.set(name, [...(groups.get(name) ?? []), run]);
    }
  return [...groups].map(([name, group]) => [name.split("\n")[0], group]);
}

function sectionOf({ settings }: RunResult, key: string): Record<string, unknown> | undefined {
  return [settings.model, settings.data, settings.training].find((section) => key in section);
}

/** The settings without this key and the seed. */
function rest({ settings }: RunResult, key: string): string {
  const without = (section: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(section).filter(([name]) => name !== key));
  const { model, data, training, seed: _, ...others } = settings;
  return JSON.stringify(canonical([without(model), without(data), without(training), others]));
}

const same = (a: unknown, b: unknown) => a !== undefined && JSON.stringify(a) === JSON.stringify(b);
