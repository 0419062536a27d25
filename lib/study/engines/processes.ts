/** The engine of one machine: as many runs at once as cores and memory allow, each in a process of its own. */
import { availableParallelism, freemem } from "node:os";
import { UserError } from "../../errors";
import { type RunSpec, titleOf } from "../plan/runs";
import { failedLine } from "../run/failed";
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

/** After so many failed runs, and no other, it is not the runs. */
const HOPELESS = 3;

/**
 * Performs what is not on file, in order; each result is on disk before the next run begins. A run that fails is run once more; one
 * that fails again is put down in the folder, and the others go on.
 * @throws UserError where the first runs all fail, or `signal` ends it; what is done stays
 */
export async function runProcesses(
  runs: readonly RunSpec[],
  folder: StudyFolder,
  options: ProcessesOptions,
): Promise<void> {
  const { jobs, signal, say } = options;
  const open = runs.filter((run) => folder.result(run) === undefined);
  const onFile = runs.length - open.length;
  say(`${onFile} of ${runs.length} runs are on file; ${open.length} to do, ${jobs} at a time`);
  let [next, done, failed] = [0, 0, 0];
  const count = () => `${onFile + done} of ${runs.length}`;
  const isHopeless = () => done === 0 && failed >= HOPELESS;
  const once = async (run: RunSpec): Promise<string | undefined> => {
    try {
      folder.keep(await performRun(run, folder.run(run.id), reporting(run, options)));
      return undefined;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return error.message;
    }
  };
  const lane = async () => {
    while (next < open.length && !isHopeless() && !signal.aborted) {
      const run = open[next++];
      let why = await once(run);
      if (why !== undefined && !signal.aborted) {
        say(`${titleOf(run)} failed, and is run once more: ${why}`);
        why = await once(run);
      }
      if (why === undefined) say(`${onFile + ++done} of ${runs.length}: ${titleOf(run)} done`);
      else if (!signal.aborted) {
        failed++;
        folder.fail(run, why);
        say(`${titleOf(run)} failed again: ${why}`);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, open.length) }, lane));
  if (signal.aborted) throw new UserError(`interrupted with ${count()} runs done; the same command goes on.`);
  if (isHopeless() && next < open.length)
    throw new UserError(`${count()} runs are done; ${failedLine(folder.failed(runs))}`);
}

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
