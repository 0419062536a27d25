/** From the doctor's counts to sentences: which ones are faults, which ones are notes. */
import { basename } from "node:path";
import type { Comparison } from "./compare";
import type { FileReport } from "./file-report";
import type { Leak } from "./leaks";

/** One sentence about the data. A fault makes a number wrong or incomparable; a note is worth knowing. */
export interface Finding {
  severity: "fault" | "note";
  /** The file, or the two files, that it is about. */
  file: string;
  check: string;
  count: number;
  text: string;
}

/** Everything in the reports that deserves a sentence, faults first. */
export function findingsOf(
  files: readonly FileReport[],
  leaks: readonly Leak[],
  comparisons: readonly Comparison[],
): Finding[] {
  const all = [...files.flatMap(ofFile), ...leaks.flatMap(ofLeak), ...comparisons.flatMap(ofComparison)];
  const found = all.filter(({ count }) => count > 0);
  const of = (wanted: Finding["severity"]) => found.filter(({ severity }) => severity === wanted);
  return [...of("fault"), ...of("note")];
}

/** What is counted, how often, and what more there is to say. */
type Row = [severity: Finding["severity"], check: string, count: number, what: string, more?: string];

const rows = (file: string, list: readonly Row[]): Finding[] =>
  list.map(([severity, check, count, what, more]) => {
    return { severity, file, check, count, text: `${what}: ${count}${more ? ` (${more})` : ""}` };
  });

const total = (list: readonly { mentions: number }[]) => list.reduce((sum, { mentions }) => sum + mentions, 0);
const percent = (part: number, whole: number) => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
/** The first few of a list, and how many more there are. */
const some = (list: readonly string[], limit = 6) =>
  list.slice(0, limit).join(", ") + (list.length > limit ? ` and ${list.length - limit} more` : "");

function ofFile(report: FileReport): Finding[] {
  return rows(report.name, [...ofPlaces(report), ...ofSpans(report), ...ofLabels(report), ...ofReading(report)]);
}

function ofPlaces({ splitters }: FileReport): Row[] {
  const { misplaced, unaligned, words, wordsCut, mentionsCut } = splitters;
  const kinds = new Map<string, number>();
  for (const { type, name } of misplaced) kinds.set(`${type} "${name}"`, (kinds.get(`${type} "${name}"`) ?? 0) + 1);
  const listed = [...kinds].sort((a, b) => b[1] - a[1]).map(([kind, count]) => `${count} x ${kind}`);
  const substring = misplaced.filter((one) => one.substring).length;
  const found = `${substring} of them found as a mere string inside another word, though the sentence has the name as words`;
  const more = substring > 0 ? `${some(listed)}; ${found}` : some(listed);
  return [
    [
      "fault",
      "unaligned",
      unaligned?.whitespace ?? 0,
      "mentions that begin or end inside a word, which nothing can match",
      more,
    ],
    ["note", "unaligned_gliner", unaligned?.gliner ?? 0, "mentions for which the splitter of training has no words"],
    [
      "note",
      "words_cut",
      mentionsCut,
      "mentions with a word that the splitter of training would cut",
      `${wordsCut} of ${words} words, ${percent(wordsCut, words)}`,
    ],
  ];
}

function ofSpans({ spans, ceiling, records, empty, repeated }: FileReport): Row[] {
  const silent = ceiling.gold === 0 ? records : 0;
  const reach = `of ${ceiling.gold}; recall is at most ${percent(ceiling.reachable, ceiling.gold)}, with flat decoding ${percent(ceiling.reachableFlat, ceiling.gold)}`;
  const texts = `${spans.textsBeyondMaxLen} texts are longer, the longest has ${spans.longestText} words`;
  const gold = `${repeated.differentGold} texts have other gold the second time`;
  return [
    ["note", "repeated", repeated.sentences, "sentences that were there already", gold],
    [
      "note",
      "duplicate_spans",
      spans.duplicates,
      "repeated spans of one sentence, which lengthen its list and count once in an evaluation",
    ],
    [
      "note",
      "double_typed",
      spans.doubleTyped,
      "spans with several types",
      `one type a span loses ${spans.typesLost} mentions`,
    ],
    ["note", "nested", spans.nested, "mentions inside another, of which flat decoding finds one"],
    ["note", "crossing", spans.crossing, "mentions that cross another, which no decoding finds both"],
    [
      "note",
      "too_wide",
      spans.tooWide,
      "mentions wider than the model's widest span",
      `the widest has ${spans.widths.length} words`,
    ],
    ["note", "beyond_max_len", spans.beyondMaxLen, "mentions behind the last word that the model reads", texts],
    ["note", "recall_ceiling", ceiling.gold - ceiling.reachable, "mentions out of a model's reach", reach],
    [
      "fault",
      "no_mention",
      silent,
      "records, and none has a mention: nothing can be learnt from them or measured on them",
    ],
    ["note", "empty", silent ? 0 : empty, "records without a mention", `of ${records}`],
  ];
}

function ofLabels({ labels, labelList = "" }: FileReport): Row[] {
  const { unlisted, otherCase, unused, alike, order } = labels;
  const list = basename(labelList);
  const names = unlisted.map(({ label, mentions, like }) => `${mentions} x ${label}${like ? `, like ${like}` : ""}`);
  const cases = otherCase.map(({ label, listed }) => `${label} for ${listed}`);
  const pairs = alike.map(({ one, other, how }) => `${one} / ${other}: ${how}`);
  return [
    [
      "fault",
      "unlisted",
      total(unlisted),
      `mentions with a label that ${list} does not have, which nothing can match`,
      some(names),
    ],
    [
      "note",
      "label_case",
      total(otherCase),
      `mentions with a label in another case than in ${list}, which evaluations before GLiNER 0.2.3 told apart`,
      some(cases),
    ],
    ["note", "unused", unused.length, `types of ${list} without a mention`, some(unused)],
    ["note", "alike", alike.length, "pairs of labels that may be two spellings of one", some(pairs)],
    [
      "note",
      "label_order",
      order === "none of these" ? 1 : 0,
      "label lists in an order that no rule gives again, and the order in a prompt changes scores",
      list,
    ],
  ];
}

/** Repairs that another row speaks of. */
const TOLD = new Set(["unaligned", "duplicate_dropped"]);

function ofReading({ repairs, asked, found, splitters }: FileReport): Row[] {
  const kinds = Object.entries(repairs).filter(([kind]) => !TOLD.has(kind));
  const count = kinds.reduce((sum, [, n]) => sum + n, 0);
  const lost = splitters.unaligned ? 0 : asked - found;
  return [
    ["fault", "not_found", lost, "mentions that stand nowhere in the words of their text", `of ${asked}`],
    ["note", "repairs", count, "repairs in reading", kinds.map(([kind, n]) => `${n} x ${kind}`).join(", ")],
  ];
}

function ofLeak({ one, other, sentences, occurrences, runs, same }: Leak): Finding[] {
  const pair = `${one} and ${other}`;
  if (same) return rows(pair, [["fault", "same_file", sentences, "two files with exactly the same sentences"]]);
  const near = "further sentences of the second that differ in case and signs only, or share a run of 12 words";
  return rows(pair, [
    ["fault", "leak", sentences, "sentences in both", `${occurrences} times in the second`],
    ["fault", "leak_run", runs, near],
  ]);
}

function ofComparison({ copy, original, sentences, missing, added, gold }: Comparison): Finding[] {
  const last = missing.some((one) => one.last) ? ", the last one of the file among them" : "";
  const renames = gold.renamed.map(({ from, to, mentions }) => `${mentions} x ${from} -> ${to}`);
  return rows(`${copy} beside ${original}`, [
    [
      "fault",
      "missing_sentence",
      missing.length,
      "sentences of the original that are missing",
      `of ${sentences.original}${last}`,
    ],
    ["fault", "added_sentence", added.length, "sentences that the original does not have"],
    ["note", "renamed", total(gold.renamed), "mentions with another label than in the original", some(renames, 20)],
    ["fault", "moved", gold.moved, "mentions at another place of their sentence than in the original"],
    [
      "fault",
      "lost_mention",
      gold.onlyOriginal,
      "mentions of the original without a place in the copy",
      `of ${gold.original}; of the ${gold.atEnd.original} that end with their sentence's last word ${gold.atEnd.lost} are lost`,
    ],
    ["fault", "new_mention", gold.onlyCopy, "mentions that the original does not have"],
  ]);
}
