/** The engine of one machine: as many runs at once as cores and memory allow, each in a process of its own. */
import { availableParallelism, freemem } from "node:os";
import { UserError } from "../../errors";
import type { RunSpec } from "../plan/runs";
import type { StudyFolder } from "../run/folder";
import { type PerformOptions, performRun } from "../run/perform";

export interface ProcessesOptions extends Omit<PerformOptions, "onProgress"> {
  /** Runs at once. */
  jobs: number;
  say(line: string): void;
}

/** How many runs fit this machine: one a core, none into memory that is not there. @param memory bytes of one run */
export function jobsThatFit(memory: number, cores = availableParallelism(), free = freemem()): number {
  return Math.max(1, Math.min(cores, Math.floor(free / memory)));
}

/**
 * Performs what is not on file, in order; each result is on disk before the next run begins.
 * @throws UserError with the first failure, after the runs that were under way have ended; what is done stays
 */
export async function runProcesses(
  runs: readonly RunSpec[],
  folder: StudyFolder,
  options: ProcessesOptions,
): Promise<void> {
  const open = runs.filter((run) => folder.result(run) === undefined);
  options.say(
    `${runs.length - open.length} of ${runs.length} runs are on file; ${open.length} to do, ${options.jobs} at a time`,
  );
  const failures: string[] = [];
  let next = 0;
  let done = runs.length - open.length;
  const lane = async () => {
    while (next < open.length && failures.length === 0 && !options.signal.aborted) {
      const run = open[next++];
      try {
        folder.keep(await performRun(run, folder.run(run.id), reporting(run, options)));
        options.say(`${++done} of ${runs.length}: ${titleOf(run)} done`);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        failures.push(`${titleOf(run)}: ${error.message}`);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, open.length) }, lane));
  if (options.signal.aborted)
    throw new UserError(`interrupted with ${done} of ${runs.length} runs done; the same command goes on.`);
  if (failures.length) throw new UserError(`${done} of ${runs.length} runs are done; ${failures[0]}`);
}

/** What a reader knows a run by. */
export const titleOf = ({ arms, seed, id }: Pick<RunSpec, "arms" | "seed" | "id">): string =>
  `${arms[0]}, seed ${seed} (${id})`;

/** Between two lines of progress of one run. */
const QUIET_MS = 30_000;

function reporting(run: RunSpec, { say, ...options }: ProcessesOptions): PerformOptions {
  let said = Date.now();
  const onProgress = (_share: number, what: string) => {
    if (Date.now() - said < QUIET_MS) return;
    said = Date.now();
    say(`${titleOf(run)}: ${what}`);
  };
  return { ...options, onProgress };
}
