/** The dated history of the code and of the reports, as notebook 01 shows it; the two gaps are kept apart. */
import { dataPath } from "../../data/project";
import { UserError } from "../../errors";
import { isObject } from "../../files/json-object";
import { readYaml } from "../../files/yaml";
import { type GapName, gapName } from "../../study/gaps";
import { readSuspect } from "../../study/suspects/suspect";
import { NEUTRAL } from "../colours";
import type { Display } from "../display";
import { figure } from "../figure";
import type { Trace } from "../figures/plotly";
import { GAP_COLOURS } from "../study/worth";

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

/** A band each, from the bottom up; never one for both gaps together. */
const BANDS: readonly GapName[] = ["neither", "issue 209", "both", "issue 36"];

/** Pixels of a suspect's line, and of what stands around the lines. */
const LINE = 18;
const AROUND = 150;

/**
 * Shows the dated suspects (interactive, PNG, plain text), a line each, in bands by the gap that they can explain; upright lines are
 * reports. What happened after a report cannot explain it.
 */
export function timelineFigure(events: readonly TimelineEvent[] = timelineEvents()): Display {
  const dated = datedSuspects(events);
  const reports = events.filter(({ report }) => report !== undefined && report !== "2026");
  const ordered = BANDS.flatMap((band) => ofBand(band, dated));
  const middle = (band: GapName) => {
    const places = ordered.flatMap(({ gap }, at) => (gap === band ? [at] : []));
    return (places[0] + places[places.length - 1]) / 2;
  };
  const shown = BANDS.filter((band) => ordered.some(({ gap }) => gap === band));
  return figure(
    shown.map((band) => traceOf(band, ordered)),
    {
      title: "When a change made a suspect, and which gap it can explain",
      height: AROUND + LINE * ordered.length,
      xaxis: { type: "date", range: ["2023-10-15", "2026-01-01"] },
      yaxis: {
        tickvals: shown.map(middle),
        ticktext: shown.map((band) => (band.startsWith("issue") ? `${band} alone` : band)),
        range: [-1, ordered.length],
        automargin: true,
        showgrid: false,
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
        y: 1.01,
        xref: "x",
        yref: "paper",
        text: report === "paper" ? "paper" : `#${report}`,
        showarrow: false,
        yanchor: "bottom",
        // Two reports lie three weeks apart.
        xanchor: report === "36" ? "right" : report === "54" ? "left" : "center",
      })),
      showlegend: false,
    },
  );
}

/** The latest at the bottom. */
const ofBand = (band: GapName, dated: readonly DatedSuspect[]) =>
  dated.filter(({ gap }) => gap === band).sort((a, b) => (a.date < b.date ? 1 : -1));

function traceOf(band: GapName, ordered: readonly DatedSuspect[]): Trace {
  const own = ordered.map((one, at) => ({ ...one, at })).filter(({ gap }) => gap === band);
  return {
    name: band,
    mode: "markers+text",
    x: own.map(({ date }) => date),
    y: own.map(({ at }) => at),
    text: own.map(({ suspect }) => ` ${suspect}`),
    textposition: "middle right",
    textfont: { size: 11 },
    marker: { color: GAP_COLOURS[band], size: 9 },
  };
}
