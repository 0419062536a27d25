/** Takes texts window by window as they come, so that GLiNER reads more of them than fit into memory. */
import { checkText } from "../../options";
import type { Entity } from "../entity";
import { WINDOW } from "./length-order";

/**
 * Entities of any number of texts in their order, holding no more of them than a window: texts may come from a file that
 * is larger than the memory.
 * @param infer the entities of a list of texts, of which the first has this number in the stream
 * @throws UserError where a text is no string
 */
export async function* inStream(
  texts: Iterable<string> | AsyncIterable<string>,
  batchSize: number,
  infer: (texts: readonly string[], first: number) => Promise<Entity[][]>,
): AsyncGenerator<Entity[]> {
  let window: string[] = [];
  let read = 0;
  for await (const text of texts) {
    read++;
    if (window.push(checkText(text, `text ${read}`)) < WINDOW * batchSize) continue;
    yield* await infer(window, read - window.length);
    window = [];
  }
  if (window.length) yield* await infer(window, read - window.length);
}
