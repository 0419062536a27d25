/** Many data sets over a queue: a file of predictions for each, whole or not at all, as one machine would write it. */
import { dirname } from "node:path";
import { headerOf, type PredictionTask } from "../../evaluate/predictions/predict";
import { formatText, type Predictions, readPredictions } from "../../evaluate/predictions/predictions";
import type { Asking } from "../../evaluate/prompts/asking";
import { ensureFolder } from "../../files/folders";
import { type ShardQueue, shardsOverQueue } from "./order";
import { Parts } from "./parts";
import { predictionsOf, type RecordAnswers, type RecordShard, recordShards, type ShardModel } from "./shard";

/** A set that is to be asked, and the file that its predictions go into. */
export interface SetTask {
  task: PredictionTask;
  path: string;
}

/** Batches of a shard. */
const BATCHES = 16;

/**
 * Asks all sets over one queue.
 * @param asking how the model is asked otherwise than as it is
 * @param folder of all files, by which the order is known
 * @throws UserError where the queue is not there, a shard failed every time, or another process writes one of the files
 */
export async function setsOverQueue(
  sets: readonly SetTask[],
  { model, asking, batchSize, folder }: { model: ShardModel; asking: Asking; batchSize: number; folder: string },
  queue: ShardQueue,
): Promise<Predictions[]> {
  const parts = new Map<string, Parts>();
  try {
    for (const { task, path } of sets) {
      ensureFolder(dirname(path), "the folder of predictions");
      parts.set(task.name, Parts.open(path));
    }
    const partsOf = ({ set }: Pick<RecordShard, "set">) => parts.get(set) as Parts;
    const orders = sets.map(({ task }) => [...shardsOf(task, model, asking, batchSize)]);
    await shardsOverQueue<RecordShard, RecordAnswers>(
      { model, shards: orders.flat(), partsOf, part: (_shard, answers) => JSON.stringify(answers), out: folder },
      queue,
    );
    return sets.map(({ task, path }, i) => {
      partsOf({ set: task.name }).finish(fileOf(task, orders[i], partsOf({ set: task.name })));
      return readPredictions(path);
    });
  } finally {
    for (const one of parts.values()) one.close();
  }
}

function shardsOf(task: PredictionTask, model: ShardModel, asking: Asking, batchSize: number): Iterable<RecordShard> {
  const { labels, floor } = headerOf(task);
  const order = { model, set: task.name, labels, floor, batchSize, asking };
  return recordShards(task.records, BATCHES, order);
}

function* fileOf(task: PredictionTask, shards: readonly RecordShard[], parts: Parts): Generator<string> {
  yield `${JSON.stringify(headerOf(task))}\n`;
  for (const { id, first } of shards) {
    const answers = JSON.parse(parts.read(id)) as RecordAnswers;
    for (const [i, text] of predictionsOf(answers).entries()) yield formatText(first - 1 + i, text);
  }
}
