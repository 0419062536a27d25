/** Experiment on Pile-NER: how the rule that finds a mention in its text changes the training data. */
import { pairedAnswers, turnsOf } from "../data/formats/conversations";
import { Occurrences, occurrencesPlainly } from "../data/formats/occurrences";
import { Tally } from "../data/formats/tally";
import { jsonValues } from "../files/json-values";
import { splitAtSpaces, splitTokens } from "../text/words";

/**
 * What other rules would have made of the same Pile-NER answers: each finds a mention in its text in another way, and so loses and
 * adds other spans.
 */
export interface RuleRow {
  rule: string;
  mentions: number;
  /** Mentions with at least one place. */
  found: number;
  lost: number;
  /** Places of all mentions. */
  spans: number;
  /** Places that are no run of whole words (only a search for strings has them). */
  insideWords: number;
}

/** A passage in the forms that the rules look at. */
interface Passage {
  text: string;
  words: string[];
  /** The words cut at white space. */
  loose: string[];
  occurrences: Occurrences;
}

interface Places {
  spans: number;
  insideWords?: number;
}

/**
 *     reference      every run of words that equals the mention's, whatever the case (the scripts' rule)
 *     same case      the same with case                 first place     only the first of them
 *     white space    words cut at white space, in text and mention
 *     string search  every place of the mention as a mere string, whatever the case
 */
const RULES: Record<string, (passage: Passage, mention: string) => Places> = {
  reference: ({ occurrences }, mention) => ({
    spans: occurrences.ofText(mention).length,
  }),
  "same case": ({ words }, mention) => ({ spans: exactPlaces(words, splitTokens(mention)) }),
  "first place": ({ occurrences }, mention) => ({ spans: Math.min(1, occurrences.ofText(mention).length) }),
  "white space": ({ loose }, mention) => {
    const wanted = splitAtSpaces(mention).map(({ text }) => text);
    return { spans: occurrencesPlainly(loose, wanted).length };
  },
  "string search": stringPlaces,
};

/** The rules side by side on a file of conversations. @throws UserError like `readPileNer` */
export async function alignmentRules(path: string): Promise<RuleRow[]> {
  const rows = Object.keys(RULES).map((rule) => ({ rule, mentions: 0, found: 0, lost: 0, spans: 0, insideWords: 0 }));
  for await (const { value, where } of jsonValues(path)) {
    const { text, mentions } = pairedAnswers(turnsOf(value, where), new Tally(), where);
    const words = splitTokens(text);
    const loose = splitAtSpaces(text).map((word) => word.text);
    const passage = { text, words, loose, occurrences: new Occurrences(words) };
    for (const { mention } of mentions) for (const row of rows) add(row, RULES[row.rule](passage, mention));
  }
  return rows;
}

function add(row: RuleRow, { spans, insideWords = 0 }: Places): void {
  row.mentions++;
  if (spans > 0) row.found++;
  else row.lost++;
  row.spans += spans;
  row.insideWords += insideWords;
}

function exactPlaces(words: readonly string[], mention: readonly string[]): number {
  if (mention.length === 0) return 0;
  return words.filter((_, i) => mention.every((word, k) => words[i + k] === word)).length;
}

/** As `str.find` in a loop sees it: any case, and no idea of words. */
function stringPlaces({ text, occurrences }: Passage, mention: string): Places {
  const [where, what] = [text.toLowerCase(), mention.toLowerCase()];
  if (what === "") return { spans: 0 };
  let spans = 0;
  for (let at = where.indexOf(what); at >= 0; at = where.indexOf(what, at + 1)) spans++;
  return { spans, insideWords: Math.max(0, spans - occurrences.ofText(mention).length) };
}
