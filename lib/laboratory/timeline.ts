/** The dated history of the code and of the reports, as notebook 01 shows it; the two gaps are kept apart. */
import { dataPath } from "../data/project";
import { UserError } from "../errors";
import { isObject } from "../files/json-object";
import { readYaml } from "../files/yaml";
import { type Gap, readSuspect } from "../study/suspects/suspect";

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

/** What lies between the paper and a report may explain it, by its date; nothing else can. */
export const GAP_ENDS: Readonly<Record<Gap, string>> = { "36": "2024-03-21", "209": "2024-11-16" };

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
  can: "36 alone" | "209 alone" | "both" | "neither";
}

/** Every suspect of the events, at its first date. */
export function datedSuspects(events: readonly TimelineEvent[] = timelineEvents()): DatedSuspect[] {
  const first = new Map<string, string>();
  for (const { date, suspects } of events) for (const id of suspects) if (!first.has(id)) first.set(id, date);
  return [...first].map(([suspect, date]) => ({ suspect, date, can: classOf(readSuspect(suspect).gap) }));
}

/** The class by which a suspect is coloured. */
export function classOf(gap: readonly Gap[]): DatedSuspect["can"] {
  if (gap.length === 2) return "both";
  return gap.length === 0 ? "neither" : gap[0] === "36" ? "36 alone" : "209 alone";
}
