/** The texts of `predict`: standard input as one, or line by line. */
import { UserError } from "../errors";

/** What stands on standard input, piece by piece. @throws UserError where it is not UTF-8 */
export async function* standardInput(): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    for await (const chunk of process.stdin) yield decoder.decode(Buffer.from(chunk), { stream: true });
    yield decoder.decode();
  } catch (error) {
    throw new UserError(`standard input is not UTF-8 (${error instanceof Error ? error.message : error}).`);
  }
}

/** All of it as one text. */
export async function* asOne(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  yield text;
}

/** Its lines; what stands behind the last line break is one if there is anything. */
export async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of pieces) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield line.replace(/\r$/, "");
  }
  if (rest !== "") yield rest.replace(/\r$/, "");
}
