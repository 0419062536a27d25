/**
 * A plan of the third kind: not a control and arms but many factors at once, each between two levels. Every run has half of the
 * factors turned, so that every run speaks for every factor.
 */
import { UserError, usageError } from "../../errors";
import { keysAtAnySize } from "../../gliner/recipe/era-recipes";
import type { Fields } from "../fields";
import { GAPS, unknownGap } from "../gaps";
import { type Arm, plainArm } from "./arm";
import { mirrored, plackettBurman } from "./design";

/** Something that was changed, and may be a suspect. */
export interface Factor {
  name: string;
  /** The suspect whose question it is part of; null = none. */
  suspect: string | null;
  /** The gaps that this change lies in, by its date; [] = neither. */
  gap: string[];
  from: Record<string, unknown>;
  to: Record<string, unknown>;
}

/** Factors whose effects are also added up. */
export interface Together {
  name: string;
  /** Indices of factors. */
  factors: number[];
}

/** What a plan has in place of a control and arms. */
export interface Screening {
  factors: Factor[];
  together: Together[];
  /** Of each arm of the plan, the control first. */
  rows: ScreeningRow[];
}

/** The levels of one arm, and in which seeds it is run: the design in the first, third, ..., its mirror in the others. */
export interface ScreeningRow {
  levels: boolean[];
  mirrored: boolean;
}

/** The arms of a screening: the row without any change is the control. @throws UserError where a factor is unsound */
export function readScreening(fields: Fields): { control: Arm; arms: Arm[]; screening: Screening } {
  const base = readBase(fields.mapping("base"));
  const factors = fields.list("factors").map(readFactor);
  const names = factors.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw usageError(`${fields.where}: two factors are called "${twice}"; rename one.`);
  const together = fields.has("together") ? fields.list("together").map((one) => readTogether(one, names)) : [];
  const design = plackettBurman(factors.length);
  const rows = [
    ...[...design].reverse().map((levels) => ({ levels, mirrored: false })),
    ...mirrored(design).map((levels) => ({ levels, mirrored: true })),
  ];
  const [control, ...arms] = rows.map(({ levels, mirrored: turned }, i) => {
    const set = Object.assign({}, base, ...factors.map(({ from, to }, f) => (levels[f] ? to : from)));
    return plainArm(`${turned ? "mirror" : "design"} ${signs(levels)} (${i + 1})`, set);
  });
  return { control, arms, screening: { factors, together, rows } };
}

/** Levels as text: + for the second. */
export const signs = (levels: readonly boolean[]) => levels.map((level) => (level ? "+" : "-")).join("");

/** Keys of every run: those of a recipe of its day, and others. */
function readBase(fields: Fields): Record<string, unknown> {
  const recipe = fields.optionalText("recipe");
  const set = { ...(recipe === null ? {} : keysAtAnySize(recipe)), ...fields.mapping("set").all() };
  fields.done();
  return set;
}

function readFactor(fields: Fields): Factor {
  const factor: Factor = {
    name: fields.text("factor"),
    suspect: fields.optionalText("suspect"),
    gap: fields.texts("gap", []),
    from: fields.mapping("from").all(),
    to: fields.mapping("to").all(),
  };
  fields.done();
  const wrong = unknownGap(factor.gap);
  if (wrong !== undefined) throw new UserError(`${fields.where}: gap ${wrong} is none of ${GAPS.join(", ")}.`);
  const [from, to] = [factor.from, factor.to].map((level) => Object.keys(level).sort().join(", "));
  if (from !== to || from === "")
    throw new UserError(
      `${fields.where}: "from" sets ${from || "nothing"} and "to" sets ${to || "nothing"}, wanted the same keys in both.`,
    );
  return factor;
}

function readTogether(fields: Fields, names: readonly string[]): Together {
  const name = fields.text("name");
  const factors = fields.texts("factors").map((one) => {
    const at = names.indexOf(one);
    if (at < 0) throw new UserError(`${fields.where}: no factor is called "${one}"; wanted ${names.join(", ")}.`);
    return at;
  });
  fields.done();
  return { name, factors };
}

/** The seeds of an arm: in a screening every second one, in any other plan all. */
export function seedsOfArm(screening: Screening | null, seeds: readonly number[], arm: number): readonly number[] {
  const row = screening?.rows[arm];
  return row ? seeds.filter((_, block) => (block % 2 === 1) === row.mirrored) : seeds;
}
