/**
 * Entities in their text, as displaCy's "ent" style shows them, with two things it lacks: nested spans are boxes in
 * boxes, and spans that cross are cut where the outer one ends and say so with an arrow.
 */
import { usageError } from "../errors";
import { classColour, INK } from "./colours";
import { Display } from "./display";
import { escapeHtml, isolated, showable } from "./html";

/** A stretch of text with a label; offsets in UTF-16 units, end exclusive, as `predictEntities` returns them. */
export interface LabelledSpan {
  start: number;
  end: number;
  label: string;
  score?: number;
}

export interface EntitiesOptions {
  title?: string;
  /** Fixes which label gets which colour, e.g. over several texts; default: the labels in the spans, sorted. */
  labels?: readonly string[];
  /** Shows scores, where spans have them; default true. */
  scores?: boolean;
}

/** A span's piece between two boundaries; a whole span unless it crosses another. */
interface Piece extends LabelledSpan {
  begins: boolean;
  ends: boolean;
}

/**
 * Shows entities highlighted in their text (HTML, plain text).
 * @throws UserError for a span outside the text or of no length
 */
export function entities(text: string, spans: readonly LabelledSpan[], options: EntitiesOptions = {}): Display {
  for (const { start, end, label } of spans)
    if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= text.length))
      throw usageError(
        `entities got the span ${start}..${end} ("${label}"), wanted 0 <= start < end <= ${text.length}, the text's length.`,
      );
  const labels = options.labels ?? [...new Set(spans.map(({ label }) => label))].sort();
  const tree = cut(spans);
  const body = renderHtml(text, tree, labels, options.scores ?? true);
  const title = options.title ? `<div><b>${isolated(options.title)}</b></div>` : "";
  const html = `${title}<div dir="auto" style="line-height:2.4;white-space:pre-wrap;overflow-wrap:anywhere">${body}</div>`;
  const plain = renderPlain(text, tree, options.scores ?? true);
  return new Display({ "text/html": html, "text/plain": options.title ? `${options.title}\n${plain}` : plain });
}

/** Pieces in reading order, outer before inner; no piece crosses another. */
function cut(spans: readonly LabelledSpan[]): Piece[] {
  const waiting: Piece[] = spans.map((span) => ({ ...span, begins: true, ends: true }));
  const order = (a: Piece, b: Piece): number => a.start - b.start || b.end - a.end;
  const done: Piece[] = [];
  const open: Piece[] = [];
  waiting.sort(order);
  while (waiting.length > 0) {
    const piece = waiting.shift();
    if (!piece) break;
    while (open.length > 0 && open[open.length - 1].end <= piece.start) open.pop();
    const limit = open[open.length - 1]?.end ?? piece.end;
    if (piece.end > limit) {
      waiting.push({ ...piece, start: limit, begins: false });
      waiting.sort(order);
      done.push({ ...piece, end: limit, ends: false });
    } else done.push(piece);
    open.push(done[done.length - 1]);
  }
  return done;
}

type Mark = (piece: Piece) => string;

/** Walks the text once; `openMark` and `closeMark` bracket each piece, the innermost closed first. */
function render(
  text: string,
  pieces: readonly Piece[],
  plain: (part: string) => string,
  openMark: Mark,
  closeMark: Mark,
): string {
  let output = "";
  let at = 0;
  const open: Piece[] = [];
  const upTo = (end: number): void => {
    output += plain(text.slice(at, end));
    at = end;
  };
  const close = (limit: number): void => {
    for (let last = open.pop(); last; last = open.pop()) {
      if (last.end > limit) {
        open.push(last);
        return;
      }
      upTo(last.end);
      output += closeMark(last);
    }
  };
  for (const piece of pieces) {
    close(piece.start);
    upTo(piece.start);
    output += openMark(piece);
    open.push(piece);
  }
  close(text.length);
  upTo(text.length);
  return output;
}

/** `person .98`; arrows where a crossing span goes on. */
function caption(piece: Piece, scores: boolean): string {
  const score = scores && piece.score !== undefined ? ` ${piece.score.toFixed(2).replace(/^0/, "")}` : "";
  return `${piece.begins ? "" : "→ "}${piece.label}${piece.ends ? score : " →"}`;
}

function renderHtml(text: string, pieces: readonly Piece[], labels: readonly string[], scores: boolean): string {
  const look = new Map(labels.map((label, index) => [label, classColour(index)]));
  const openMark: Mark = (piece) => {
    const { line, tint, edge } = look.get(piece.label) ?? classColour(labels.length);
    const style = `background-color:${tint};color:${INK};border:2px ${edge} ${line};border-radius:4px;padding:2px 4px`;
    return `<mark style="${style}">`;
  };
  const closeMark: Mark = (piece) => {
    const name = escapeHtml(caption(piece, scores));
    // The brackets carry the meaning where styles are stripped.
    return ` <b style="font-size:75%"><bdi>[${name}]</bdi></b></mark>`;
  };
  return render(text, pieces, escapeHtml, openMark, closeMark);
}

function renderPlain(text: string, pieces: readonly Piece[], scores: boolean): string {
  return render(
    text,
    pieces,
    showable,
    () => "[",
    (piece) => ` | ${showable(caption(piece, scores))}]`,
  );
}
