/** The seed atlas as a figure and a table: the runs of a recipe side by side, test by test. */
import { usageError } from "../../errors";
import { type AtlasRow, MEAN, seedAtlas } from "../../study/results/atlas";
import type { SuspectResult } from "../../study/results/result";
import { CLASS_COLOURS } from "../colours";
import type { Display } from "../display";
import { figure } from "../figure";
import type { FigureObject, Trace } from "../figures/plotly";
import { table } from "../table";

/**
 * Shows every run as a dot (interactive, PNG, plain text): by test, coloured by arm, the mean as a line. Dots of one colour differ in
 * nothing but the seed.
 * @throws UserError where there is no run
 */
export function seedsFigure(result: SuspectResult, title = "The same recipe, other seeds"): Display {
  return figure(seedsPlot(result, title));
}

/** The same as plotly's JSON. */
export function seedsPlot(result: SuspectResult, title = "The same recipe, other seeds"): FigureObject {
  const rows = seedAtlas(result);
  if (rows.length === 0) throw usageError(`${result.suspect} has no run; run \`study\` first.`);
  const arms = [...new Set(rows.map(({ value }) => value))];
  return {
    data: arms.map((arm, i) => dotsOf(arm, rows, { shift: i, arms: arms.length })),
    layout: {
      title,
      height: 420,
      xaxis: { tickvals: testsOf(rows).map((_, i) => i), ticktext: testsOf(rows).map(shortName), tickangle: -30 },
      yaxis: { title: "F1 in percent", rangemode: "tozero" },
      showlegend: true,
    },
  };
}

/** Mean, standard deviation and range of each arm on each test, in percent. */
export function seedsTable(result: SuspectResult, title?: string): Display {
  const rows = seedAtlas(result).map(({ value, test, n, mean, sd, min, max }) => ({
    arm: value,
    test: shortName(test),
    seeds: n,
    mean: percent(mean),
    "standard deviation": percent(sd),
    lowest: percent(min),
    highest: percent(max),
  }));
  return table(rows, title === undefined ? {} : { title });
}

const testsOf = (rows: readonly AtlasRow[]) => [...new Set(rows.map(({ test }) => test))];
const shortName = (test: string) => (test === MEAN ? "mean of all" : test.replace(/^crossner_/, "").replace("_", " "));
const percent = (share: number) => (Number.isNaN(share) ? "unknown" : (100 * share).toFixed(1));

/** Arms stand beside each other within a test. */
const GROUP = 0.6;

function dotsOf(arm: string, rows: readonly AtlasRow[], { shift, arms }: { shift: number; arms: number }): Trace {
  const tests = testsOf(rows);
  const at = (test: string) => tests.indexOf(test) + GROUP * ((shift + 0.5) / arms - 0.5);
  const own = rows.filter(({ value }) => value === arm);
  return {
    name: arm,
    mode: "markers",
    x: own.flatMap(({ test, f1 }) => f1.map(() => at(test))),
    y: own.flatMap(({ f1 }) => f1.map((value) => 100 * value)),
    marker: { color: CLASS_COLOURS[shift % CLASS_COLOURS.length].line, size: 8, opacity: 0.75 },
  };
}
