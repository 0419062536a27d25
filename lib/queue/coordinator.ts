/**
 * Work for many machines: jobs go into a queue, workers take them from anywhere, results come back by the job's id. A job may be
 * done more than once, where a worker fell silent; it is counted once, for what is kept is kept under its id.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../errors";
import { ANNOUNCED, type Announcement } from "./announcement";
import { type Door, type JobQueue, patiently, type QueuedJob } from "./door";

/** A job of a queue: its id is made of all that decides its result. */
export interface Job {
  id: string;
}

/** What is to be done, and what becomes of it. */
export interface Order<One extends Job, Result> {
  announcement: Announcement;
  /** The jobs that are not on file, in the order in which they are put in; taken as there is room. */
  jobs: Iterable<One> | AsyncIterable<One>;
  /** Jobs in the queue at once: more than there are workers, no more than memory holds. */
  most: number;
  /** How many were on file before, and how many there are in all where that is known. */
  onFile: number;
  total?: number;
  title(job: One): string;
  /** Keeps a result for good. @throws UserError where it is none */
  keep(job: One, result: Result): void;
}

export interface OrderOptions {
  signal: AbortSignal;
  say(line: string): void;
}

/** What a worker says of the job that it has. */
export interface WorkerProgress {
  worker: string;
  what: string;
}

const POLL_MS = 500;
/** Between two lines of progress, and between two looks whether the server has lost something. */
const QUIET_MS = 15_000;
const ATTEMPTS = 4;

/** A job that failed every time. */
export interface FailedJob<One> {
  job: One;
  why: string;
}

/**
 * Puts jobs in and waits until each has come back, or has failed every time; after a failure no new ones are put in.
 * @returns what failed: the queue then stays, and who starts the same again has it tried again
 * @throws UserError where `signal` ended it: what came back is kept
 */
export async function orderOverQueue<One extends Job, Result>(
  door: Door,
  order: Order<One, Result>,
  options: OrderOptions,
): Promise<FailedJob<One>[]> {
  const { queue: name } = order.announcement;
  const announced = door.queue<Announcement, null>(ANNOUNCED);
  const queue = door.queue<One, Result>(name);
  try {
    const failed = await new Collection(order, { queue, announced }, options).run();
    if (failed.length > 0) return failed;
    await patiently(() => announced.remove(name), options.signal, options.say);
    await patiently(() => queue.obliterate({ force: true }), options.signal, options.say);
    return [];
  } finally {
    await Promise.all([announced.close(), queue.close()]);
  }
}

/** Where jobs lie, and the announcement of them. */
interface Queues<One, Result> {
  queue: JobQueue<One, Result>;
  announced: JobQueue<Announcement, null>;
}

/** Puts jobs in as there is room, and waits until each has come back. */
class Collection<One extends Job, Result> {
  /** Those that have not come back. */
  private readonly open = new Map<string, One>();
  private readonly failed = new Map<string, string>();
  private readonly jobs: Iterator<One> | AsyncIterator<One>;
  private isEmpty = false;
  private done: number;
  private asked = 0;
  private said = Date.now();

  constructor(
    private readonly order: Order<One, Result>,
    private readonly at: Queues<One, Result>,
    private readonly options: OrderOptions,
  ) {
    const { jobs, onFile } = order;
    this.jobs = Symbol.asyncIterator in jobs ? jobs[Symbol.asyncIterator]() : jobs[Symbol.iterator]();
    this.done = onFile;
  }

  async run(): Promise<FailedJob<One>[]> {
    const ask = (what: () => Promise<void>) => patiently(what, this.options.signal, this.options.say);
    await ask(() => this.retryFailed());
    await this.fill(ask);
    while (this.open.size > this.failed.size) {
      if (this.options.signal.aborted)
        throw new UserError(`interrupted with ${this.count()} done; the same command goes on.`);
      if (Date.now() - this.asked > QUIET_MS) await ask(() => this.submit([...this.open.values()]));
      await ask(() => this.collect());
      await this.fill(ask);
      await sleep(POLL_MS);
    }
    return [...this.failed].map(([id, why]) => ({ job: this.open.get(id) as One, why }));
  }

  /** Takes jobs until there is no room or no more; after a failure no new ones. */
  private async fill(ask: (what: () => Promise<void>) => Promise<void>): Promise<void> {
    const fresh: One[] = [];
    while (!this.isEmpty && this.failed.size === 0 && this.open.size < this.order.most) {
      const { done, value } = await this.jobs.next();
      if (done) this.isEmpty = true;
      else {
        this.open.set(value.id, value);
        fresh.push(value);
      }
    }
    if (fresh.length) await ask(() => this.submit(fresh));
  }

  /** Again and again, for a server that was restarted may have forgotten; a job that is there is not added twice. */
  private async submit(jobs: readonly One[]): Promise<void> {
    const backoff = { type: "exponential", delay: 1000 };
    for (const job of jobs)
      if (this.open.has(job.id) && !this.failed.has(job.id))
        await this.at.queue.add("run", job, { jobId: jobId(job.id), attempts: ATTEMPTS, backoff });
    await this.at.announced.add("work", this.order.announcement, { jobId: this.order.announcement.queue });
    this.asked = Date.now();
  }

  private async collect(): Promise<void> {
    const [completed, failed, active] = [
      await this.at.queue.getJobs(["completed"]),
      await this.at.queue.getJobs(["failed"]),
      await this.at.queue.getJobs(["active"]),
    ];
    for (const job of completed) await this.take(job);
    for (const { data, failedReason } of failed.filter(Boolean)) {
      if (!this.open.has(data.id) || this.failed.has(data.id)) continue;
      this.failed.set(data.id, failedReason);
      this.options.say(`${this.order.title(data)} failed ${ATTEMPTS} times: ${failedReason}`);
    }
    this.report(active);
  }

  private async take(job: QueuedJob<One, Result>): Promise<void> {
    const own = job && this.open.get(job.data.id);
    if (own) {
      this.order.keep(own, job.returnvalue);
      this.open.delete(own.id);
      this.done++;
      this.options.say(`${this.count()}: ${this.order.title(own)} done${byWhom(job)}`);
    }
    // On file now; a late second completion finds no job and is refused.
    if (job) await job.remove();
  }

  /** What all workers do, in one line. */
  private report(active: readonly QueuedJob<One, Result>[]): void {
    if (Date.now() - this.said < QUIET_MS) return;
    this.said = Date.now();
    const doing = active
      .filter(Boolean)
      .map((job) => `${this.order.title(job.data)}: ${progressOf(job)?.what ?? "begun"}${byWhom(job)}`);
    this.options.say(`${this.count()} done; ${doing.length ? doing.join("; ") : "no worker is at work"}`);
  }

  /** Who starts the same again wants what failed to be tried again. */
  private async retryFailed(): Promise<void> {
    for (const job of await this.at.queue.getJobs(["failed"])) await job.retry();
  }

  private count(): string {
    const { total } = this.order;
    return total === undefined ? String(this.done) : `${this.done} of ${total}`;
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
