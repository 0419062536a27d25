import type { Entity } from "./entity";

/** Texts that are read ahead, in batches: enough to sort by length, few enough to hold. */
const AHEAD = 16;

/**
 * Entities of any number of texts in their order, holding no more of them than a window: texts may come from a file that
 * is larger than the memory.
 * @param infer the entities of a list of texts
 */
export async function* inStream(
  texts: Iterable<string> | AsyncIterable<string>,
  batchSize: number,
  infer: (texts: readonly string[]) => Promise<Entity[][]>,
): AsyncGenerator<Entity[]> {
  let window: string[] = [];
  for await (const text of texts) {
    if (window.push(text) < AHEAD * batchSize) continue;
    yield* await infer(window);
    window = [];
  }
  if (window.length) yield* await infer(window);
}
