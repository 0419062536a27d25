/** What suspects are worth, as a figure: an arm a line, its difference from the control with both sources of chance. */
import { usageError } from "../../errors";
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

/** Which gap a suspect can explain, in words. */
export type GapName = "issue 36" | "issue 209" | "both" | "neither";

/** @param gap as a suspect's file has it */
export function gapName(gap: readonly string[]): GapName {
  if (gap.length > 1) return "both";
  return gap[0] === "36" ? "issue 36" : gap[0] === "209" ? "issue 209" : "neither";
}

/** A measured arm with its suspect. */
interface Row {
  result: SuspectResult;
  arm: StoredArm & { difference: number };
}

/** Pixels of an arm's line, and of what stands around the lines. */
const LINE = 26;
const AROUND = 150;

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
  const rows = results.flatMap((result) => result.arms.flatMap((arm) => rowOf(result, arm)));
  if (rows.length === 0) throw usageError("no arm of these results has been measured; run `study` first.");
  // plotly draws the first line at the bottom.
  rows.reverse();
  return {
    data: [hidden(rows), ...gapsOf(rows).flatMap((gap) => tracesOf(gap, rows))],
    layout: {
      title,
      height: AROUND + LINE * rows.length,
      barmode: "overlay",
      xaxis: { title: "points of F1, arm less control", zeroline: true, zerolinecolor: NEUTRAL },
      yaxis: { type: "category", categoryorder: "array", categoryarray: rows.map(nameOf) },
      showlegend: true,
      legend: { orientation: "h", y: -0.25 },
    },
  };
}

const rowOf = (result: SuspectResult, arm: StoredArm): Row[] =>
  arm.difference === null ? [] : [{ result, arm: { ...arm, difference: arm.difference } }];

const nameOf = ({ result, arm }: Row) => `${result.suspect}: ${arm.value} (${arm.runs.length} seeds)`;

const gapsOf = (rows: readonly Row[]) => [...new Set(rows.map(({ result }) => gapName(result.gap)))];

/** What a study of this size would have missed four times in five or more. */
function hidden(rows: readonly Row[]): Trace {
  const width = rows.map(({ arm }) => (arm.min_detectable === null ? null : 200 * arm.min_detectable));
  return {
    type: "bar",
    orientation: "h",
    name: "too small to be seen with these seeds",
    y: rows.map(nameOf),
    x: width,
    base: width.map((one) => (one === null ? null : -one / 2)),
    marker: { color: "rgba(128,128,128,0.18)" },
    hoverinfo: "skip",
  };
}

function tracesOf(gap: GapName, all: readonly Row[]): Trace[] {
  const rows = all.filter(({ result }) => gapName(result.gap) === gap);
  const color = GAP_COLOURS[gap];
  const interval: Trace = {
    y: rows.flatMap((row) => [nameOf(row), nameOf(row), null]),
    x: rows.flatMap(({ arm: { ci95 } }) => [ci95 && 100 * ci95[0], ci95 && 100 * ci95[1], null]),
    mode: "lines",
    line: { color, width: 3 },
    hoverinfo: "skip",
    showlegend: false,
  };
  const dots: Trace = {
    name: gap === "neither" ? "neither gap" : `can explain ${gap === "both" ? "either gap" : gap}`,
    y: rows.map(nameOf),
    x: rows.map(({ arm }) => 100 * arm.difference),
    mode: "markers",
    // Hollow: one seed, of whose spread nothing is known.
    marker: { color, size: 10, symbol: rows.map(({ arm }) => (arm.ci95 ? "circle" : "circle-open")) },
  };
  return [interval, dots];
}
