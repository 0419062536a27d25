/** Why did my run differ? Signs, what they are worth, what stays unexplained and what to run next. */
import { versionOf } from "../era";
import { usageError } from "../errors";
import { publishedScores } from "../evaluate/stored/published-scores";
import { readEraRecipe } from "../gliner/recipe/era-recipes";
import { DEFAULT_OFFICIAL } from "../provenance/official";
import { readSuspect } from "../study/suspects/suspect";
import type { Configuration } from "./configuration/configuration";
import { openConfiguration } from "./configuration/open";
import type { Evidence, Reference } from "./evidence";
import type { Finding, Sighting } from "./finding";
import { sightings } from "./findings";
import { type Definition, definitions, distinct } from "./forensics/definitions";
import { type Match, nearestPublished } from "./forensics/nearest";
import { reportedSets } from "./forensics/reported";
import { gather } from "./inputs/read";
import { unknowns } from "./unknown";

/** What an audit found: findings by their worth, what they explain, and what to run next. */
export interface Audit {
  inputs: { path: string; kind: string }[];
  /** What everything was held against, or null: only signs were looked for then. */
  against: string | null;
  findings: Finding[];
  /** This input's average less the reference's, F1 in 0..1; null where one of them is not known. */
  gap: number | null;
  /** The sum of the findings' known effects, of those that are certain. They were measured one by one, and on other models: no proof. */
  explained: number | null;
  unexplained: number | null;
  /** What cannot be told from these inputs. */
  unknown: string[];
  /** The nearest published constellations of scores. */
  nearest: Match[];
  /** With predictions, their reported numbers and gold: the ways of scoring that come nearest, best first. */
  definitions: Definition[];
  next: { command: string; minutes: number | null; why: string }[];
}

/** What a run is held against, and the version of GLiNER that made it. */
export interface AuditOptions {
  /** The version of GLiNER that trained or scored. */
  era?: string | null;
  /** A recipe's name, a yaml or a run. */
  against?: string | null;
}

/** @throws UserError in one sentence where an input cannot be read */
export async function audit(
  paths: readonly string[],
  { era = null, against = null }: AuditOptions = {},
): Promise<Audit> {
  if (paths.length === 0)
    throw usageError(
      "there is no input; wanted a run folder, a yaml, a gliner_config.json, a trainer_state.json, predictions or a table of scores.",
    );
  if (era !== null) versionOf(era);
  const gathered = await gather(paths, era);
  const reference = against === null ? claimed(gathered) : referenceOf(openConfiguration(against, era));
  const evidence: Evidence = { ...gathered, against: reference, definitions: null };
  const reported = await reportedSets(evidence);
  return conclude({ ...evidence, definitions: reported.length ? definitions(reported) : null });
}

/** What is concluded from evidence that was gathered. */
export function conclude(evidence: Evidence): Audit {
  const { inputs, against, tests } = evidence;
  const seen = sightings(evidence);
  const gap = typeof tests?.average === "number" && against?.average ? tests.average - against.average : null;
  const known = seen.flatMap(({ effect, certain, aside }) => (effect && certain && !aside ? [effect.f1] : []));
  const explained = gap === null || known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
  return {
    inputs,
    against: against?.configuration.name ?? null,
    findings: seen.map(({ id, what, evidence: shown, effect, certain }) => ({
      id,
      what,
      evidence: shown,
      effect,
      certain,
    })),
    gap,
    explained,
    unexplained: gap === null ? null : gap - (explained ?? 0),
    unknown: unknowns(evidence),
    nearest: tests ? nearestPublished(tests).slice(0, 3) : [],
    definitions: distinct(evidence.definitions ?? []).slice(0, 10),
    next: nextSteps(seen),
  };
}

/** A file of Python's on the paper's encoder, or one that comes with scores, is held against the paper's without being told. */
function claimed({ configuration, tests }: Pick<Evidence, "configuration" | "tests">): Reference | null {
  if (!configuration || configuration.kind === "run" || configuration.kind === "recipe") return null;
  const large = configuration.effective.get("model_name") === "microsoft/deberta-v3-large";
  return large || tests?.average ? referenceOf(openConfiguration(DEFAULT_OFFICIAL)) : null;
}

/** The paper's scores belong to config_large, and to no other file. */
function referenceOf(configuration: Configuration): Reference {
  const { kind, name } = configuration;
  const file = kind === "recipe of its day" ? readEraRecipe(name).official : kind === "official recipe" ? name : null;
  const isPaper = file?.startsWith("config_large") ?? false;
  const row = isPaper ? publishedScores().find(({ model }) => model === "GLiNER-L") : undefined;
  return { configuration, average: typeof row?.average === "number" ? row.average / 100 : null };
}

/** A study for each finding whose worth nobody has measured and that can be measured here. */
function nextSteps(seen: readonly Sighting[]): Audit["next"] {
  const ids = new Set(seen.flatMap(({ effect, suspect }) => (effect === null && suspect ? [suspect] : [])));
  return [...ids]
    .map((id) => readSuspect(id))
    .flatMap(({ id, question, needs, arms }) => {
      if (arms.every(({ notRunnable }) => notRunnable !== null)) return [];
      const why = `${question} (${needs === "hours" ? "hours of training" : needs}; --estimate says how many)`;
      return [{ command: `npm run -s study -- ${id} --out runs/${id}`, minutes: null, why }];
    });
}
