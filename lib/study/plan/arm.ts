/**
 * An arm: one setting that is compared with the control's. It changes what is trained (`set`, `environment`, `engine`), which
 * checkpoint is looked at, how the tests are asked (`ask`) or how the answers are scored (`score`).
 */
import { UserError } from "../../errors";
import { FLOOR } from "../../evaluate/predictions/predictions";
import { presetOf } from "../../evaluate/scoring/presets";
import type { ScoringRules } from "../../evaluate/scoring/scoring";
import { keysAtAnySize } from "../../gliner/recipe/era-recipes";
import { Fields } from "../fields";
import { GAPS, unknownGap } from "../gaps";
import { type Ask, readAsk } from "./ask";

/** One level of a study: what it changes against the control. */
export interface Arm {
  /** What a reader calls it: "marker", "ratio 0". */
  value: string;
  /** Keys of a recipe in place of the base recipe's; those of a recipe of its day (`recipe: v0`) among them, but for its size. */
  set: Record<string, unknown>;
  /** Variables of the process that trains, on which rounding depends. */
  environment: Record<string, string>;
  /** "typescript", or "python:0.1.2": a genuine release, by its own code. */
  engine: string;
  checkpoint: Checkpoint;
  /** Which types are asked in which order and how, where not the sorted gold types without those of `drop`. */
  ask: Ask;
  /** A preset's rules, or switches on the plain ones. */
  score: string | ScoreSwitches;
  /** Why it cannot be run, where it cannot. */
  notRunnable: string | null;
  /**
   * The gaps that this very value can explain; null = those of its suspect. An extreme that nobody used (no LSTM at all, texts cut at 24 words) says
   * what a thing is worth, and explains none.
   */
  gap: string[] | null;
}

export type Checkpoint = "last" | "best";

/** Those rules of scoring that need no other question. */
export interface ScoreSwitches extends Partial<Omit<ScoringRules, "drop" | "goldNames" | "only">> {
  /** Counts those types alone of which training had so many mentions or more. */
  trainedFrom?: number;
  /** Counts those types alone of which it had fewer. */
  trainedBelow?: number;
}

/** The engine that trains here; the other is "python:VERSION", a release of Python's GLiNER. */
export const ENGINE = "typescript";

/** Variables that a setting may change. */
export const VARIABLES = [
  "TF_NUM_INTRAOP_THREADS",
  "TF_NUM_INTEROP_THREADS",
  "OMP_NUM_THREADS",
  "TF_ENABLE_ONEDNN_OPTS",
  "KERNELS",
] as const;

/** Those that came after the first runs were kept: not part of what a run is where they are not set, so that old ids stay. */
export const LATER_VARIABLES: ReadonlySet<string> = new Set(["KERNELS"]);

interface Switch {
  name: keyof ScoreSwitches;
  wanted: string;
  fits(value: unknown): boolean;
}

const onOff = (name: keyof ScoreSwitches): Switch => ({
  name,
  wanted: "true or false",
  fits: (value) => typeof value === "boolean",
});

const count = (name: keyof ScoreSwitches): Switch => ({
  name,
  wanted: "a whole number from 1 on",
  fits: (value) => Number.isSafeInteger(value) && Number(value) >= 1,
});

const SWITCHES: Readonly<Record<string, Switch>> = {
  threshold: {
    name: "threshold",
    wanted: `a number from ${FLOOR}, below which no answer is kept, and below 1`,
    fits: (value) => typeof value === "number" && value >= FLOOR && value < 1,
  },
  max_width: count("maxWidth"),
  trained_from: count("trainedFrom"),
  trained_below: count("trainedBelow"),
  flat_ner: onOff("flatNer"),
  multi_label: onOff("multiLabel"),
  lower_case: onOff("lowerCase"),
  oracle_types: onOff("oracleTypes"),
  no_sentence_index: onOff("noSentenceIndex"),
  worst_first: onOff("worstFirst"),
};

/** @throws UserError on a key that is unknown or a value of the wrong kind; `set` is checked where its recipe is read */
export function readArm(fields: Fields): Arm {
  const recipe = fields.optionalText("recipe");
  const arm: Arm = {
    value: fields.text("value"),
    set: { ...(recipe === null ? {} : keysAtAnySize(recipe)), ...fields.mapping("set").all() },
    environment: readEnvironment(fields.mapping("environment")),
    engine: fields.optionalText("engine") ?? ENGINE,
    checkpoint: fields.choice("checkpoint", ["last", "best"], "last"),
    ask: readAsk(fields),
    score: readScore(fields),
    notRunnable: fields.optionalText("not_runnable"),
    gap: fields.has("gap") ? fields.texts("gap") : null,
  };
  fields.done();
  if ("seed" in arm.set)
    throw new UserError(
      `${fields.where}: "seed" is no key of an arm: every arm has the seeds of its plan. For one stream alone there are init_seed, order_seed, types_seed and dropout_seed.`,
    );
  const unknown = unknownGap(arm.gap ?? []);
  if (unknown) throw new UserError(`${fields.where}: the gap "${unknown}" is none of ${GAPS.join(", ")}.`);
  return arm;
}

/** An arm that changes nothing. */
export function plainArm(value: string, set: Record<string, unknown> = {}): Arm {
  return readArm(new Fields({ value, set }, `the arm ${value}`));
}

function readEnvironment(fields: Fields): Record<string, string> {
  const set = VARIABLES.filter((name) => fields.has(name)).map((name) => [name, fields.text(name)] as const);
  fields.done();
  return Object.fromEntries(set);
}

function readScore(fields: Fields): Arm["score"] {
  const value = fields.any("score") ?? {};
  if (typeof value === "string") return presetOf(value).name;
  const switches = new Fields(value, `${fields.where}, score`);
  const rules = Object.entries(switches.all()).map(([key, setting]) => {
    const known = SWITCHES[key];
    if (known === undefined)
      throw new UserError(`${switches.where}: unknown key ${key}; known: ${Object.keys(SWITCHES).join(", ")}.`);
    if (!known.fits(setting))
      throw new UserError(`${switches.where}: "${key}" is ${JSON.stringify(setting)}, wanted ${known.wanted}.`);
    return [known.name, setting];
  });
  return Object.fromEntries(rules) as ScoreSwitches;
}
