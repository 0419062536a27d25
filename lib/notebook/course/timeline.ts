/** The dated history of the code and of the reports, as notebook 01 shows it; the two gaps are kept apart. */
import { dataPath } from "../../data/project";
import { UserError } from "../../errors";
import { isObject } from "../../files/json-object";
import { readYaml } from "../../files/yaml";
import { readSuspect } from "../../study/suspects/suspect";
import { NEUTRAL } from "../colours";
import type { Display } from "../display";
import { figure } from "../figure";
import type { Trace } from "../figures/plotly";
import { GAP_COLOURS, type GapName, gapName } from "../study/worth";

/** A change of the code, or a report of somebody's. */
export interface TimelineEvent {
  /** As 2024-03-21. */
  date: string;
  what: string;
  /** Commits, or where it is stated. */
  source: string;
  /** Set where it is a report: of the paper, of an issue, of a repository. */
  report?: string;
  /** Ids of the suspects that it concerns. */
  suspects: string[];
}

/** The events in the order of their dates. @throws UserError where data/timeline.yaml is not what it should be */
export function timelineEvents(path = dataPath("timeline.yaml")): TimelineEvent[] {
  const list = readYaml(path, "the timeline");
  if (!Array.isArray(list)) throw new UserError(`${path} is no list of events.`);
  return list
    .map((entry): TimelineEvent => {
      if (!isObject(entry) || !Array.isArray(entry.suspects))
        throw new UserError(`${path}: an event has no list of suspects.`);
      const date = entry.date instanceof Date ? entry.date.toISOString().slice(0, 10) : String(entry.date);
      const { what, source, report } = entry;
      const event = { date, what: String(what), source: String(source), suspects: entry.suspects.map(String) };
      return report === undefined ? event : { ...event, report: String(report) };
    })
    .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
}

/** A suspect at the day of the change that made it one. */
export interface DatedSuspect {
  suspect: string;
  date: string;
  /** Which gap it can explain, as its file in data/suspects says. */
  gap: GapName;
}

/** Every suspect of the events, at its first date. */
export function datedSuspects(events: readonly TimelineEvent[] = timelineEvents()): DatedSuspect[] {
  const first = new Map<string, string>();
  for (const { date, suspects } of events) for (const id of suspects) if (!first.has(id)) first.set(id, date);
  return [...first].map(([suspect, date]) => ({ suspect, date, gap: gapName(readSuspect(suspect).gap) }));
}

/** One line each, and never one for both gaps together. */
const LANES: readonly GapName[] = ["neither", "issue 209", "both", "issue 36"];

/**
 * Shows the dated suspects (interactive, PNG, plain text), a lane for each gap that they can explain; upright lines are reports. What
 * happened after a report cannot explain it.
 */
export function timelineFigure(events: readonly TimelineEvent[] = timelineEvents()): Display {
  const dated = datedSuspects(events);
  const reports = events.filter(({ report }) => report !== undefined);
  return figure(
    LANES.map((gap) => laneOf(gap, dated)),
    {
      title: "When a change made a suspect, and which gap it can explain",
      height: 460,
      xaxis: { type: "date", range: ["2023-10-15", "2025-10-01"] },
      yaxis: {
        tickvals: LANES.map((_, at) => at),
        ticktext: LANES.map((gap) => (gap === "neither" || gap === "both" ? `${gap}` : `${gap} alone`)),
        range: [-0.7, LANES.length - 0.3],
        automargin: true,
      },
      shapes: reports.map(({ date }) => ({
        type: "line",
        xref: "x",
        yref: "paper",
        x0: date,
        x1: date,
        y0: 0,
        y1: 1,
        line: { color: NEUTRAL, width: 1.5, dash: "dot" },
      })),
      annotations: reports.map(({ date, report }) => ({
        x: date,
        y: 1.02,
        xref: "x",
        yref: "paper",
        text: report === "paper" ? "paper" : `#${report}`,
        showarrow: false,
        yanchor: "bottom",
      })),
      showlegend: false,
    },
  );
}

/** Suspects of one day stand above each other, so that no name hides another. */
function laneOf(gap: GapName, dated: readonly DatedSuspect[]): Trace {
  const own = dated.filter((one) => one.gap === gap).sort((a, b) => (a.date < b.date ? -1 : 1));
  const lane = LANES.indexOf(gap);
  const steps = own.map((_, at) => ((at % STAIRS) - (STAIRS - 1) / 2) * (0.8 / STAIRS));
  return {
    name: gap,
    mode: "markers+text",
    x: own.map(({ date }) => date),
    y: steps.map((step) => lane + step),
    text: own.map(({ suspect }) => suspect),
    textposition: "middle right",
    textfont: { size: 10 },
    marker: { color: GAP_COLOURS[gap], size: 9 },
  };
}

const STAIRS = 7;
