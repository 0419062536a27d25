/**
 * A plotly figure as one output: interactive where the front end has plotly, a picture where it has not, a line of text
 * on a terminal. The types are the part of plotly.js 2.35's that the still picture knows; any other field passes through.
 */
import { chart, pictureSize, titleText } from "./chart";
import { Display, type MimeBundle } from "./display";
import { readableNumber, shortened, showable } from "./html";
import { png } from "./png";

/** A plotly trace; `type` defaults to "scatter". */
export interface Trace {
  type?: string;
  name?: string;
  x?: readonly (string | number | null)[];
  y?: readonly (string | number | null)[];
  z?: readonly (readonly number[])[];
  mode?: string;
  orientation?: "h" | "v";
  visible?: boolean | "legendonly";
  line?: { color?: string; dash?: string; width?: number };
  marker?: { color?: string };
  [field: string]: unknown;
}

/** An axis of a plotly layout. */
export interface LayoutAxis {
  title?: string | { text?: string };
  range?: readonly [number, number];
  [field: string]: unknown;
}

/** A plotly layout. */
export interface Layout {
  title?: string | { text?: string };
  xaxis?: LayoutAxis;
  yaxis?: LayoutAxis;
  /** Pixels. */
  width?: number;
  height?: number;
  showlegend?: boolean;
  [field: string]: unknown;
}

/**
 * Shows a plotly figure (interactive, PNG for lines, points, bars and heat maps, plain text). Text in it is text: plotly's
 * markup (`<b>`, `<br>`) appears as written, except in a `hovertemplate` or `texttemplate`; a line break is a line break.
 */
export function figure(data: readonly Trace[], layout: Layout = {}): Display {
  const drawing = chart(data, layout);
  // JupyterLab's plotly extension shows the picture until the pointer comes near, and pixel for pixel.
  const picture = drawing === undefined ? undefined : png(drawing, 1);
  const bundle: Record<string, unknown> = {
    "application/vnd.plotly.v1+json": cleaned(JSON.parse(JSON.stringify({ data, layout }))),
    "text/plain": describe(data, layout),
  };
  if (picture) bundle["image/png"] = picture.toString("base64");
  const finished: MimeBundle = bundle;
  return new Display(finished, picture ? pictureSize(layout) : {});
}

/** Longest text of a figure (characters). */
const LONGEST = 300;

/** plotly reads `<b>`, `<a href>` and the like in every text that it shows; a text from data is no markup. */
function cleaned(value: unknown, key = ""): unknown {
  if (typeof value === "string") return key.endsWith("template") ? showable(value) : asText(value);
  if (Array.isArray(value)) return value.map((part) => cleaned(part));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, cleaned(part, name)]));
}

/** Text that plotly shows as it is. */
function asText(text: string): string {
  const plain = showable(shortened(text, LONGEST));
  return plain.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\n", "<br>");
}

/** The figure in words: what a reader who sees no picture gets. */
function describe(data: readonly Trace[], layout: Layout): string {
  const lines = [`Figure: ${showable(shortened(titleText(layout.title), LONGEST)) || "untitled"}`];
  for (const trace of data) {
    const values = (trace.y ?? trace.z?.flat() ?? []).map(Number).filter(Number.isFinite);
    const name = showable(shortened(trace.name ?? trace.type ?? "scatter", LONGEST));
    if (values.length === 0) lines.push(`  ${name}: no values`);
    else {
      const low = values.reduce((a, b) => Math.min(a, b));
      const high = values.reduce((a, b) => Math.max(a, b));
      const last = readableNumber(values[values.length - 1]);
      lines.push(
        `  ${name}: ${values.length} values from ${readableNumber(low)} to ${readableNumber(high)}, last ${last}`,
      );
    }
  }
  return lines.join("\n");
}
