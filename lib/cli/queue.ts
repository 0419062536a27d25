/** What the verbs that can hand their work to a queue have in common: its options, and how they are taken. */
import { usageError } from "../errors";
import type { ShardQueue } from "../gliner/shards/order";
import { number, type Values } from "./command";
import { interruptible } from "./interruptible";

export const QUEUE_OPTIONS = { queue: { type: "string" }, lease: { type: "string" } } as const;

export const QUEUE_HELP: readonly (readonly [string, string])[] = [
  ["--queue URL", "redis://... or postgres://...: the texts go in shards to workers, see `worker --help`"],
  ["--lease SECONDS", "with --queue: after so long without a sign a worker's shard goes to another one (default 30)"],
];

/** Works with the queue that is named; Ctrl-C ends it, and the same command goes on. */
export async function withQueue<Result>(values: Values, work: (queue: ShardQueue) => Promise<Result>): Promise<Result> {
  if (typeof values.queue !== "string") throw usageError("--queue is missing; wanted redis://... or postgres://...");
  const [url, lease] = [values.queue, number(values, "lease", 30, 1, 3600)];
  return interruptible((signal) => work({ url, lease, signal, say }));
}

/** @throws UserError (usage) where a lease is given of no queue */
export function checkLease({ queue, lease }: Values): void {
  if (lease !== undefined && queue === undefined) throw usageError("--lease is for --queue; give both.");
}

const say = (line: string) => void process.stderr.write(`${line}\n`);
