/** Annotated words as a text that is split anew: what a model is given where a test's words are not its own. */
import { splitBy, type WordSplitter } from "../text/reading";
import { spanAt } from "./formats/instruct";
import type { NerRecord, NerSpan } from "./records";

/**
 * The record's words joined by spaces and split again. Mentions keep their characters; one that begins or ends inside a word of the
 * other split is gold that no span can be: it goes to `unaligned`, and is missed.
 */
export function splitAgain({ tokens, ner, unaligned = [], ...rest }: NerRecord, splitter: WordSplitter): NerRecord {
  const starts = startsOf(tokens);
  const edges = ner.map(([first, last]) => [starts[first], starts[last] + tokens[last].length] as const);
  const words = splitBy(splitter, tokens.join(" "), edges.flat());
  const placed = ner.map(([, , type], i) => ({ span: spanAt(words, ...edges[i]), type }));
  const lost = [...unaligned, ...placed.flatMap(({ span, type }) => (span ? [] : [type]))];
  return {
    ...rest,
    tokens: words.map(({ text }) => text),
    ner: placed.flatMap(({ span, type }) => (span ? [[...span, type] satisfies NerSpan] : [])),
    ...(lost.length ? { unaligned: lost } : {}),
  };
}

/** Where each word begins in the text that spaces join. */
function startsOf(tokens: readonly string[]): number[] {
  let at = 0;
  return tokens.map((word) => {
    const start = at;
    at += word.length + 1;
    return start;
  });
}
