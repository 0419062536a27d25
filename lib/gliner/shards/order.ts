/** Puts shards into a queue and keeps what comes back; the next call with the same shards goes on where this one ended. */
import { hostname } from "node:os";
import { resolve } from "node:path";
import { UserError } from "../../errors";
import { sha256 } from "../../files/hash";
import { codeHash } from "../../queue/announcement";
import { orderOverQueue } from "../../queue/coordinator";
import { openDoor, withoutPassword } from "../../queue/door";
import type { Parts } from "./parts";
import { type Answers, isWhole, type Shard, type ShardModel, titleOfShard } from "./shard";

export interface ShardQueue {
  url: string;
  /** Seconds without a sign after which a worker's shard goes to another one. */
  lease: number;
  signal: AbortSignal;
  say(line: string): void;
}

export interface ShardOrder<One extends Shard, Answer extends Answers> {
  model: ShardModel;
  shards: Iterable<One> | AsyncIterable<One>;
  /** Where a shard's part goes. */
  partsOf(shard: One): Parts;
  /** The part of a shard, as it is kept. @throws UserError where it must not be */
  part(shard: One, answers: Answer): string;
  /** The output, by which two orders over one server are told apart. */
  out: string;
}

/** The kind of work, as workers know it. */
export const SHARDS = "shards";

/** Shards in the queue at once: enough for some dozens of workers, and their texts fit into memory. */
const MOST = 64;

/** @returns the ids of all shards in their order; the part of each is kept */
export async function shardsOverQueue<One extends Shard, Answer extends Answers>(
  { model, shards, partsOf, part, out }: ShardOrder<One, Answer>,
  { url, lease, signal, say }: ShardQueue,
): Promise<string[]> {
  const code = codeHash();
  const key = sha256([code, model, hostname(), resolve(out)]).slice(0, 16);
  const ids: string[] = [];
  let onFile = 0;
  async function* open() {
    for await (const shard of shards) {
      ids.push(shard.id);
      if (partsOf(shard).has(shard.id)) onFile++;
      else yield shard;
    }
  }
  say(`shards go to ${withoutPassword(url)}`);
  const door = await openDoor(url, say);
  const announcement = {
    format: 2 as const,
    kind: SHARDS,
    queue: `gliner-shards-${key}`,
    lease,
    code,
    data: { [`model ${model.name}`]: model.sha256 },
  };
  const keep = (shard: One, answers: Answer) => {
    if (!isWhole(shard, answers))
      throw new UserError(`${titleOfShard(shard)}: what came back does not answer every text.`);
    partsOf(shard).keep(shard.id, part(shard, answers));
  };
  const order = { announcement, jobs: open(), most: MOST, onFile: 0, title: titleOfShard, keep };
  const [failed] = await orderOverQueue(door, order, { signal, say });
  if (failed) throw new UserError(`${titleOfShard(failed.job)} failed every time: ${failed.why}`);
  if (onFile) say(`${onFile} of ${ids.length} shards were on file`);
  return ids;
}
