import { UserError } from "../errors";
import type { NerRecord } from "./records";

/**
 * A record -> BIO lines, the way back from `parseBio`: one word and its tag a line, a tab between them, and a blank line at
 * the end of the sentence. A type stands in its tag as it is, spaces included: the columns are told apart by the tab.
 * @throws UserError where two mentions share a word, which one tag a word cannot say, or a word holds white space
 */
export function bioLines({ tokens, ner }: NerRecord): string {
  const tags = tokens.map(() => "O");
  for (const [start, end, label] of ner)
    for (let word = start; word <= end; word++) {
      if (tags[word] !== "O")
        throw new UserError(
          `the word "${tokens[word]}" belongs to two mentions (${tags[word].slice(2)}, ${label}), which BIO cannot write; wanted flat mentions.`,
        );
      tags[word] = `${word === start ? "B" : "I"}-${label}`;
    }
  const broken = tokens.find((word) => /\s/.test(word) || word === "");
  if (broken !== undefined)
    throw new UserError(`the word ${JSON.stringify(broken)} holds white space, which BIO columns cannot write.`);
  return `${tokens.map((word, i) => `${word}\t${tags[i]}\n`).join("")}\n`;
}
