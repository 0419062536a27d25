/** The way from one configuration's score to another's, a bar a key, with what stays unexplained. */
import type { AblationPath, Worth } from "../../audit/path/path";
import { Display } from "../display";
import { figure } from "../figure";
import type { Layout, Trace } from "../figures/plotly";
import { signedPoints, worthWords } from "./words";

const COLOURS = { total: "#0072b2", up: "#009e73", down: "#d55e00", rest: "#777777" };

interface Bar {
  name: string;
  /** Where it begins and how far it goes, in points. */
  from: number;
  by: number;
  ci95: Worth["ci95"];
  kind: keyof typeof COLOURS;
}

/**
 * Shows a path as a waterfall: the first score (or 0 where it is not known), a bar a measured key with its interval, the rest that
 * the keys do not explain, the second score. Keys that nobody has measured stand below it by name.
 */
export function waterfallFigure(path: AblationPath, layout: Layout = {}): Display {
  const bars = barsOf(path);
  const lost = path.steps.filter(({ effect }) => effect === null).map(({ key, why }) => `${key} (${why})`);
  const note = lost.length ? `\nwithout ${lost.join(", ")}` : "";
  const labels = bars.map(
    ({ name, by, kind }) => `${name}\n${kind === "total" ? by.toFixed(1) : signedPoints(by / 100)}`,
  );
  const shown = figure([...bodies(bars), intervals(bars)], {
    title: `From ${path.from} to ${path.to}, ${path.how}${note}`,
    xaxis: { tickmode: "array", tickvals: bars.map(({ name }) => name), ticktext: labels },
    yaxis: { title: path.start === null ? "points of F1, from the first" : "F1, percent" },
    showlegend: false,
    ...layout,
  });
  const lines = bars.map((bar) => `  ${bar.name.padEnd(24)} ${valueWords(bar)}`);
  const words = `${shown.toString().split("\n")[0]}\n${lines.join("\n")}${note}`;
  return new Display({ ...shown.bundle, "text/plain": words }, shown.metadata);
}

const valueWords = ({ by, ci95, kind }: Bar) => (kind === "total" ? by.toFixed(1) : worthWords({ f1: by / 100, ci95 }));

function barsOf({ start, steps, gap, unexplained }: AblationPath): Bar[] {
  const bars: Bar[] = [];
  let at = 100 * (start ?? 0);
  if (start !== null) bars.push({ name: "start", from: 0, by: at, ci95: null, kind: "total" });
  for (const { key, effect } of steps) {
    if (!effect) continue;
    bars.push({ name: key, from: at, by: 100 * effect.f1, ci95: effect.ci95, kind: effect.f1 < 0 ? "down" : "up" });
    at += 100 * effect.f1;
  }
  if (unexplained) {
    bars.push({ name: "unexplained", from: at, by: 100 * unexplained.f1, ci95: unexplained.ci95, kind: "rest" });
    at += 100 * unexplained.f1;
  }
  if (start !== null && gap) bars.push({ name: "end", from: 0, by: 100 * (start + gap.f1), ci95: null, kind: "total" });
  return bars;
}

const bodies = (bars: readonly Bar[]): Trace[] => [
  {
    type: "bar",
    x: bars.map(({ name }) => name),
    y: bars.map(({ by }) => by),
    base: bars.map(({ from }) => from),
    marker: { color: bars.map(({ kind }) => COLOURS[kind]) },
  },
];

/** Upright lines: where the end of each bar may be, all before it taken as they are. */
function intervals(bars: readonly Bar[]): Trace {
  const known = bars.flatMap(({ name, from, ci95 }) => (ci95 ? [{ name, from, ci95 }] : []));
  return {
    mode: "lines",
    x: known.flatMap(({ name }) => [name, name, null]),
    y: known.flatMap(({ from, ci95 }) => [from + 100 * ci95[0], from + 100 * ci95[1], null]),
    line: { color: "#1a1a1a", width: 2 },
  };
}
