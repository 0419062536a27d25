/**
 * The engine of many machines: the runs go into a queue, workers take them from anywhere, results come back by the run's id. A run may
 * be executed more than once, where a worker fell silent; it is counted once, for its result is a file under its id.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../../errors";
import type { RunSpec } from "../../plan/runs";
import type { StudyFolder } from "../../run/folder";
import { checkResult, type RunResult } from "../../run/result";
import { titleOf } from "../processes";
import { type Announcement, announce, STUDIES } from "./announcement";
import { type JobQueue, openDoor, patiently, type QueuedJob, withoutPassword } from "./door";

export interface QueueOptions {
  url: string;
  /** Seconds without a sign after which a worker's run goes to another one. */
  lease: number;
  signal: AbortSignal;
  say(line: string): void;
}

/** What a worker says of the run that it has. */
export interface WorkerProgress {
  worker: string;
  what: string;
}

const POLL_MS = 500;
/** Between two lines of progress, and between two looks whether the server has lost something. */
const QUIET_MS = 15_000;
const ATTEMPTS = 4;

/** @throws UserError where the queue is not there, a run failed every time, or `signal` ended it */
export async function runOverQueue(
  runs: readonly RunSpec[],
  folder: StudyFolder,
  options: QueueOptions,
): Promise<void> {
  const open = new Map(runs.filter((run) => folder.result(run) === undefined).map((run) => [run.id, run]));
  options.say(
    `${runs.length - open.size} of ${runs.length} runs are on file; ${open.size} go to ${withoutPassword(options.url)}`,
  );
  if (open.size === 0) return;
  const door = await openDoor(options.url, options.say);
  const study = await announce(runs, options.lease);
  const studies = door.queue<Announcement, null>(STUDIES);
  const queue = door.queue<RunSpec, RunResult>(study.queue);
  try {
    await new Collection({ total: runs.length, open, queue, studies, study, folder }, options).run();
    await patiently(() => studies.remove(study.queue), options.signal, options.say);
    await patiently(() => queue.obliterate({ force: true }), options.signal, options.say);
  } finally {
    await Promise.all([studies.close(), queue.close()]);
  }
}

/** What is collected, and from where. */
interface Collected {
  /** Runs of the plan, those on file included. */
  total: number;
  /** Those that have not come back. */
  open: Map<string, RunSpec>;
  queue: JobQueue<RunSpec, RunResult>;
  studies: JobQueue<Announcement, null>;
  study: Announcement;
  folder: StudyFolder;
}

/** Puts the open runs in, and waits until each has come back. */
class Collection {
  private readonly failed = new Map<string, string>();
  private asked = 0;
  private said = Date.now();

  constructor(
    private readonly of: Collected,
    private readonly options: QueueOptions,
  ) {}

  async run(): Promise<void> {
    const ask = (what: () => Promise<void>) => patiently(what, this.options.signal, this.options.say);
    await ask(() => this.retryFailed());
    while (this.of.open.size > this.failed.size) {
      if (this.options.signal.aborted)
        throw new UserError(
          `interrupted with ${this.of.total - this.of.open.size} of ${this.of.total} runs done; the same command goes on.`,
        );
      if (Date.now() - this.asked > QUIET_MS) await ask(() => this.submit());
      await ask(() => this.collect());
      await sleep(POLL_MS);
    }
    const [first] = this.failed;
    if (first) {
      const run = this.of.open.get(first[0]) as RunSpec;
      throw new UserError(
        `${this.of.total - this.of.open.size} of ${this.of.total} runs are done; ${titleOf(run)} failed ${ATTEMPTS} times: ${first[1]}`,
      );
    }
  }

  /** Again and again, for a server that was restarted may have forgotten; a job that is there is not added twice. */
  private async submit(): Promise<void> {
    const backoff = { type: "exponential", delay: 1000 };
    for (const run of this.of.open.values())
      if (!this.failed.has(run.id))
        await this.of.queue.add("run", run, { jobId: jobId(run.id), attempts: ATTEMPTS, backoff });
    await this.of.studies.add("study", this.of.study, { jobId: this.of.study.queue });
    this.asked = Date.now();
  }

  private async collect(): Promise<void> {
    const [completed, failed, active] = [
      await this.of.queue.getJobs(["completed"]),
      await this.of.queue.getJobs(["failed"]),
      await this.of.queue.getJobs(["active"]),
    ];
    for (const job of completed) await this.take(job);
    for (const job of failed) this.failed.set(job.data.id, job.failedReason);
    this.report(active);
  }

  private async take(job: QueuedJob<RunSpec, RunResult>): Promise<void> {
    const run = job && this.of.open.get(job.data.id);
    if (run) {
      this.of.folder.keep(checkResult(job.returnvalue, run.id, "what came back"));
      this.of.open.delete(run.id);
      this.options.say(`${this.of.total - this.of.open.size} of ${this.of.total}: ${titleOf(run)} done${byWhom(job)}`);
    }
    // On file now; a late second completion finds no job and is refused.
    if (job) await job.remove();
  }

  /** What all workers do, in one line. */
  private report(active: readonly QueuedJob<RunSpec, RunResult>[]): void {
    if (Date.now() - this.said < QUIET_MS) return;
    this.said = Date.now();
    const doing = active
      .filter(Boolean)
      .map((job) => `${titleOf(job.data)}: ${progressOf(job)?.what ?? "begun"}${byWhom(job)}`);
    this.options.say(
      `${this.of.total - this.of.open.size} of ${this.of.total} done; ${doing.length ? doing.join("; ") : "no worker is at work"}`,
    );
  }

  /** Who starts a study again wants what failed to be tried again. */
  private async retryFailed(): Promise<void> {
    for (const job of await this.of.queue.getJobs(["failed"])) await job.retry();
  }
}

/** A number alone would be taken for one of BullMQ's own. */
const jobId = (id: string): string => `run-${id}`;

function progressOf({ progress }: Pick<QueuedJob<unknown, unknown>, "progress">): WorkerProgress | undefined {
  return typeof progress === "object" && progress !== null && "worker" in progress
    ? (progress as WorkerProgress)
    : undefined;
}

function byWhom(job: Pick<QueuedJob<unknown, unknown>, "progress">): string {
  const worker = progressOf(job)?.worker;
  return worker === undefined ? "" : ` by ${worker}`;
}
