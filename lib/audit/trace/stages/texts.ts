/** The stages of text: which records, the splitter's words, the types of the prompt, and the configuration. */
import type { SamplingOptions } from "../../../batch/sampling";
import { byCodePoint, type NerRecord } from "../../../data/records";
import type { GLiNERConfig } from "../../../model/config";
import { splitTokens } from "../../../text/words";
import type { Dump, DumpText } from "../dump";
import { exact, type StageResult } from "../stage";

/** Whether the two models are one by their configurations. */
export function configurationStage(config: Readonly<GLiNERConfig>, { about }: Dump): StageResult {
  const own = new Map<string, unknown>(Object.entries(config));
  const keys = Object.keys(about.config).filter((key) => own.has(key));
  const other = keys.filter((key) => own.get(key) !== about.config[key]);
  return exact(
    "configuration",
    keys.length,
    other.map((key) => `${key}: ${JSON.stringify(own.get(key))} here, ${JSON.stringify(about.config[key])} there`),
  );
}

/** Whether both have read the same records. */
export function recordsStage(records: readonly NerRecord[], texts: readonly DumpText[]): StageResult {
  const places = texts.flatMap(({ tokens }, b) => {
    const ours = records[b]?.tokens ?? [];
    return listPlaces(ours, tokens, `text ${b + 1}`);
  });
  return exact(
    "records",
    texts.reduce((sum, { tokens }) => sum + tokens.length, 0),
    places,
  );
}

/** The splitter, on the record's words joined by spaces; the batch has the record's own words. */
export function wordsStage(texts: readonly DumpText[]): StageResult {
  const places = texts.flatMap(({ tokens, words }, b) =>
    listPlaces(splitTokens(tokens.join(" ")), words, `text ${b + 1}`),
  );
  return exact(
    "words",
    texts.reduce((sum, { words }) => sum + words.length, 0),
    places,
  );
}

/**
 * The types of each prompt. Asked for by name, they must be those, in that order; drawn by the other program, they must be such as
 * could be drawn here: its random numbers are not ours.
 */
export function typesStage(
  records: readonly NerRecord[],
  { about }: Dump,
  rules: SamplingOptions & { max_types: number },
): StageResult {
  const { texts, asked } = about;
  const compared = texts.reduce((sum, { types }) => sum + types.length, 0);
  if (!asked)
    return exact(
      "types",
      compared,
      texts.flatMap((text, b) => impossible(b, text.types, records, rules)),
    );
  const wanted = [...new Set(rules.sort_labels ? [...asked].sort(byCodePoint) : asked)];
  return exact(
    "types",
    compared,
    texts.flatMap(({ types }, b) => listPlaces(wanted, types, `text ${b + 1}, type`)),
  );
}

/** Why these types cannot have been drawn here. */
function impossible(
  b: number,
  types: readonly string[],
  records: readonly NerRecord[],
  { random_drop, cap_types, max_types }: SamplingOptions & { max_types: number },
): string[] {
  const own = new Set(records[b].ner.map(([, , type]) => type));
  const pool = new Set(records.flatMap(({ ner, negatives = [] }) => [...ner.map(([, , type]) => type), ...negatives]));
  const strange = types.filter((type) => type !== "" && !pool.has(type));
  const lost = [...own].filter((type) => !types.includes(type));
  const mayLose = random_drop || (cap_types && types.length >= max_types);
  const say = (what: string) => `text ${b + 1}: ${what}`;
  return [
    ...strange.map((type) => say(`"${type}" is a type of no record of the batch`)),
    ...(mayLose ? [] : lost.map((type) => say(`"${type}" is in the text and was not asked for`))),
    ...(cap_types && types.length > max_types ? [say(`${types.length} types there, at most ${max_types} here`)] : []),
  ];
}

/** Places where two lists differ, each with both values. */
function listPlaces(ours: readonly string[], theirs: readonly string[], what: string): string[] {
  const longest = Math.max(ours.length, theirs.length);
  const show = (word: string | undefined) => (word === undefined ? "nothing" : JSON.stringify(word));
  return Array.from({ length: longest }, (_, i) => i)
    .filter((i) => ours[i] !== theirs[i])
    .map((i) => `${what} ${i + 1}: ${show(ours[i])} here, ${show(theirs[i])} there`);
}
