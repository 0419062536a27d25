/** Why did my run differ? Signs, what they are worth, what stays unexplained and what to run next. */
import { versionOf } from "../era";
import { usageError } from "../errors";
import { publishedScores } from "../evaluate/stored/published-scores";
import { readEraRecipe } from "../gliner/recipe/era-recipes";
import { DEFAULT_OFFICIAL } from "../provenance/official";
import type { Configuration } from "./configuration/configuration";
import { openConfiguration } from "./configuration/open";
import { difficultyOf } from "./difficulty";
import { reversed } from "./effects/effect";
import type { Difficulty, Evidence, Reference } from "./evidence";
import type { Finding } from "./finding";
import { sightings } from "./findings";
import { type Definition, definitions, distinct } from "./forensics/definitions";
import { type Match, nearestPublished } from "./forensics/nearest";
import { reportedSets } from "./forensics/reported";
import { gather } from "./inputs/read";
import { nextSteps, pathStep, withMinutes } from "./next";
import { pathOnFile } from "./path/one-by-one";
import type { AblationPath } from "./path/path";
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
  /** From this configuration to the reference's, key by key; null where one of them is not known. */
  path: AblationPath | null;
  /** How much each scored set's types resemble the trained ones; null where types or scores are not known. */
  difficulty: Difficulty[] | null;
  /** What cannot be told from these inputs. */
  unknown: string[];
  /** The nearest published constellations of scores. */
  nearest: Match[];
  /** With predictions, their reported numbers and gold: the ways of scoring that come nearest, best first. */
  definitions: Definition[];
  /** Minutes on this machine, null = not estimated. */
  next: { command: string; minutes: number | null; why: string }[];
}

/** What a run is held against, and the version of GLiNER that made it. */
export interface AuditOptions {
  /** The version of GLiNER that trained or scored. */
  era?: string | null;
  /** A recipe's name, a yaml or a run. */
  against?: string | null;
  /** How long what is to be run next takes on this machine, whose speed is measured for it (default false). */
  minutes?: boolean;
}

/**
 * Why did a run differ? Reads what there is of it and says what is seen, what that is worth, and what cannot be told.
 * @throws UserError in one sentence where an input cannot be read */
export async function audit(
  paths: readonly string[],
  { era = null, against = null, minutes = false }: AuditOptions = {},
): Promise<Audit> {
  if (paths.length === 0)
    throw usageError(
      "there is no input; wanted a run folder, a yaml, a gliner_config.json, a trainer_state.json, predictions or a table of scores.",
    );
  if (era !== null) versionOf(era);
  const gathered = await gather(paths, era);
  const reference = against === null ? claimed(gathered) : referenceOf(openConfiguration(against, era));
  const { trained, tests } = gathered;
  const difficulty = trained && tests ? await difficultyOf(trained, tests) : null;
  const evidence: Evidence = { ...gathered, difficulty, against: reference, definitions: null };
  const reported = await reportedSets(evidence);
  const result = conclude({ ...evidence, definitions: reported.length ? definitions(reported) : null });
  return minutes ? { ...result, next: await withMinutes(result.next) } : result;
}

/** What is concluded from evidence that was gathered. */
export function conclude(evidence: Evidence): Audit {
  const { inputs, against, tests, configuration } = evidence;
  const seen = sightings(evidence);
  const gap = typeof tests?.average === "number" && against?.average ? tests.average - against.average : null;
  const known = seen.flatMap(({ effect, certain, aside }) => (effect && certain && !aside ? [effect.f1] : []));
  // One number of each side: nothing is known of its error.
  const facts = { start: tests?.average ?? null, gap: gap === null ? null : { f1: -gap, ci95: null } };
  const path = configuration && against ? pathOnFile(configuration, against.configuration, facts) : null;
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
    path,
    difficulty: evidence.difficulty,
    unknown: unknowns(evidence),
    nearest: tests ? nearestPublished(tests).slice(0, 3) : [],
    definitions: distinct(evidence.definitions ?? []).slice(0, 10),
    next: [...nextSteps(seen), ...pathStep(path, evidence.era)],
  };
}

/** The audit with a path that was measured: a difference whose worth nobody had measured has it now, on that small task. */
export function withPath(audit: Audit, path: AblationPath): Audit {
  const measured = new Map(path.steps.flatMap(({ key, effect }) => (effect ? [[key, effect] as const] : [])));
  const findings = audit.findings.map((finding) => {
    const effect = measured.get(finding.id.replace(/^differs:/, ""));
    // Of a finding: this input less the reference; of a step: the reference's value less this one's.
    return finding.effect === null && effect ? { ...finding, effect: reversed(effect) } : finding;
  });
  const size = ({ effect }: Finding) => (effect ? Math.abs(effect.f1) : -1);
  const ranked = [...findings].sort((a, b) => size(b) - size(a));
  return {
    ...audit,
    findings: ranked,
    path,
    next: audit.next.filter(({ command }) => !command.includes(" --measure ")),
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
