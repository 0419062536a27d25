import type { Entity } from "../entity";
import { WINDOW } from "./length-order";

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
    if (window.push(text) < WINDOW * batchSize) continue;
    yield* await infer(window);
    window = [];
  }
  if (window.length) yield* await infer(window);
}
