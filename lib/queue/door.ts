/** BullMQ over Redis or PostgreSQL, by the form of the URL; the rest of the queue does not know which. */
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { QueueOptions, WorkerOptions } from "bullmq";
import { UserError, usageError } from "../errors";

/** A job as it lies in a queue. */
export interface QueuedJob<Data, Result> {
  id?: string;
  data: Data;
  progress: unknown;
  returnvalue: Result;
  failedReason: string;
  attemptsMade: number;
  remove(): Promise<void>;
  retry(): Promise<void>;
  updateProgress(value: object): Promise<void>;
}

export interface JobQueue<Data, Result> {
  add(
    name: string,
    data: Data,
    options: { jobId: string; attempts?: number; backoff?: { type: string; delay: number } },
  ): Promise<unknown>;
  getJobs(states: ("waiting" | "active" | "completed" | "failed" | "delayed")[]): Promise<QueuedJob<Data, Result>[]>;
  remove(id: string): Promise<number>;
  obliterate(options: { force: boolean }): Promise<void>;
  close(): Promise<void>;
}

export interface JobWorker {
  close(force?: boolean): Promise<void>;
}

export interface WorkerSettings {
  concurrency: number;
  /** Seconds without a sign after which a job is given to another worker. */
  lease: number;
}

export interface Door {
  queue<Data, Result>(name: string): JobQueue<Data, Result>;
  worker<Data, Result>(
    name: string,
    work: (job: QueuedJob<Data, Result>) => Promise<Result>,
    settings: WorkerSettings,
  ): JobWorker;
}

/** A job that stalls is not at fault: machines go away. */
const MAX_STALLED = 20;
const PORTS: Readonly<Record<string, number>> = {
  "redis:": 6379,
  "rediss:": 6379,
  "postgres:": 5432,
  "postgresql:": 5432,
};
const ANSWER_MS = 5000;

/**
 * Opens the queue behind a URL.
 * @param say gets what the connection complains of later, once for each complaint
 * @throws UserError where the URL is of another kind, or nobody answers there
 */
export async function openDoor(url: string, say: (line: string) => void): Promise<Door> {
  // Only now: BullMQ takes a tenth of a second to load, which a text that is read without a queue should not wait for.
  const { createPostgresBackend, Queue, Worker }: typeof import("bullmq") = require("bullmq");
  const { protocol, hostname, port } = parsed(url);
  await knock(hostname, Number(port) || PORTS[protocol], url);
  const complain = complainer(say);
  // Every connection must wait for a server that is restarted, however long it takes.
  const redis = { connection: { url, maxRetriesPerRequest: null } };
  const postgres = { connection: { connectionString: url, migrate: true } };
  const overPostgres = protocol.startsWith("postgres");
  return {
    queue<Data, Result>(name: string) {
      const queue = overPostgres
        ? new Queue(name, postgres as QueueOptions<typeof postgres.connection>, createPostgresBackend)
        : new Queue(name, redis);
      queue.on("error", complain);
      return queue as unknown as JobQueue<Data, Result>;
    },
    worker<Data, Result>(
      name: string,
      work: (job: QueuedJob<Data, Result>) => Promise<Result>,
      { concurrency, lease }: WorkerSettings,
    ) {
      const lockDuration = lease * 1000;
      const options = { concurrency, lockDuration, stalledInterval: lockDuration / 2, maxStalledCount: MAX_STALLED };
      const process = (job: unknown) => work(job as QueuedJob<Data, Result>);
      const worker = overPostgres
        ? new Worker(
            name,
            process,
            { ...postgres, ...options } as WorkerOptions<typeof postgres.connection>,
            createPostgresBackend,
          )
        : new Worker(name, process, { ...redis, ...options });
      worker.on("error", complain);
      return worker;
    },
  };
}

/** Before anything is made for the work. @throws UserError where the URL is of another kind; nobody is asked */
export const checkAddress = (url: string): void => void parsed(url);

function parsed(url: string): URL {
  let found: URL | undefined;
  try {
    found = new URL(url);
  } catch {
    // No URL at all: the same sentence.
  }
  if (found && PORTS[found.protocol] !== undefined) return found;
  throw usageError(`--queue got "${withoutPassword(url)}", wanted redis://HOST:PORT or postgres://HOST:PORT/DATABASE.`);
}

/** Before BullMQ, which would try for ever. */
function knock(host: string, port: number, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: ANSWER_MS });
    const fail = (why: string) => {
      socket.destroy();
      reject(
        new UserError(
          `--queue ${withoutPassword(url)}: nobody answers there (${why}); start the server, or mend the address.`,
        ),
      );
    };
    socket.once("connect", () => {
      socket.end();
      resolve();
    });
    socket.once("timeout", () => fail(`no answer in ${ANSWER_MS / 1000} s`));
    socket.once("error", (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
  });
}

/** How long a server may be away, as when it is restarted. */
const PATIENCE_MS = 300_000;

/**
 * Asks until the server answers: one that is restarted must cost nothing but time.
 * @throws UserError where it stays away for five minutes, or what it gave is refused
 */
export async function patiently<T>(
  ask: () => Promise<T>,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<T> {
  const start = Date.now();
  for (let said = ""; ; await sleep(AGAIN_MS)) {
    try {
      return await ask();
    } catch (error) {
      // What came back is at fault, not the server.
      if (error instanceof UserError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      if (signal.aborted) throw new UserError("interrupted while the queue was away; the same command goes on.");
      if (Date.now() - start > PATIENCE_MS)
        throw new UserError(
          `the queue has been away for ${PATIENCE_MS / 60_000} minutes (${why}); the same command goes on.`,
        );
      if (why !== said) say(`queue: ${why}; asking again`);
      said = why;
    }
  }
}
const AGAIN_MS = 1000;

/** What is shown of an address. */
export const withoutPassword = (url: string): string => url.replace(/\/\/([^:@/]*):[^@/]*@/, "//$1:***@");

/** A server that is down complains many times a second. */
function complainer(say: (line: string) => void): (error: Error) => void {
  let last = "";
  return ({ message, name }) => {
    const line = message || name;
    if (line === last) return;
    last = line;
    say(`queue: ${line}`);
  };
}
