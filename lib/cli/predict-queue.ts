/** `predict --lines --queue URL --out FILE`: the lines go in shards to workers; the file is whole or not there. */
import { UserError, usageError } from "../errors";
import { checkWritable } from "../files/atomic";
import { targetOf } from "../files/target";
import { modelIdentity } from "../gliner/checkpoint/identity";
import type { Entity } from "../gliner/entity";
import type { DescribedTypes } from "../gliner/reading/described";
import { WINDOW } from "../gliner/reading/length-order";
import { linesOverQueue } from "../gliner/shards/lines";
import type { TextShard } from "../gliner/shards/shard";
import type { AnswerForm } from "./answers";
import type { Values } from "./command";
import { withQueue } from "./queue";
import { linesOf, standardInput } from "./texts-in";

/** Lines of a shard: those that are sorted by length together on one machine, so that the scores are the same. */
const SIZE = WINDOW * 8;

interface Asked {
  folder: string;
  labels: string[] | DescribedTypes;
  options: TextShard["options"];
  form: AnswerForm;
  write(text: string, entities: readonly Entity[], line: number): { output: string; rows: object[] };
}

/** @returns what `predict --json` writes */
export async function predictOverQueue(values: Values, { folder, labels, options, form, write }: Asked) {
  const { out, lines, json } = values;
  if (typeof out !== "string" || values.queue === undefined || !lines)
    throw usageError(
      "--queue, --out FILE and --lines go together: what comes back from many workers is written whole.",
    );
  if (targetOf(out).kind !== "file")
    throw usageError(`--out got "${out}", wanted a file: what has come back lies beside it until all is there.`);
  checkWritable(out);
  const { name: _, sha256 } = await modelIdentity(folder);
  const done = await withQueue(values, (queue) =>
    linesOverQueue<object>(
      {
        texts: linesOf(standardInput()),
        out,
        size: SIZE,
        model: { name: folder, sha256 },
        labels,
        options,
        open: form.open,
        close: form.close,
        form: { to: values.to ?? "jsonl", offsets: values.offsets ?? "utf16", rows: json !== undefined },
        write: (text, entities, line) => {
          const { output, rows } = write(text, entities, line);
          return { output, kept: json === undefined ? [] : rows };
        },
        onWordsLost: (line, words) => refuseLost(values, line, words),
      },
      queue,
    ),
  );
  const { kept, texts, texts_in_windows, lost } = done;
  const words_not_read = lost.reduce((sum, { words }) => sum + words, 0);
  const truncated = lost.map(({ line, words }) => ({ line, words_not_read: words }));
  process.stderr.write(`${out}: ${texts} lines\n`);
  if (words_not_read) process.stderr.write(`${words_not_read} words at the end were not read.\n`);
  return { entities: kept, texts, texts_in_windows, words_not_read, truncated };
}

function refuseLost(values: Values, line: number, words: number): void {
  if (values["fail-on-truncation"])
    throw new UserError(
      `line ${line}: ${words} words at the end were not read, and --fail-on-truncation is given; leave --truncate out to read longer texts in windows.`,
    );
}
