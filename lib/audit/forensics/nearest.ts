/** Which published numbers a table of scores is nearest to, and how sure that is. */
import { type PublishedScore, publishedScores } from "../../evaluate/stored/published-scores";
import type { TestFacts } from "../evidence";

/** A published set of scores, and how far the given ones are from it. */
export interface Match extends Pick<PublishedScore, "model" | "source" | "reliability" | "setting" | "step"> {
  /** Root of the mean squared difference over the sets that both have, in points. */
  distance: number;
  sets: number;
  /** Difference of each set in points, this table less the published one. */
  differences: Record<string, number>;
  certainty: Certainty;
}

/** Seven numbers cannot say more: two runs of one recipe differ by a point or two on each set. */
export type Certainty = "the same numbers" | "near" | "near, and so are others" | "none is near";

/** Published numbers are rounded to a tenth. */
const SAME = 0.0501;
/** What two seeds of one recipe are apart on a set is not published; two points are taken. */
const NEAR = 2;
/** Fewer common sets are no constellation. */
const LEAST = 3;

/** The nearest first. @returns [] where too few of the sets have a score */
export function nearestPublished({ sets }: TestFacts, published = publishedScores()): Match[] {
  const matches = published.flatMap((row) => {
    const common = Object.entries(row.scores).flatMap(([name, theirs]): [string, number][] => {
      const ours = sets.get(name)?.f1 ?? null;
      return ours === null ? [] : [[name, 100 * ours - theirs]];
    });
    if (common.length < LEAST) return [];
    const distance = Math.sqrt(common.reduce((sum, [, d]) => sum + d * d, 0) / common.length);
    const { model, source, reliability, setting, step } = row;
    const differences = Object.fromEntries(common.map(([name, d]) => [name, Math.round(10 * d) / 10]));
    return [{ model, source, reliability, setting, step, distance, sets: common.length, differences }];
  });
  // A row of three sets is easily near: more sets count for more.
  matches.sort((a, b) => a.distance - b.distance || b.sets - a.sets);
  return matches.map((match) => ({ ...match, certainty: certaintyOf(match, matches) }));
}

type Bare = Omit<Match, "certainty">;

function certaintyOf(match: Bare, all: readonly Bare[]): Certainty {
  if (Object.values(match.differences).every((d) => Math.abs(d) <= SAME)) return "the same numbers";
  if (match.distance > NEAR) return "none is near";
  return all.filter(({ distance }) => distance <= NEAR).length > 1 ? "near, and so are others" : "near";
}
