/** What suspects are worth, as a figure: an arm or a factor a line, its difference with both sources of chance. */
import { usageError } from "../../errors";
import { GAP_NAMES, type GapName, gapName } from "../../study/gaps";
import type { ScreeningResult } from "../../study/results/factors";
import { ranked } from "../../study/results/rank";
import type { StoredArm, SuspectResult } from "../../study/results/result";
import { CLASS_COLOURS, NEUTRAL } from "../colours";
import type { Display } from "../display";
import { figure } from "../figure";
import type { FigureObject, Trace } from "../figures/plotly";

/** The colour of each gap: the same in the timeline, in the table and here. */
export const GAP_COLOURS: Readonly<Record<GapName, string>> = {
  "issue 36": CLASS_COLOURS[0].line,
  "issue 209": CLASS_COLOURS[1].line,
  both: CLASS_COLOURS[3].line,
  neither: NEUTRAL,
};

/** A line of such a figure: F1 in 0..1. */
export interface WorthLine {
  name: string;
  gap: GapName;
  difference: number;
  ci95: readonly [low: number, high: number] | null;
  min_detectable: number | null;
  /** Its difference lies beyond the scale: drawn at the edge, its value in the name. */
  off?: boolean;
}

/** Points to either side of 0 that the scale shows at most: one arm that breaks a model must not press all others together. */
const REACH = 20;

/** Pixels of a line, and of what stands around the lines. */
const LINE = 26;
const AROUND = 150;
const LEGEND = 100;

/**
 * Shows what arms are worth (interactive, PNG, plain text): points of F1, 95 % interval over seeds and sentences, coloured by the gap
 * that the suspect can explain by its date. The grey ground is what these seeds could not have shown.
 * @throws UserError where nothing has been measured
 */
export function worthFigure(results: readonly SuspectResult[], title = "What each suspect is worth"): Display {
  return figure(worthPlot(results, title));
}

/** The same as plotly's JSON. */
export function worthPlot(results: readonly SuspectResult[], title = "What each suspect is worth"): FigureObject {
  const lines = results.flatMap((result) => result.arms.flatMap((arm) => lineOf(result, arm)));
  if (lines.length === 0) throw usageError("no arm of these results has been measured; run `study` first.");
  // Of one suspect the arms as they stand in its file; many are read gap by gap, as in the table.
  const told =
    results.length === 1 ? lines : GAP_NAMES.flatMap((name) => ranked(lines.filter(({ gap }) => gap === name)));
  return linesPlot(withinReach(told), { title, axis: "points of F1, arm less control" });
}

/** The lines, those beyond the scale at its edge; all as they are where every one lies beyond it. */
function withinReach(lines: readonly WorthLine[]): WorthLine[] {
  const isOff = ({ difference }: WorthLine) => Math.abs(100 * difference) > REACH;
  if (lines.every(isOff)) return [...lines];
  return lines.map((line) => {
    if (!isOff(line)) return line;
    const name = `${line.name}: ${(100 * line.difference).toFixed(1)}, off the scale`;
    return { ...line, name, difference: (Math.sign(line.difference) * REACH) / 100, ci95: null, off: true };
  });
}

const lineOf = (
  { suspect, gap }: SuspectResult,
  { value, gap: own = gap, runs, difference, ci95, min_detectable }: StoredArm,
) =>
  difference === null
    ? []
    : [
        {
          name: `${suspect}: ${value} (${runs.length} ${runs.length === 1 ? "seed" : "seeds"})`,
          gap: gapName(own),
          difference,
          ci95,
          min_detectable,
        },
      ];

/**
 * Shows what the factors of a screening are worth, in the same form. Each line is of all its runs; small dots are the seeds apart, and
 * the last lines are factors together.
 */
export function factorsFigure(result: ScreeningResult, title?: string): Display {
  return figure(factorsPlot(result, title));
}

/** The same as plotly's JSON. */
export function factorsPlot(result: ScreeningResult, title = result.screening): FigureObject {
  const { factors, together, runs, seeds } = result;
  const lines = [
    ...factors.map(({ name, gap, ...rest }) => ({ name, gap: gapName(gap), ...rest })),
    ...together.map(({ name, factors: members, difference, ci95 }): WorthLine => {
      const gaps = new Set(factors.filter((one) => members.includes(one.name)).flatMap(({ gap }) => gap));
      return { name: `together: ${name}`, gap: gapName([...gaps]), difference, ci95, min_detectable: null };
    }),
  ];
  const plot = linesPlot(lines, { title, axis: `points of F1, second level less first (${runs.length} runs)` });
  const apart: Trace = {
    name: "one seed's runs alone",
    y: factors.flatMap(({ name, by_seed }) => by_seed.map(() => name)),
    x: factors.flatMap(({ by_seed }) => by_seed.map((one) => 100 * one)),
    mode: "markers",
    marker: { color: NEUTRAL, size: 6, symbol: "line-ns-open" },
  };
  return seeds.length > 1 ? { ...plot, data: [...plot.data, apart] } : plot;
}

/** A line for each, the first on top. */
function linesPlot(given: readonly WorthLine[], { title, axis }: { title: string; axis: string }): FigureObject {
  // plotly draws the first line at the bottom.
  const lines = [...given].reverse();
  const gaps = [...new Set(lines.map(({ gap }) => gap))];
  return {
    data: [hidden(lines), ...gaps.flatMap((gap) => tracesOf(gap, lines))],
    layout: {
      title,
      height: AROUND + LINE * lines.length,
      barmode: "overlay",
      xaxis: { title: axis, zeroline: true, zerolinecolor: NEUTRAL },
      yaxis: { type: "category", categoryorder: "array", categoryarray: lines.map(({ name }) => name) },
      showlegend: true,
      // As many pixels below the axis' own title, however many the lines are.
      legend: { orientation: "h", y: -LEGEND / (LINE * lines.length) },
    },
  };
}

/** What a study of this size would have missed four times in five or more. */
function hidden(lines: readonly WorthLine[]): Trace {
  const width = lines.map(({ min_detectable }) => (min_detectable === null ? null : 200 * min_detectable));
  return {
    type: "bar",
    orientation: "h",
    name: "too small to be seen with these seeds",
    y: lines.map(({ name }) => name),
    x: width,
    base: width.map((one) => (one === null ? null : -one / 2)),
    marker: { color: "rgba(128,128,128,0.18)" },
    hoverinfo: "skip",
  };
}

function tracesOf(gap: GapName, all: readonly WorthLine[]): Trace[] {
  const lines = all.filter((line) => line.gap === gap);
  const color = GAP_COLOURS[gap];
  const interval: Trace = {
    y: lines.flatMap(({ name }) => [name, name, null]),
    x: lines.flatMap(({ ci95 }) => [ci95 && 100 * ci95[0], ci95 && 100 * ci95[1], null]),
    mode: "lines",
    line: { color, width: 3 },
    hoverinfo: "skip",
    showlegend: false,
  };
  const dots: Trace = {
    name: gap === "neither" ? "neither gap" : `can explain ${gap === "both" ? "either gap" : gap}`,
    y: lines.map(({ name }) => name),
    x: lines.map(({ difference }) => 100 * difference),
    mode: "markers",
    marker: { color, size: 10, symbol: lines.map(symbolOf) },
  };
  return [interval, dots];
}

/** Hollow: one seed, of whose spread nothing is known. */
function symbolOf({ ci95, difference, off }: WorthLine): string {
  if (off) return difference < 0 ? "triangle-left" : "triangle-right";
  return ci95 ? "circle" : "circle-open";
}
