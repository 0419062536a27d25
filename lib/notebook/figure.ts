/**
 * A plotly figure as one output: interactive where the front end has plotly, a picture where it has not, a line of text
 * on a terminal. The types are the part of plotly.js 2.35's that the still picture knows; any other field passes through.
 */
import { chart, pictureSize, titleText } from "./chart";
import { Display, type MimeBundle } from "./display";
import { readableNumber, showable } from "./html";
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

/** Shows a plotly figure (interactive, PNG for lines, points, bars and heat maps, plain text). */
export function figure(data: readonly Trace[], layout: Layout = {}): Display {
  const template = { template: { layout: { colorway: undefined } }, ...layout };
  const drawing = chart(data, layout);
  const picture = drawing === undefined ? undefined : png(drawing);
  const bundle: Record<string, unknown> = {
    "application/vnd.plotly.v1+json": JSON.parse(JSON.stringify({ data: data.map(cleaned), layout: template })),
    "text/plain": describe(data, layout),
  };
  if (picture) bundle["image/png"] = picture.toString("base64");
  const finished: MimeBundle = bundle;
  return new Display(finished, picture ? pictureSize(layout) : {});
}

/** plotly reads `<b>`, `<a href>` and the like in names; a name from data is text. */
function cleaned(trace: Trace): Trace {
  return trace.name === undefined ? trace : { ...trace, name: asText(trace.name) };
}

/** Text that plotly shows as it is. */
function asText(text: string): string {
  return showable(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The figure in words: what a reader who sees no picture gets. */
function describe(data: readonly Trace[], layout: Layout): string {
  const lines = [`Figure: ${titleText(layout.title) || "untitled"}`];
  for (const trace of data) {
    const values = (trace.y ?? trace.z?.flat() ?? []).map(Number).filter(Number.isFinite);
    const name = showable(trace.name ?? trace.type ?? "scatter");
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
