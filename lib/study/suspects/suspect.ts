/**
 * The suspects: what may be behind a gap between a published score and a re-run's, one file each in data/suspects. Two gaps are
 * in question, issue 36 (March 2024) and issue 209 (November 2024); a suspect says of each whether it can explain it, by date.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError, usageError } from "../../errors";
import { PROJECT_ROOT } from "../../files/places";
import { type Fields, readFields } from "../fields";
import { GAPS, type Gap, unknownGap } from "../gaps";
import { type Arm, readArm } from "../plan/arm";

/** `code` read in a repository; `thread` stated in an issue or a card; `paper` printed; `measured` here or by others; `inference` ours. */
export const RELIABILITIES = ["code", "thread", "paper", "measured", "inference"] as const;

export interface Evidence {
  claim: string;
  source: string;
  reliability: (typeof RELIABILITIES)[number];
}

/** What it takes to measure: a count, stored predictions, minutes (asking a model again), or hours (training). */
export const NEEDS = ["nothing", "re-score", "minutes", "hours"] as const;

/** A suspect as its file in data/suspects has it. */
export interface Suspect {
  id: string;
  question: string;
  /** The gaps that it can explain; none, one or both, never "the" gap. */
  gap: Gap[];
  /** Of each gap: why it can or cannot. */
  why: Record<Gap, string>;
  evidence: Evidence[];
  /** The recipe that control and arms start from. */
  recipe: string;
  control: Arm;
  arms: Arm[];
  needs: (typeof NEEDS)[number];
  /** What somebody has published of it, or null. */
  published: string | null;
  /** What the literature, or its author, lets one expect. */
  expected: string;
}

export const SUSPECTS_FOLDER = join(PROJECT_ROOT, "data", "suspects");
/** The control of every suspect that names no recipe. */
export const LABORATORY = "data/recipes/laboratory.yaml";

/** The ids of all suspects, sorted. */
export function suspectIds(folder = SUSPECTS_FOLDER): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => name.slice(0, -".yaml".length))
    .sort();
}

/** @throws UserError (usage) where there is no such suspect, naming those that look like it */
export function readSuspect(id: string, folder = SUSPECTS_FOLDER): Suspect {
  const path = join(folder, `${id}.yaml`);
  if (!/^[a-z0-9-]+$/.test(id) || !existsSync(path))
    throw usageError(
      `there is no suspect "${id}"; wanted a file of a plan, or one of ${suspectIds(folder).join(", ")}.`,
    );
  return parseSuspect(readFields(path, "a suspect"), id);
}

/** @throws UserError on an unknown key, a missing one, or a value of the wrong kind */
export function parseSuspect(fields: Fields, id: string): Suspect {
  const gap = fields.texts("gap");
  const unknown = unknownGap(gap);
  if (unknown) throw new UserError(`${fields.where}: the gap "${unknown}" is none of ${GAPS.join(", ")}.`);
  const suspect: Suspect = {
    id: fields.text("id"),
    question: fields.text("question"),
    gap: gap as Gap[],
    why: readWhy(fields.mapping("why")),
    evidence: fields.list("evidence").map(readEvidence),
    recipe: fields.optionalText("recipe") ?? LABORATORY,
    control: readArm(fields.mapping("control")),
    arms: fields.list("arms").map(readArm),
    needs: fields.choice("needs", NEEDS),
    published: fields.optionalText("published"),
    expected: fields.text("expected"),
  };
  fields.done();
  for (const { value, gap: own } of suspect.arms) {
    const other = own?.find((one) => !gap.includes(one));
    if (other)
      throw new UserError(
        `${fields.where}: the arm "${value}" has the gap "${other}", which the suspect cannot explain.`,
      );
  }
  if (suspect.id !== id) throw new UserError(`${fields.where}: "id" is ${suspect.id}, wanted ${id}, the file's name.`);
  return suspect;
}

function readWhy(fields: Fields): Record<Gap, string> {
  const why = { "36": fields.text("36"), "209": fields.text("209") };
  fields.done();
  return why;
}

function readEvidence(fields: Fields): Evidence {
  const evidence = {
    claim: fields.text("claim"),
    source: fields.text("source"),
    reliability: fields.choice("reliability", RELIABILITIES),
  };
  fields.done();
  return evidence;
}
