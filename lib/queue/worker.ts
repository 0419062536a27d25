/** A worker: takes jobs of the work that a queue announces, where it has its trade, its code and its data. */
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../errors";
import { ANNOUNCED, type Announcement, codeHash } from "./announcement";
import type { WorkerProgress } from "./coordinator";
import { type Door, type JobQueue, type JobWorker, openDoor, patiently, type QueuedJob } from "./door";

/** A kind of jobs that a worker can do. */
export interface Trade<One, Result> {
  /** As it is announced. */
  kind: string;
  /** False where only one job is done at a time, however many the worker takes of other kinds. */
  together: boolean;
  /** Looked at before the first job is taken. @throws UserError saying what this machine has otherwise */
  admit(work: Announcement, jobs: readonly One[]): Promise<void>;
  title(job: One): string;
  perform(job: One, work: Announcement, options: PerformJob): Promise<Result>;
}

export interface PerformJob {
  signal: AbortSignal;
  /** @param share of the job that is done, 0 to 1 */
  onProgress(share: number, what: string): void;
}

/** The trades of a worker, whatever their jobs are: only who put a job in knows what it holds. */
export type AnyTrade = Trade<unknown, unknown>;

export interface WorkOptions {
  url: string;
  /** How it signs its progress. */
  name: string;
  /** Jobs at once. */
  jobs: number;
  /** Ends when work that it took part in has ended and no other is there; else it waits for the next. */
  untilDone: boolean;
  signal: AbortSignal;
  say(line: string): void;
}

const POLL_MS = 1000;
/** Between two signs of life that carry progress. */
const PROGRESS_MS = 5000;

/** Works until `signal`. @throws UserError where the queue is not there, or work refuses this worker while it has no other */
export async function workFor(trades: readonly AnyTrade[], options: WorkOptions): Promise<void> {
  const door = await openDoor(options.url, options.say);
  const announced = door.queue<Announcement, null>(ANNOUNCED);
  const team = new Map<string, JobWorker>();
  const refused = new Set<string>();
  let served = false;
  options.say(`worker ${options.name}: waiting for work`);
  try {
    while (!options.signal.aborted) {
      const works = await patiently(() => announcements(announced), options.signal, options.say);
      for (const work of works.filter(({ queue }) => !team.has(queue) && !refused.has(queue))) {
        const trade = await admitted(work, trades, door, { ...options, busy: team.size > 0 });
        if (trade) team.set(work.queue, workOn(work, trade, door, options));
        else refused.add(work.queue);
      }
      for (const [name, worker] of team)
        if (!works.some(({ queue }) => queue === name)) {
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
    await announced.close();
  }
}

async function announcements(announced: JobQueue<Announcement, null>): Promise<Announcement[]> {
  return (await announced.getJobs(["waiting"])).filter(Boolean).map(({ data }) => data);
}

/** The trade that the work needs, where code and data are those of the work: looked at before the first job is taken. */
async function admitted(
  work: Announcement,
  trades: readonly AnyTrade[],
  door: Door,
  { say, name, busy }: WorkOptions & { busy: boolean },
): Promise<AnyTrade | undefined> {
  const queue: JobQueue<unknown, unknown> = door.queue(work.queue);
  try {
    const trade = trades.find(({ kind }) => kind === work.kind);
    if (!trade)
      throw new UserError(
        `refused: this worker does not know work of the kind "${work.kind}"; check out the same commit and build.`,
      );
    const jobs = await queue.getJobs(["waiting", "delayed", "active", "completed"]);
    await trade.admit(
      work,
      jobs.filter(Boolean).map(({ data }) => data),
    );
    return trade;
  } catch (error) {
    if (!(error instanceof UserError) || !busy) throw error;
    say(`worker ${name}: ${error.message}`);
    return undefined;
  } finally {
    await queue.close();
  }
}

function workOn(work: Announcement, trade: AnyTrade, door: Door, options: WorkOptions): JobWorker {
  options.say(`worker ${options.name}: takes jobs of ${work.queue} (${work.kind})`);
  const settings = { concurrency: trade.together ? options.jobs : 1, lease: work.lease };
  return door.worker<unknown, unknown>(work.queue, (job) => perform(job, work, trade, options), settings);
}

async function perform(
  job: QueuedJob<unknown, unknown>,
  work: Announcement,
  trade: AnyTrade,
  { name, signal, say }: WorkOptions,
): Promise<unknown> {
  // A checkout that is built anew under a worker's feet has other code from then on.
  if (work.code !== codeHash()) throw new UserError(`the worker ${name} has other code by now than the ${work.kind}`);
  say(`worker ${name}: ${trade.title(job.data)}`);
  // Progress that cannot be told, as when the server is restarted, is no reason to end a job.
  const tell = (what: string) =>
    job
      .updateProgress({ worker: name, what } satisfies WorkerProgress)
      .catch((error: Error) => say(`worker ${name}: progress is not told: ${error.message}`));
  await tell("begun");
  let told = Date.now();
  const onProgress = (_share: number, what: string) => {
    if (Date.now() - told < PROGRESS_MS) return;
    told = Date.now();
    void tell(what);
  };
  try {
    return await trade.perform(job.data, work, { signal, onProgress });
  } catch (error) {
    // Who is told to stop has not failed: the job stays his until his lease is over, then it is another's.
    if (signal.aborted) return new Promise<never>(() => undefined);
    throw error;
  }
}
