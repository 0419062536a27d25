/** Many texts over a queue: lines in, one output in their order out, whole or not at all. */
import type { Entity } from "../entity";
import { type ShardQueue, shardsOverQueue } from "./order";
import { Parts } from "./parts";
import { type TextAnswers, type TextShard, textShards } from "./shard";

/** What is asked, and how an answer is written. */
export interface LinesOrder<Kept> extends Pick<TextShard, "model" | "labels" | "options"> {
  texts: AsyncIterable<string>;
  /** The file that is written. */
  out: string;
  /** Texts of a shard. */
  size: number;
  /** Written before the first text and after the last. */
  open: string;
  close: string;
  /** Whatever else decides what is written. */
  form: object;
  /** The output of a text and what is kept of it besides. @param line counted from 1 */
  write(text: string, entities: readonly Entity[], line: number): { output: string; kept: Kept[] };
  /** Called for each text of which words were not read, before anything of its shard is kept. */
  onWordsLost(line: number, words: number): void;
}

export interface LinesDone<Kept> {
  texts: number;
  texts_in_windows: number;
  lost: { line: number; words: number }[];
  kept: Kept[];
}

/** One shard's part. */
interface Part<Kept> {
  output: string;
  kept: Kept[];
  texts: number;
  texts_in_windows: number;
  lost: { line: number; words: number }[];
}

/** @throws UserError where the queue is not there, a shard failed every time, or the output cannot be written */
export async function linesOverQueue<Kept>(order: LinesOrder<Kept>, queue: ShardQueue): Promise<LinesDone<Kept>> {
  const { texts, out, size, model, labels, options, form } = order;
  const parts = Parts.open(out);
  try {
    const shards = textShards(texts, size, { model, labels, options }, form);
    const part = (shard: TextShard, answers: TextAnswers) => JSON.stringify(partOf(shard, answers, order));
    const ids = await shardsOverQueue<TextShard, TextAnswers>(
      { model, shards, partsOf: () => parts, part, out },
      queue,
    );
    const done: LinesDone<Kept> = { texts: 0, texts_in_windows: 0, lost: [], kept: [] };
    parts.finish(whole(ids, parts, order, done));
    return done;
  } finally {
    parts.close();
  }
}

function partOf<Kept>(shard: TextShard, answers: TextAnswers, order: LinesOrder<Kept>): Part<Kept> {
  const lost = answers.lost.map(([text, words]) => ({ line: shard.first + text, words }));
  for (const { line, words } of lost) order.onWordsLost(line, words);
  const written = shard.texts.map((text, i) => order.write(text, answers.entities[i], shard.first + i));
  return {
    output: written.map(({ output }) => output).join(""),
    kept: written.flatMap(({ kept }) => kept),
    texts: shard.texts.length,
    texts_in_windows: answers.in_windows,
    lost,
  };
}

/** The output piece by piece; what the parts say besides is added up on the way. */
function* whole<Kept>(
  ids: readonly string[],
  parts: Parts,
  { open, close }: Pick<LinesOrder<Kept>, "open" | "close">,
  done: LinesDone<Kept>,
): Generator<string> {
  yield open;
  for (const id of ids) {
    const { output, kept, texts, texts_in_windows, lost } = JSON.parse(parts.read(id)) as Part<Kept>;
    done.texts += texts;
    done.texts_in_windows += texts_in_windows;
    done.lost.push(...lost);
    done.kept.push(...kept);
    yield output;
  }
  yield close;
}
