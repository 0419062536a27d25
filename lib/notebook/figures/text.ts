/** A figure in words: what a reader who sees no picture gets, and the alternative text of the picture. */

import { readableNumber, shortened, showable } from "../html";
import { LONGEST_TEXT } from "./json";
import type { Layout, LayoutAxis, Trace } from "./plotly";

/** A title as plotly takes it: a text or an object with one. */
export function titleText(title: unknown): string {
  const text: unknown = typeof title === "object" && title !== null && "text" in title ? title.text : title;
  return typeof text === "string" ? text : "";
}

/**
 * @param data as JSON, before its text is written for plotly
 * @param noPicture why there is no still picture
 */
export function figureText(data: readonly Trace[], layout: Layout, noPicture?: string): string {
  const title = `Figure: ${words(titleText(layout.title)) || "untitled"}`;
  const lines = [title, ...axisLines(layout), ...modeLines(data, layout), ...data.map((trace) => traceLine(trace))];
  if (noPicture) lines.push(`No still picture: ${words(noPicture)}.`);
  return lines.join("\n  ");
}

const words = (text: string): string => showable(shortened(text, LONGEST_TEXT)).replaceAll("\n", " ");

function axisLines(layout: Layout): string[] {
  const axes = Object.entries(layout).filter(([name, axis]) => /^[xy]axis\d*$/.test(name) && axis);
  const texts = axes.map(([name, axis]) => axisText(name.replace("axis", ""), Object(axis))).filter(Boolean);
  return texts.length > 0 ? [texts.join(", ")] : [];
}

function axisText(name: string, axis: LayoutAxis): string {
  const kind = axis.type === "log" ? " (logarithmic)" : axis.autorange === "reversed" ? " (reversed)" : "";
  const title = words(titleText(axis.title));
  return title || kind ? `${name}: ${title || "untitled"}${kind}` : "";
}

function modeLines(data: readonly Trace[], { barmode }: Layout): string[] {
  const bars = data.filter(({ type }) => type === "bar" || type === "histogram").length;
  if (bars < 2) return [];
  const names: Readonly<Record<string, string>> = {
    stack: "bars on top of each other",
    relative: "bars on top of each other, negative ones below 0",
    overlay: "bars over each other",
  };
  const text = names[String(barmode)];
  return text ? [text] : [];
}

function traceLine(trace: Trace): string {
  const type = trace.type ?? "scatter";
  const name = words(trace.name ?? "") || type;
  const hidden = trace.visible === false || trace.visible === "legendonly" ? ", hidden" : "";
  const kind = name === type || type === "scatter" ? "" : ` (${words(type)})`;
  return `${name}${kind}${hidden}: ${contentText(trace)}`;
}

function contentText(trace: Trace): string {
  if (Array.isArray(trace.labels) && Array.isArray(trace.values)) return partsText(trace.labels, trace.values);
  if (typeof trace.value === "number") return readableNumber(trace.value);
  const found = valuesOf(trace);
  if (!found) return "its values are not told in words";
  const values = found.flat(2);
  const missing = values.filter((value) => value === null || value === undefined).length;
  const gaps = missing > 0 ? `, ${missing} missing` : "";
  const numbers = values.filter((value) => typeof value === "number");
  if (numbers.length > 0) return `${numbersText(numbers, trace)}${gaps}`;
  const names = values.filter((value) => typeof value === "string");
  if (names.length === 0) return `no values${gaps}`;
  const kinds = new Set(names).size;
  return `${names.length} values, ${kinds} of them different, from ${words(names[0])} to ${words(names[names.length - 1])}${gaps}`;
}

/** The field that holds what a reader would ask for; undefined where none is known. */
function valuesOf(trace: Trace): unknown[] | undefined {
  const counted = /^histogram/.test(trace.type ?? "");
  const across = trace.orientation === "h" && trace.type !== "histogram";
  const order = counted || across ? ["x", "y"] : ["y", "z", "r", "values", "close", "lat", "x", "value", "a"];
  const field = order.find((name) => Array.isArray(trace[name]));
  const values = field === undefined ? (Object(trace.link).value ?? Object(trace.cells).values) : trace[field];
  return Array.isArray(values) ? values : undefined;
}

function numbersText(numbers: readonly number[], { type }: Trace): string {
  const low = readableNumber(numbers.reduce((a, b) => Math.min(a, b)));
  const high = readableNumber(numbers.reduce((a, b) => Math.max(a, b)));
  const range = `${numbers.length} values from ${low} to ${high}`;
  if (/^histogram/.test(type ?? "")) return `${range}, counted in bins`;
  const inOrder = ["scatter", "bar", "scattergl"].includes(type ?? "scatter");
  return inOrder ? `${range}, last ${readableNumber(numbers[numbers.length - 1])}` : range;
}

/** Most parts of a pie or a tree that are written out. */
const PARTS = 12;

function partsText(labels: readonly unknown[], values: readonly unknown[]): string {
  const parts = labels.slice(0, PARTS).map((label, at) => {
    const value = values[at];
    return `${words(String(label))} ${typeof value === "number" ? readableNumber(value) : "missing"}`;
  });
  const more = labels.length > PARTS ? `, and ${labels.length - PARTS} more` : "";
  return `${parts.join(", ")}${more}`;
}
