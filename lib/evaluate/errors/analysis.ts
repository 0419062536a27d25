/** Sorts a model's mistakes by kind and type, with a confusion table and the single cases. */
import type { NerRecord, NerSpan } from "../../data/records";
import { usageError } from "../../errors";
import type { SpanCandidate } from "../../model/decode";
import { f1Scores } from "../scoring/metrics";
import { type ErrorKind, judge } from "./kinds";

/**
 * Where a model's F1 is lost on a set of sentences: how many mistakes of each kind, of which types, which type is taken for
 * which, and every single case. All of it from gold and entities; no model is asked.
 */
export interface ErrorReport {
  /** A row a kind; `right` first. */
  kinds: KindRow[];
  /** A row a type, in the order of the types asked. */
  perType: TypeRow[];
  confusion: Confusion;
  /** Every mention and every entity, those that are right too, in reading order. */
  cases: ErrorCase[];
}

/** A mention with the entity it was paired with; one of the two is absent for `missed` and `spurious`. */
export interface ErrorCase {
  /** Index of the sentence. */
  record: number;
  kind: ErrorKind;
  gold?: NerSpan;
  predicted?: SpanCandidate;
  /** The type of a missed mention that begins or ends inside a word, and so has no span. */
  unaligned?: string;
}

export interface KindRow {
  kind: ErrorKind;
  count: number;
  /** Of all mistakes, in 0..1. */
  share: number;
  /** F1 if these mistakes alone were mended: the most that work on them can gain. */
  f1IfMended: number;
}

/** What became of a type's gold mentions, and of the entities that say it. */
export interface TypeRow {
  type: string;
  /** Gold mentions: right + boundary + otherType + both + missed. */
  gold: number;
  right: number;
  boundary: number;
  /** The span is right and called by another type. */
  otherType: number;
  both: number;
  missed: number;
  /** Entities of this type: right + boundary + onOtherType + spurious. */
  predicted: number;
  /** On a mention of another type, whatever the boundaries. */
  onOtherType: number;
  /** On no mention at all. */
  spurious: number;
  f1: number;
}

/** Which type is taken for which. */
export interface Confusion {
  /** Names of rows and columns: the types, then `NOTHING`. */
  names: string[];
  /** [gold type][type said]; pairs overlap, exact or not, so that the diagonal holds `right` and `boundary`. */
  counts: number[][];
}

/** The row of entities on no mention, and the column of mentions without an entity. */
export const NOTHING = "(nothing)";

const KINDS: readonly ErrorKind[] = ["right", "boundary", "type", "both", "missed", "spurious"];

/**
 * @param records with their gold; mentions of types that are not asked are left out, those that no span can represent are missed
 * @param predicted the entities of each record, decoded, in words
 * @param types the types that were asked
 * @throws UserError where there is not one list of entities a record
 */
export function analyseErrors(
  records: readonly NerRecord[],
  predicted: readonly (readonly SpanCandidate[])[],
  types: readonly string[],
): ErrorReport {
  if (predicted.length !== records.length)
    throw usageError(`got the entities of ${predicted.length} texts for ${records.length} records.`);
  const asked = [...new Set(types)];
  const cases = records.flatMap((record, i) => casesOf(record, predicted[i], new Set(asked), i));
  return {
    kinds: kindRows(cases),
    perType: asked.map((type) => typeRow(type, cases)),
    confusion: confusionOf(cases, asked),
    cases,
  };
}

function casesOf(
  { ner, unaligned = [] }: NerRecord,
  predicted: readonly SpanCandidate[],
  asked: ReadonlySet<string>,
  record: number,
): ErrorCase[] {
  const gold = ner.filter(([, , label]) => asked.has(label));
  // Characters in `judge`, words here: only that ends are exclusive there matters.
  const judged = judge(
    gold.map(([start, end, label]) => ({ start, end: end + 1, label })),
    predicted.map((span) => ({ ...span, end: span.end + 1 })),
  );
  const cases = judged.map(({ kind, gold: mention, predicted: guess }): ErrorCase => {
    const one: ErrorCase = { record, kind };
    if (mention) one.gold = [mention.start, mention.end - 1, mention.label];
    if (guess) one.predicted = { ...guess, end: guess.end - 1 };
    return one;
  });
  const lost = unaligned.filter((type) => asked.has(type));
  return [...cases, ...lost.map((type): ErrorCase => ({ record, kind: "missed", unaligned: type }))];
}

const count = (cases: readonly ErrorCase[], kind: ErrorKind) => cases.filter((one) => one.kind === kind).length;

function kindRows(cases: readonly ErrorCase[]): KindRow[] {
  const of = Object.fromEntries(KINDS.map((kind) => [kind, count(cases, kind)])) as Record<ErrorKind, number>;
  const mistakes = cases.length - of.right;
  const pairs = of.boundary + of.type + of.both;
  const f1 = (mended: ErrorKind) => {
    // A mended pair or miss is a hit; a mended spurious entity is gone.
    const hits = of.right + (mended === "right" || mended === "spurious" ? 0 : of[mended]);
    const predicted = of.right + pairs + of.spurious + (mended === "missed" ? of.missed : 0);
    const kept = predicted - (mended === "spurious" ? of.spurious : 0);
    const gold = of.right + pairs + of.missed;
    return f1Scores({ truePositives: hits, falsePositives: kept - hits, falseNegatives: gold - hits }).f1;
  };
  return KINDS.map((kind) => ({
    kind,
    count: of[kind],
    share: kind === "right" || mistakes === 0 ? 0 : of[kind] / mistakes,
    f1IfMended: f1(kind),
  }));
}

const goldType = ({ gold, unaligned }: ErrorCase) => gold?.[2] ?? unaligned;

function typeRow(type: string, cases: readonly ErrorCase[]): TypeRow {
  const gold = cases.filter((one) => goldType(one) === type);
  const said = cases.filter(({ predicted }) => predicted?.label === type);
  const right = count(gold, "right");
  return {
    type,
    gold: gold.length,
    right,
    boundary: count(gold, "boundary"),
    otherType: count(gold, "type"),
    both: count(gold, "both"),
    missed: count(gold, "missed"),
    predicted: said.length,
    onOtherType: count(said, "type") + count(said, "both"),
    spurious: count(said, "spurious"),
    f1: f1Scores({ truePositives: right, falsePositives: said.length - right, falseNegatives: gold.length - right }).f1,
  };
}

function confusionOf(cases: readonly ErrorCase[], types: readonly string[]): Confusion {
  const names = [...types, NOTHING];
  const at = new Map(names.map((name, i) => [name, i]));
  const counts = names.map(() => names.map(() => 0));
  for (const one of cases) {
    const row = at.get(goldType(one) ?? NOTHING);
    const column = at.get(one.predicted?.label ?? NOTHING);
    if (row === undefined || column === undefined)
      throw usageError(`an entity has the type "${one.predicted?.label}", wanted one of ${types.join(", ")}.`);
    counts[row][column]++;
  }
  return { names, counts };
}

/** The pairs of types that are confused most often, those of a type with itself left out. */
export function topConfusions(
  { names, counts }: Confusion,
  limit = 10,
): { gold: string; said: string; count: number }[] {
  const pairs = counts.flatMap((row, g) => row.map((count, s) => ({ gold: names[g], said: names[s], count })));
  const wrong = pairs.filter(({ gold, said, count }) => count > 0 && gold !== said);
  return wrong.sort((a, b) => b.count - a.count).slice(0, limit);
}

/** Words of the sentence shown on either side of a case. */
const CONTEXT = 5;

/** A row a case, for a table or a file. Columns: record, kind, gold, goldType, said, saidType, score, context. */
export function errorRows(report: ErrorReport, records: readonly NerRecord[]) {
  return report.cases.map(({ record, kind, gold, predicted, unaligned }) => {
    const { tokens } = records[record];
    const words = (start: number, end: number) => tokens.slice(Math.max(0, start), end + 1).join(" ");
    const spans = [...(gold ? [[gold[0], gold[1]]] : []), ...(predicted ? [[predicted.start, predicted.end]] : [])];
    const from = Math.min(...spans.map(([start]) => start)) - CONTEXT;
    const to = Math.max(...spans.map(([, end]) => end)) + CONTEXT;
    return {
      record,
      kind,
      gold: gold ? words(gold[0], gold[1]) : "",
      goldType: gold?.[2] ?? unaligned ?? "",
      said: predicted ? words(predicted.start, predicted.end) : "",
      saidType: predicted?.label ?? "",
      score: predicted?.score,
      context: spans.length === 0 ? "" : words(from, to),
    };
  });
}
