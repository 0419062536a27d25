/** A worker: takes runs of the studies that a queue announces, where it has their code and data, and performs them in its own folder. */
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../../errors";
import type { RunSpec } from "../../plan/runs";
import type { StudyFolder } from "../../run/folder";
import { type PerformOptions, performRun } from "../../run/perform";
import type { RunResult } from "../../run/result";
import { titleOf } from "../processes";
import { type Announcement, checkWorker, codeHash, STUDIES } from "./announcement";
import type { WorkerProgress } from "./coordinator";
import { type Door, type JobQueue, type JobWorker, openDoor, patiently, type QueuedJob } from "./door";

export interface WorkOptions extends Omit<PerformOptions, "onProgress"> {
  url: string;
  /** How it signs its progress. */
  name: string;
  /** Runs at once. */
  jobs: number;
  /** Ends when a study that it worked for has ended and no other is there; else it waits for the next. */
  untilDone: boolean;
  say(line: string): void;
}

const POLL_MS = 1000;
/** Between two signs of life that carry progress. */
const PROGRESS_MS = 5000;

/** Works until `signal`. @throws UserError where the queue is not there, or a study refuses this worker while it has no other */
export async function workFor(folder: StudyFolder, options: WorkOptions): Promise<void> {
  const door = await openDoor(options.url, options.say);
  const studies = door.queue<Announcement, null>(STUDIES);
  const team = new Map<string, JobWorker>();
  const refused = new Set<string>();
  let served = false;
  options.say(`worker ${options.name}: waiting for studies`);
  try {
    while (!options.signal.aborted) {
      const announced = await patiently(() => announcements(studies), options.signal, options.say);
      for (const study of announced.filter(({ queue }) => !team.has(queue) && !refused.has(queue)))
        if (await admitted(study, door, team.size > 0, options))
          team.set(study.queue, workOn(study, door, folder, options));
        else refused.add(study.queue);
      for (const [name, worker] of team)
        if (!announced.some(({ queue }) => queue === name)) {
          served = true;
          await worker.close();
          team.delete(name);
          options.say(`worker ${options.name}: ${name} has ended`);
        }
      if (options.untilDone && served && team.size === 0) return;
      await sleep(POLL_MS);
    }
  } finally {
    await Promise.all([...team.values()].map((worker) => worker.close(options.signal.aborted)));
    await studies.close();
  }
}

async function announcements(studies: JobQueue<Announcement, null>): Promise<Announcement[]> {
  return (await studies.getJobs(["waiting"])).filter(Boolean).map(({ data }) => data);
}

/** Whether code and data are those of the study: looked at before the first run is taken. */
async function admitted(study: Announcement, door: Door, busy: boolean, { say, name }: WorkOptions): Promise<boolean> {
  const queue: JobQueue<RunSpec, RunResult> = door.queue(study.queue);
  try {
    const jobs = await queue.getJobs(["waiting", "delayed", "active", "completed"]);
    await checkWorker(
      study,
      jobs.filter(Boolean).map(({ data }) => data),
    );
    return true;
  } catch (error) {
    if (!(error instanceof UserError) || !busy) throw error;
    say(`worker ${name}: ${error.message}`);
    return false;
  } finally {
    await queue.close();
  }
}

function workOn(study: Announcement, door: Door, folder: StudyFolder, options: WorkOptions): JobWorker {
  options.say(`worker ${options.name}: takes runs of ${study.queue} (${study.runs} runs)`);
  const settings = { concurrency: options.jobs, lease: study.lease };
  return door.worker<RunSpec, RunResult>(study.queue, (job) => perform(job, study, folder, options), settings);
}

async function perform(
  job: QueuedJob<RunSpec, RunResult>,
  study: Announcement,
  folder: StudyFolder,
  options: WorkOptions,
): Promise<RunResult> {
  const run = job.data;
  // A checkout that is built anew under a worker's feet has other code from then on.
  if (study.code !== codeHash()) throw new UserError(`the worker ${options.name} has other code by now than the study`);
  const kept = folder.result(run);
  if (kept) return kept;
  options.say(`worker ${options.name}: ${titleOf(run)}`);
  // Progress that cannot be told, as when the server is restarted, is no reason to end a run.
  const tell = (what: string) =>
    job
      .updateProgress({ worker: options.name, what } satisfies WorkerProgress)
      .catch((error: Error) => options.say(`worker ${options.name}: progress is not told: ${error.message}`));
  await tell("begun");
  let told = Date.now();
  const onProgress = (_share: number, what: string) => {
    if (Date.now() - told < PROGRESS_MS) return;
    told = Date.now();
    void tell(what);
  };
  try {
    const result = await performRun(run, folder.run(run.id), {
      programs: options.programs,
      signal: options.signal,
      onProgress,
    });
    folder.keep(result);
    return result;
  } catch (error) {
    // Who is told to stop has not failed: the job stays his until his lease is over, then it is another's.
    if (options.signal.aborted) return new Promise<never>(() => undefined);
    throw error;
  }
}
