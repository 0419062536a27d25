/**
 * Displays that redraw in place while a cell runs: `progress` and `curve`. In a notebook they update one output
 * (update_display_data); elsewhere they print a line now and then to standard error, so that a log stays readable.
 */
import { usageError } from "../errors";
import { type MimeBundle, outputPort } from "./display";
import { base64, drawingOf, pictureMetadata } from "./figure";
import { figureJson } from "./figures/json";
import { escapeHtml, isolated, readableNumber, shortened, showable } from "./html";
import { drawLater, drawNow } from "./picture/draw";
import type { Drawing, Picture } from "./picture/request";

/** Longest label or note (characters): both are sent again with every state. */
const LONGEST = 200;
/** Shortest time between two drawings in a notebook (ms). */
const REDRAW = 400;
/** The same for pictures, of which each takes a thread of its own a tenth of a second (ms). */
const REDRAW_PICTURE = 2_000;
/** Shortest time between two lines where nothing can be redrawn (ms). */
const REPRINT = 10_000;

/** What is shown of a state, and the line that stands for it elsewhere. */
interface LiveState {
  bundle: MimeBundle;
  metadata?: MimeBundle;
  line: string;
}

/** One output that is replaced by each new state; states that come too fast are left out, the last one never is. */
class LiveOutput {
  private readonly id = `workbook-${process.pid}-${++displays}`;
  private drawn = Number.NEGATIVE_INFINITY;
  private shown = false;

  constructor(private readonly redraw = REDRAW) {}

  /** @param last draws in any case */
  draw(state: () => LiveState, last: boolean): void {
    const port = outputPort();
    const now = performance.now();
    if (!last && now - this.drawn < (port ? this.redraw : REPRINT)) return;
    this.drawn = now;
    this.show(state());
  }

  /** Shows a state at once. */
  show({ bundle, metadata = {}, line }: LiveState): void {
    const port = outputPort();
    if (port) port.display(bundle, metadata, { id: this.id, update: this.shown });
    else process.stderr.write(`${line}\n`);
    this.shown = true;
  }
}
let displays = 0;

/** Seconds as "45 s", "12 min" or "3.4 h". */
function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** A bar that fills, with the time gone and the time left. */
export class Progress {
  private readonly output = new LiveOutput();
  private readonly start = performance.now();
  private done = 0;
  private note = "";

  readonly label: string;

  constructor(
    readonly total: number,
    label: string,
  ) {
    this.label = shortened(label, LONGEST);
    if (!(total > 0)) throw usageError(`progress got the total ${total}, wanted a number above 0.`);
    this.draw(false);
  }

  /**
   * @param done how many of `total` are done
   * @param note shown beside the bar, e.g. the loss
   */
  update(done: number, note = this.note): void {
    this.done = Math.min(done, this.total);
    this.note = shortened(note, LONGEST);
    this.draw(this.done === this.total);
  }

  /** One more is done. */
  step(note?: string): void {
    this.update(this.done + 1, note);
  }

  /** Draws the last state: needed only where the work ends before `total`. */
  stop(note = this.note): void {
    this.note = shortened(note, LONGEST);
    this.draw(true);
  }

  private draw(last: boolean): void {
    this.output.draw(() => {
      const seconds = (performance.now() - this.start) / 1000;
      const left = this.done > 0 ? (seconds * (this.total - this.done)) / this.done : undefined;
      const time = `${duration(seconds)}${left === undefined || this.done === this.total ? "" : `, ${duration(left)} left`}`;
      const line = showable(`${this.label}: ${this.done}/${this.total}  ${time}${this.note ? `  ${this.note}` : ""}`);
      const bar = `<progress aria-label="${escapeHtml(this.label)}" value="${this.done}" max="${this.total}" style="width:16em;vertical-align:middle"></progress>`;
      const html = `<div>${isolated(this.label)} ${bar} ${this.done}/${this.total} · ${escapeHtml(time)} ${isolated(this.note)}</div>`;
      return { bundle: { "text/html": html, "text/plain": line }, line };
    }, last);
  }
}

/** A bar for work of `total` steps; shown at once, redrawn by `update` and `step`. */
export function progress(total: number, label: string): Progress {
  return new Progress(total, label);
}

/** How a curve is drawn while it grows. */
export interface CurveOptions {
  /** Titles of the axes. */
  x?: string;
  y?: string;
}

/** Height of a curve's picture (pixels). */
const CURVE_HEIGHT = 320;
/** Sharp on every screen: the front end is told the size to show it at. */
const CURVE_ZOOM = 2;

/**
 * Lines that grow while a cell runs, e.g. a loss by step. The first point is shown in words; pictures come from the
 * drawing thread while the cell goes on, and `stop` waits for the last one.
 */
export class Curve {
  private readonly output = new LiveOutput(REDRAW_PICTURE);
  private readonly lines = new Map<string, { x: number[]; y: number[] }>();
  /** Counts the states: a picture that comes after a newer one is not shown. */
  private asked = 0;
  private waiting = false;
  private latest: Picture | undefined;

  constructor(
    readonly title: string,
    private readonly options: CurveOptions = {},
  ) {}

  /** One more point of a line; a name that is new starts a line. */
  add(line: string, x: number, y: number): void {
    const points = this.lines.get(line) ?? { x: [], y: [] };
    points.x.push(x);
    points.y.push(y);
    this.lines.set(line, points);
    if (!this.waiting) this.output.draw(() => this.draft(), false);
  }

  /** Draws the last state; call it when the work is done. */
  stop(): void {
    this.asked++;
    const drawing = this.drawing();
    this.output.draw(() => this.state(outputPort() ? drawNow(drawing) : undefined, drawing), true);
  }

  /** The state in words, or the last picture that there is; a new picture is on its way. */
  private draft(): LiveState {
    const drawing = this.drawing();
    if (outputPort()) this.drawLater(drawing, ++this.asked);
    return this.state(this.latest, drawing);
  }

  private drawLater(drawing: Drawing, number: number): void {
    this.waiting = true;
    drawLater(drawing).then((picture) => {
      this.waiting = false;
      this.latest = picture;
      if (number === this.asked && outputPort()) this.output.show(this.state(picture, drawing));
    });
  }

  private state(picture: Picture | undefined, { layout }: Drawing): LiveState {
    const line = this.words();
    if (!picture) return { bundle: { "text/plain": line }, line };
    if (picture.fault !== undefined)
      return { bundle: { "text/plain": `${line}\nNo picture: ${picture.fault}.` }, line };
    const bundle = { "image/png": base64(picture.png), "text/plain": line };
    return { bundle, metadata: pictureMetadata(layout, line), line };
  }

  private drawing(): Drawing {
    const mode = ({ length }: readonly number[]): string => (length < 3 ? "lines+markers" : "lines");
    const data = [...this.lines].map(([name, { x, y }]) => ({ name, x, y, mode: mode(x) }));
    const axes = { xaxis: { title: this.options.x ?? "" }, yaxis: { title: this.options.y ?? "" } };
    const layout = { title: this.title, ...axes, showlegend: true, height: CURVE_HEIGHT };
    return drawingOf(figureJson({ data, layout }), CURVE_ZOOM);
  }

  private words(): string {
    const ends = [...this.lines].map(
      ([name, { x, y }]) =>
        `${shortened(name, LONGEST)} ${readableNumber(y[y.length - 1])} at ${readableNumber(x[x.length - 1])}`,
    );
    return showable(`${shortened(this.title, LONGEST)}: ${ends.join(", ") || "no points yet"}`);
  }
}

/** A live figure with lines that grow; shown with its first point. */
export function curve(title: string, options: CurveOptions = {}): Curve {
  return new Curve(title, options);
}

/**
 * The kernel's stop button as a signal, for loops: `train(model, records, { signal: interruptSignal() })`. Outside a
 * notebook there is none.
 */
export function interruptSignal(): AbortSignal | undefined {
  const holder: unknown = Reflect.get(globalThis, Symbol.for("workbook.interrupt"));
  if (typeof holder !== "object" || holder === null || !("signal" in holder)) return undefined;
  return holder.signal instanceof AbortSignal ? holder.signal : undefined;
}
