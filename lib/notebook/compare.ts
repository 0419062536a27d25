/** Predictions beside gold in one text: what is right, and for each mistake which it is. */
import type { NerRecord, NerSpan } from "../data/records";
import { type ErrorKind, type Judged, judge } from "../evaluate/errors/kinds";
import { f1Scores } from "../evaluate/scoring/metrics";
import type { SpanCandidate } from "../model/decode";
import { INK } from "./colours";
import { Display } from "./display";
import type { LabelledSpan } from "./entities";
import { escapeHtml, isolated, shortened, showable } from "./html";
import { recordSpans } from "./lesson";
import { checkSpans, cut, draw, type Pen, type Piece, type TextSpan, textBlock } from "./spans";

/** A sign, a word, a line and a tint for each outcome: any one of them is enough to tell it. */
const LOOKS: Record<ErrorKind, { sign: string; word: string; edge: string; tint: string }> = {
  right: { sign: "✓", word: "right", edge: "2px solid #009e73", tint: "#c9ece0" },
  type: { sign: "≠", word: "wrong type", edge: "2px double #d55e00", tint: "#fbdcc7" },
  boundary: { sign: "↔", word: "wrong boundary", edge: "2px dashed #e69f00", tint: "#fbe8c0" },
  both: { sign: "≠↔", word: "wrong type and boundary", edge: "2px dashed #d55e00", tint: "#fbdcc7" },
  missed: { sign: "○", word: "missed", edge: "2px dotted #0072b2", tint: "#ffffff" },
  spurious: { sign: "+", word: "spurious", edge: "2px solid #cc79a7", tint: "#f5dfeb" },
};

type Marked = TextSpan & { kind: ErrorKind; caption: string };

/**
 * Shows predictions against gold (HTML, plain text): a mark a prediction, and one for each mention that was missed.
 * A mistake names the gold mention that it was paired with; the pairs are those of `judge`.
 * @throws UserError for a span outside the text or of no length
 */
export function compareEntities(
  text: string,
  gold: readonly LabelledSpan[],
  predicted: readonly LabelledSpan[],
  options: { title?: string } = {},
): Display {
  checkSpans(text, gold, "compareEntities, gold:");
  checkSpans(text, predicted, "compareEntities, predicted:");
  const judged = judge(gold, predicted);
  const pieces = cut(judged.map((one) => marked(text, one)));
  const title = options.title ?? "";
  const heading = title ? `<div><b>${isolated(title)}</b></div>` : "";
  const summary = summaryOf(judged);
  const html = `${heading}${textBlock(draw(text, pieces, HTML))}<div>${legend(judged)}<br>${escapeHtml(summary)}</div>`;
  const plain = [title, draw(text, pieces, PLAIN), summary].filter((line) => line !== "").map(showable);
  return new Display({ "text/html": html, "text/plain": plain.join("\n") });
}

/**
 * The same for a record and its entities in words; the words are joined by single spaces.
 * @param options.types gold of other types is left out; default all of it counts
 */
export function compareRecord(
  record: NerRecord,
  predicted: readonly SpanCandidate[],
  options: { title?: string; types?: readonly string[] } = {},
): Display {
  const { tokens, ner } = record;
  const gold = ner.filter(([, , label]) => options.types?.includes(label) ?? true);
  const said = predicted.map(({ start, end, label }): NerSpan => [start, end, label]);
  const { text, spans } = recordSpans({ tokens, ner: said });
  const scored = spans.map((span, i) => ({ ...span, score: predicted[i].score }));
  return compareEntities(text, recordSpans({ tokens, ner: gold }).spans, scored, options);
}

function marked(text: string, { kind, gold, predicted }: Judged<LabelledSpan>): Marked {
  const shown = predicted ?? gold;
  if (!shown) throw new Error("a judged pair has a prediction or a mention");
  const score = predicted?.score === undefined ? "" : ` ${predicted.score.toFixed(2).replace(/^0/, "")}`;
  const parts = [`${LOOKS[kind].sign} ${LOOKS[kind].word}: ${shown.label}${score}`];
  if (gold && (kind === "type" || kind === "both")) parts.push(`gold ${gold.label}`);
  if (gold && (kind === "boundary" || kind === "both"))
    parts.push(`gold “${shortened(text.slice(gold.start, gold.end), 60)}”`);
  return { start: shown.start, end: shown.end, kind, caption: parts.join(", ") };
}

/** `1 right of 3 predicted, 2 gold: precision 33 %, recall 50 %, F1 40 %`. */
function summaryOf(judged: readonly Judged<LabelledSpan>[]): string {
  const count = (keep: (one: Judged<LabelledSpan>) => boolean) => judged.filter(keep).length;
  const right = count(({ kind }) => kind === "right");
  const [guesses, mentions] = [
    count(({ predicted }) => predicted !== undefined),
    count(({ gold }) => gold !== undefined),
  ];
  const counts = { truePositives: right, falsePositives: guesses - right, falseNegatives: mentions - right };
  const { precision, recall, f1 } = f1Scores(counts);
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  return `${right} right of ${guesses} predicted, ${mentions} gold: precision ${percent(precision)}, recall ${percent(recall)}, F1 ${percent(f1)}`;
}

function legend(judged: readonly Judged<LabelledSpan>[]): string {
  const kinds = Object.entries(LOOKS).map(([kind, { sign, word, edge, tint }]) => {
    const count = judged.filter((one) => one.kind === kind).length;
    return count === 0 ? "" : `<span style="${styleOf(edge, tint)}">${escapeHtml(`${sign} ${word}: ${count}`)}</span>`;
  });
  return kinds.filter((part) => part !== "").join(" ");
}

const styleOf = (edge: string, tint: string) =>
  `background-color:${tint};color:${INK};border:${edge};border-radius:4px;padding:2px 4px`;

function captionOf({ begins, ends, caption }: Piece<Marked>): string {
  return `${begins ? "" : "→ "}${caption}${ends ? "" : " →"}`;
}

const HTML: Pen<Marked> = {
  text: escapeHtml,
  open: ({ kind }) => `<mark style="${styleOf(LOOKS[kind].edge, LOOKS[kind].tint)}">`,
  close: (piece) => ` <b style="font-size:75%"><bdi>[${escapeHtml(captionOf(piece))}]</bdi></b></mark>`,
};

const PLAIN: Pen<Marked> = { text: (part) => part, open: () => "[", close: (piece) => ` | ${captionOf(piece)}]` };
