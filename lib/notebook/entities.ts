/**
 * Entities in their text, as displaCy's "ent" style shows them, with two things it lacks: nested spans are boxes in
 * boxes, and spans that cross are cut where the outer one ends and say so with an arrow.
 */
import { classColour, INK } from "./colours";
import { Display } from "./display";
import { escapeHtml, isolated, showable } from "./html";
import { checkSpans, cut, draw, type Pen, type Piece, textBlock } from "./spans";

/** A stretch of text with a label; offsets in UTF-16 units, end exclusive, as `predictEntities` returns them. */
export interface LabelledSpan {
  start: number;
  end: number;
  label: string;
  score?: number;
}

/** How entities in a text are drawn. */
export interface EntitiesOptions {
  title?: string;
  /** Fixes which label gets which colour, e.g. over several texts; default: the labels in the spans, sorted. */
  labels?: readonly string[];
  /** Shows scores, where spans have them; default true. */
  scores?: boolean;
}

/**
 * Shows entities highlighted in their text (HTML, plain text). `compareEntities` shows predictions beside gold.
 * @throws UserError for a span outside the text or of no length
 */
export function entities(text: string, spans: readonly LabelledSpan[], options: EntitiesOptions = {}): Display {
  checkSpans(text, spans, "entities");
  const labels = options.labels ?? [...new Set(spans.map(({ label }) => label))].sort();
  const pieces = cut(spans);
  const title = options.title ? `<div><b>${isolated(options.title)}</b></div>` : "";
  const html = title + textBlock(draw(text, pieces, htmlPen(labels, options.scores ?? true)));
  const plain = draw(text, pieces, plainPen(options.scores ?? true));
  return new Display({
    "text/html": html,
    "text/plain": options.title ? `${showable(options.title)}\n${plain}` : plain,
  });
}

/** `person .98`; arrows where a crossing span goes on. */
function caption(piece: Piece<LabelledSpan>, scores: boolean): string {
  const score = scores && piece.score !== undefined ? ` ${piece.score.toFixed(2).replace(/^0/, "")}` : "";
  return `${piece.begins ? "" : "→ "}${piece.label}${piece.ends ? score : " →"}`;
}

function htmlPen(labels: readonly string[], scores: boolean): Pen<LabelledSpan> {
  const look = new Map(labels.map((label, index) => [label, classColour(index)]));
  return {
    text: escapeHtml,
    open: ({ label }) => {
      const { line, tint, edge } = look.get(label) ?? classColour(labels.length);
      const style = `background-color:${tint};color:${INK};border:2px ${edge} ${line};border-radius:4px;padding:2px 4px`;
      return `<mark style="${style}">`;
    },
    // The brackets carry the meaning where styles are stripped.
    close: (piece) => ` <b style="font-size:75%"><bdi>[${escapeHtml(caption(piece, scores))}]</bdi></b></mark>`,
  };
}

function plainPen(scores: boolean): Pen<LabelledSpan> {
  return { text: showable, open: () => "[", close: (piece) => ` | ${showable(caption(piece, scores))}]` };
}
