/**
 * A still picture (SVG) of a simple plotly figure: lines, points, bars, a heat map, drawn without a browser. For the
 * places that show no script: a code host's page, an untrusted notebook, nbconvert. Not a second plotly: what it cannot
 * draw it says so by returning undefined.
 */

import { CLASS_COLOURS, scaleColour } from "./colours";
import type { Layout, Trace } from "./figure";
import { escapeHtml, shortened } from "./html";
import { extent, ticks } from "./ticks";

const SIZE = { width: 720, height: 400 };
const MARGIN = { left: 72, right: 24, top: 44, bottom: 56 };
/** Height of a line of the legend, which stands above the plot, beside the title (pixels). */
const LEGEND_LINE = 18;
/** Longest name of a category (characters). */
const NAME = 18;
/** Longest title (characters): more would run out of the picture. */
const LONGEST = 120;
/** Mean width of a character at the size of the labels (pixels). */
const CHARACTER = 7.2;

/** The plot's place in the picture. */
interface Box {
  width: number;
  height: number;
  top: number;
  bottom: number;
  /** The names under the plot are too long to stand side by side. */
  turned: boolean;
}

/** Horizontal or vertical axis: numbers, or categories at whole positions. */
interface Axis {
  names: string[] | undefined;
  low: number;
  high: number;
  /** Pixel of a position. */
  at(position: number): number;
}

/** @returns SVG, or undefined where a trace's type is not one of scatter, bar, heatmap */
export function chart(traces: readonly Trace[], layout: Layout): string | undefined {
  const drawn = traces.filter((trace) => trace.visible !== false);
  if (drawn.some((trace) => !["scatter", "bar", "heatmap"].includes(trace.type ?? "scatter"))) return undefined;
  if (drawn.some((trace) => trace.orientation === "h")) return undefined;
  const width = layout.width ?? SIZE.width;
  const height = layout.height ?? SIZE.height;
  const x = axis(drawn.map(xValues), drawn, layout.xaxis?.range, MARGIN.left, width - MARGIN.right);
  const box = boxOf(x, named(drawn, layout).length, width, height);
  const y = axis(drawn.map(yValues), drawn, layout.yaxis?.range, box.bottom, box.top, true);
  const marks = drawn.map((trace, index) => drawTrace(trace, index, drawn, x, y)).join("\n");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="DejaVu Sans, Arial, sans-serif" font-size="12" fill="#222">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    frame(x, y, layout, box),
    marks,
    legend(drawn, layout, width),
    "</svg>",
  ].join("\n");
}

/** The size at which the picture is to be shown, as a bundle's metadata: its pixels are finer. */
export function pictureSize(layout: Layout): { "image/png": { width: number; height: number } } {
  return { "image/png": { width: layout.width ?? SIZE.width, height: layout.height ?? SIZE.height } };
}

function boxOf(x: Axis, legendLines: number, width: number, height: number): Box {
  const longest = Math.max(0, ...(x.names ?? []).map((name) => Math.min(NAME, name.length))) * CHARACTER;
  const turned = x.names !== undefined && longest > x.at(1) - x.at(0);
  const top = Math.max(MARGIN.top, 20 + legendLines * LEGEND_LINE);
  return { width, height, top, bottom: height - MARGIN.bottom - (turned ? longest * 0.5 : 0), turned };
}

type Coordinate = string | number | null;

function xValues(trace: Trace): readonly Coordinate[] {
  return trace.x ?? (trace.y ?? trace.z?.[0] ?? []).map((_, at) => at);
}

function yValues(trace: Trace): readonly Coordinate[] {
  return trace.y ?? (trace.z ?? []).map((_, at) => at);
}

function axis(
  columns: readonly (readonly Coordinate[])[],
  traces: readonly Trace[],
  range: readonly [number, number] | undefined,
  from: number,
  to: number,
  vertical = false,
): Axis {
  const values = columns.flat().filter((value) => value !== null);
  const names = values.some((value) => typeof value === "string") ? [...new Set(values.map(String))] : undefined;
  const boxes = names !== undefined || traces.some(({ type }) => type === "heatmap" || (type === "bar" && !vertical));
  const bars = vertical && traces.some(({ type }) => type === "bar");
  const numbers = names ? [0, names.length - 1] : values.map(Number);
  let [low, high] = range ?? extent(numbers, bars);
  if (names) [low, high] = [-0.5, names.length - 0.5];
  else if (!range && boxes) [low, high] = [low - 0.5, high + 0.5];
  else if (!range) {
    const air = (high - low) * 0.04;
    [low, high] = [bars && low === 0 ? 0 : low - air, high + air];
  }
  return { names, low, high, at: (position) => from + ((position - low) / (high - low)) * (to - from) };
}

function position(axisOf: Axis, value: Coordinate): number {
  if (value === null) return Number.NaN;
  return axisOf.names ? axisOf.names.indexOf(String(value)) : Number(value);
}

function marksOf(axisOf: Axis, wanted: number): { at: number; text: string }[] {
  if (!axisOf.names) return ticks(axisOf.low, axisOf.high, wanted);
  const step = Math.ceil(axisOf.names.length / 30);
  return axisOf.names.map((text, at) => ({ at, text: shortened(text, NAME) })).filter(({ at }) => at % step === 0);
}

function frame(x: Axis, y: Axis, layout: Layout, { width, height, top, bottom, turned }: Box): string {
  const parts: string[] = [];
  for (const { at, text } of marksOf(y, 5)) {
    const line = y.at(at).toFixed(1);
    parts.push(`<line x1="${MARGIN.left}" x2="${width - MARGIN.right}" y1="${line}" y2="${line}" stroke="#e3e3e3"/>`);
    parts.push(label(MARGIN.left - 8, Number(line) + 4, text, "end"));
  }
  for (const { at, text } of marksOf(x, 8)) {
    const pixel = x.at(at);
    parts.push(`<line x1="${pixel}" x2="${pixel}" y1="${bottom}" y2="${bottom + 4}" stroke="#888"/>`);
    parts.push(
      turned
        ? label(pixel, bottom + 12, text, "end", `rotate(-35 ${pixel} ${bottom + 12})`)
        : label(pixel, bottom + 18, text, "middle"),
    );
  }
  parts.push(`<path d="M${MARGIN.left} ${top}V${bottom}H${width - MARGIN.right}" fill="none" stroke="#888"/>`);
  const middle = (top + bottom) / 2;
  parts.push(label((MARGIN.left + width - MARGIN.right) / 2, height - 12, titleText(layout.xaxis?.title), "middle"));
  parts.push(label(18, middle, titleText(layout.yaxis?.title), "middle", `rotate(-90 18 ${middle})`));
  parts.push(`<g font-size="15" font-weight="bold">${label(MARGIN.left, 24, titleText(layout.title), "start")}</g>`);
  return parts.join("\n");
}

function label(x: number, y: number, text: string, anchor: "start" | "middle" | "end", transform?: string): string {
  const turn = transform ? ` transform="${transform}"` : "";
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}"${turn}>${escapeHtml(shortened(text, LONGEST))}</text>`;
}

/** A title as plotly takes it: a text or an object with one. */
export function titleText(title: string | { text?: string } | undefined): string {
  return (typeof title === "string" ? title : title?.text) ?? "";
}

function colourOf(trace: Trace, index: number): string {
  const given = trace.line?.color ?? trace.marker?.color;
  const safe = given !== undefined && /^(#[0-9a-f]{3,8}|[a-z]+|rgba?\([\d\s.,%]+\))$/i.test(given);
  return safe ? given : CLASS_COLOURS[index % CLASS_COLOURS.length].line;
}

function drawTrace(trace: Trace, index: number, all: readonly Trace[], x: Axis, y: Axis): string {
  if (trace.type === "heatmap") return drawHeatmap(trace, x, y);
  const points = xValues(trace).map((value, at) => [position(x, value), position(y, trace.y?.[at] ?? null)] as const);
  if (trace.type === "bar") return drawBars(points, trace, index, all, x, y);
  const colour = colourOf(trace, index);
  const mode = trace.mode ?? "lines";
  const shown = points
    .map(([a, b]) => [x.at(a), y.at(b)])
    .map(([a, b]) => (Number.isFinite(a) && Number.isFinite(b) ? `${a.toFixed(1)} ${b.toFixed(1)}` : ""));
  const dash = trace.line?.dash && trace.line.dash !== "solid" ? ' stroke-dasharray="6 4"' : "";
  const path = shown
    .map((point, at) => (point === "" ? "" : `${at > 0 && shown[at - 1] !== "" ? "L" : "M"}${point}`))
    .join("");
  const line = mode.includes("lines")
    ? `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"${dash}/>`
    : "";
  const dots = mode.includes("markers")
    ? shown
        .filter((point) => point !== "")
        .map((point) => `<circle cx="${point.split(" ")[0]}" cy="${point.split(" ")[1]}" r="3.5" fill="${colour}"/>`)
    : [];
  return line + dots.join("");
}

function drawBars(
  points: readonly (readonly [number, number])[],
  trace: Trace,
  index: number,
  all: readonly Trace[],
  x: Axis,
  y: Axis,
): string {
  const bars = all.filter(({ type }) => type === "bar");
  const share = 0.8 / bars.length;
  const offset = -0.4 + share * bars.indexOf(trace);
  return points
    .map(([at, value]) => {
      const left = x.at(at + offset);
      const top = Math.min(y.at(value), y.at(0));
      return `<rect x="${left.toFixed(1)}" y="${top.toFixed(1)}" width="${(x.at(at + offset + share) - left).toFixed(1)}" height="${Math.abs(y.at(value) - y.at(0)).toFixed(1)}" fill="${colourOf(trace, index)}"/>`;
    })
    .join("");
}

function drawHeatmap(trace: Trace, x: Axis, y: Axis): string {
  const rows = trace.z ?? [];
  const limit = Math.max(1e-12, ...rows.flat().filter(Number.isFinite).map(Math.abs));
  const columns = xValues(trace);
  const lines = yValues(trace);
  return rows
    .map((row, r) =>
      row
        .map((value, c) => {
          const left = x.at(position(x, columns[c]) - 0.5);
          const top = y.at(position(y, lines[r]) + 0.5);
          const size = `width="${(x.at(position(x, columns[c]) + 0.5) - left).toFixed(1)}" height="${(y.at(position(y, lines[r]) - 0.5) - top).toFixed(1)}"`;
          return `<rect x="${left.toFixed(1)}" y="${top.toFixed(1)}" ${size} fill="${scaleColour(value / limit).fill}"/>`;
        })
        .join(""),
    )
    .join("\n");
}

/** The traces that the legend names, with their places. */
function named(traces: readonly Trace[], layout: Layout): { name: string; colour: string }[] {
  const all = traces.flatMap((trace, index) =>
    trace.name && trace.type !== "heatmap" ? [{ name: shortened(trace.name, 40), colour: colourOf(trace, index) }] : [],
  );
  const wanted = layout.showlegend ?? all.length > 1;
  return wanted ? all : [];
}

function legend(traces: readonly Trace[], layout: Layout, width: number): string {
  const right = width - MARGIN.right;
  return named(traces, layout)
    .map(({ name, colour }, row) => {
      const y = 22 + row * LEGEND_LINE;
      const swatch = `<rect x="${right - 14}" y="${y - 9}" width="12" height="10" fill="${colour}"/>`;
      return swatch + label(right - 20, y, name, "end");
    })
    .join("\n");
}
