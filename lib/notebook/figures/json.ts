/**
 * A figure as the JSON that plotly is to draw, in a page and in the still picture alike: values as plain lists, text from
 * data as text and not as plotly's markup, and our look where the figure has none of its own.
 */
import { plotlyScale } from "../colours";
import { shortened, showable } from "../html";
import { isFrame } from "../tables/frames";
import { template } from "./look";
import type { FigureObject, Layout, Trace } from "./plotly";

/** Longest text of a figure (characters). */
export const LONGEST_TEXT = 300;

/** The figure as plain JSON, its text as given. Nothing in it is shared with what was given. */
export function plainFigure(data: readonly Trace[], layout: Layout): Required<FigureObject> {
  return JSON.parse(JSON.stringify(listed({ data, layout })));
}

/** The figure that plotly draws. */
export function figureJson({ data, layout }: Required<FigureObject>): Required<FigureObject> {
  return { data: data.map((trace) => coloured(Object(cleaned(trace)))), layout: dressed(Object(cleaned(layout))) };
}

/** Typed arrays, tensors, columns of data frames as lists; big integers as numbers. NaN becomes null: plotly's gap. */
function listed(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(Object(value), listed);
  if (Array.isArray(value)) return Array.from(value, listed);
  if (isFrame(value)) return listed(value.values);
  if ("arraySync" in value && typeof value.arraySync === "function") return value.arraySync();
  if (value instanceof Set) return Array.from(value, listed);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, listed(part)]));
}

/** Fields whose text plotly does not show but read: `<` in a number format is an alignment. */
const READ = /(format|operation|source|bdata|shape)$/;
/** What buttons and sliders do is no text, and a `title` in it no title. */
const ACTIONS = /^args2?$/;

/** plotly reads `<b>`, `<a href>` and the like in every text that it shows; a text from data is no markup. */
function cleaned(value: unknown, key = ""): unknown {
  if (typeof value === "string") return cleanText(value, key);
  if (Array.isArray(value)) return value.map((part) => cleaned(part, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, entitled(name, key, cleaned(part, name))]),
  );
}

function cleanText(text: string, key: string): string {
  if (READ.test(key)) return text;
  return key.endsWith("template") ? showable(text) : asText(text);
}

/** plotly 3, which JupyterLab's extension brings, knows titles only as objects. */
function entitled(name: string, parent: string, part: unknown): unknown {
  return name === "title" && typeof part === "string" && !ACTIONS.test(parent) ? { text: part } : part;
}

/** Text that plotly shows as it is. */
function asText(text: string): string {
  const plain = showable(shortened(text, LONGEST_TEXT));
  return plain.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\n", "<br>");
}

/** Numbers on both sides of 0 get a scale whose middle is 0. */
function coloured(trace: Trace): Trace {
  if (trace.type !== "heatmap" || trace.colorscale !== undefined || !Array.isArray(trace.z)) return trace;
  const numbers = trace.z.flat().filter((value) => typeof value === "number");
  const [below, above] = [numbers.some((value) => value < 0), numbers.some((value) => value > 0)];
  const sign = below && above ? "both" : below ? "negative" : "positive";
  const middle = sign === "both" && trace.zmin === undefined && trace.zmax === undefined ? { zmid: 0 } : {};
  return { ...middle, colorscale: plotlyScale(sign), ...trace };
}

/** Whatever the figure itself says stands before our look, and a template of its own replaces it. */
function dressed(layout: Layout): Layout {
  return layout.template === undefined ? { ...layout, template: template(layout.title !== undefined) } : layout;
}
