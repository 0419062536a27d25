/**
 * Spans drawn into their text: nested ones bracket in bracket, crossing ones cut where the outer one ends. What a span
 * looks like is its caller's affair.
 */
import { usageError } from "../errors";

/** A stretch of text; offsets in UTF-16 units, end exclusive. */
export interface TextSpan {
  start: number;
  end: number;
}

/** A span's piece between two boundaries; a whole span unless it crosses another. */
export type Piece<S extends TextSpan> = S & { begins: boolean; ends: boolean };

/** @throws UserError for a span outside the text or of no length */
export function checkSpans(text: string, spans: readonly (TextSpan & { label: string })[], where: string): void {
  for (const { start, end, label } of spans)
    if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= text.length))
      throw usageError(
        `${where} got the span ${start}..${end} ("${label}"), wanted 0 <= start < end <= ${text.length}, the text's length.`,
      );
}

/** Pieces in reading order, outer before inner; no piece crosses another. */
export function cut<S extends TextSpan>(spans: readonly S[]): Piece<S>[] {
  const waiting: Piece<S>[] = spans.map((span) => ({ ...span, begins: true, ends: true }));
  const order = (a: TextSpan, b: TextSpan): number => a.start - b.start || b.end - a.end;
  const done: Piece<S>[] = [];
  const open: Piece<S>[] = [];
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

/** How one kind of output writes text and the brackets around a piece. */
export interface Pen<S extends TextSpan> {
  text(part: string): string;
  open(piece: Piece<S>): string;
  close(piece: Piece<S>): string;
}

/** Walks the text once; the innermost piece is closed first. */
export function draw<S extends TextSpan>(text: string, pieces: readonly Piece<S>[], pen: Pen<S>): string {
  const output: string[] = [];
  let at = 0;
  const open: Piece<S>[] = [];
  const upTo = (end: number): void => {
    output.push(pen.text(text.slice(at, end)));
    at = end;
  };
  const close = (limit: number): void => {
    for (let last = open.pop(); last; last = open.pop()) {
      if (last.end > limit) {
        open.push(last);
        return;
      }
      upTo(last.end);
      output.push(pen.close(last));
    }
  };
  for (const piece of pieces) {
    close(piece.start);
    upTo(piece.start);
    output.push(pen.open(piece));
    open.push(piece);
  }
  close(text.length);
  upTo(text.length);
  return output.join("");
}

/** The frame around a text with marks, in HTML. */
export function textBlock(body: string): string {
  return `<div dir="auto" style="line-height:2.4;white-space:pre-wrap;overflow-wrap:anywhere">${body}</div>`;
}
