/** Effects that this project measured: the laboratory's results, and the scoring decisions of one model. */

import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { STORED_PRESETS_PATH, type StoredPresets } from "../../evaluate/stored/presets";
import { readJson } from "../../files/json";
import { isObject } from "../../files/json-object";
import { PROJECT_ROOT } from "../../files/places";
import { readYaml } from "../../files/yaml";
import { sameWeight, weighsPositives } from "../../model/loss/positive-weight";
import type { Arm } from "../../study/plan/arm";
import type { ScreeningResult } from "../../study/results/factors";
import type { SuspectResult } from "../../study/results/result";
import { screeningResults, suspectResults } from "../../study/results/stored";
import { readSuspect, type Suspect, suspectIds } from "../../study/suspects/suspect";
import { weightOfPositives } from "../configuration/positives";
import { type Effect, reversed } from "./effect";
import { laboratoryKey } from "./laboratory";
import { publishedKey } from "./published";

let suspects: readonly Suspect[] | undefined;
let results: readonly SuspectResult[] | undefined;
let screenings: readonly ScreeningResult[] | undefined;

const allSuspects = () => (suspects ??= suspectIds().map((id) => readSuspect(id)));
const allResults = () => (results ??= suspectResults());
const allScreenings = () => (screenings ??= screeningResults());

/** An arm of a suspect against its control, where the laboratory has measured it. @param value of the arm; its first without one */
export function measuredArm(suspect: string, value?: string, stored = allResults()): Effect | null {
  const result = stored.find((one) => one.suspect === suspect);
  const arm = result?.arms.find((one) => value === undefined || one.value === value);
  if (!result || !arm || arm.difference === null) return null;
  const { encoder, steps } = result.setting;
  const source = `measured here: data/results/suspects/${suspect}.json, ${arm.value} against ${result.control.value}, ${encoder}, ${steps} steps, ${arm.runs.length} seeds`;
  return { f1: arm.difference, ci95: arm.ci95, source };
}

/** A change that somebody asks for: of one key, or of what several come to. */
interface Change {
  /** Whether these keys, and no others, make it. */
  madeBy(keys: readonly string[]): boolean;
  valueIn(set: Arm["set"], recipe: string): unknown;
  /** The input's value and the reference's. */
  ours: unknown;
  theirs: unknown;
  same(a: unknown, b: unknown): boolean;
}

const ofKey = (key: string, ours: unknown, theirs: unknown): Change => ({
  madeBy: ([only, ...others]) => only === key && others.length === 0,
  valueIn: (set, recipe) => set[key] ?? recipeValue(recipe, key),
  ours,
  theirs,
  same,
});

/** Of the weight of positives, whichever keys make it. */
const ofWeight = (ours: number, theirs: number): Change => ({
  madeBy: (keys) => keys.length > 0 && keys.every(weighsPositives),
  valueIn: (set, recipe) => weightOfPositives({ get: (key) => set[key] ?? recipeValue(recipe, key) }),
  ours,
  theirs,
  same: (a, b) => typeof a === "number" && typeof b === "number" && sameWeight(a, b),
});

/** Whether a turn from one value to another is the change, its reverse (`back`), or neither. */
function directionOf({ ours, theirs, same }: Change, to: unknown, from: unknown): "there" | "back" | null {
  if (same(to, ours) && same(from, theirs)) return "there";
  return same(to, theirs) && same(from, ours) ? "back" : null;
}

/** A suspect's arm that makes a change from the reference's value to the input's, or the change back. */
interface Turn {
  suspect: Suspect;
  value: string;
  back: boolean;
}

function turnsOf(change: Change): Turn[] {
  return allSuspects().flatMap((suspect) =>
    suspect.arms.flatMap((arm): Turn[] => {
      const values = valuesOf(change, suspect, arm);
      const direction = values && directionOf(change, values.arm, values.control);
      return direction ? [{ suspect, value: arm.value, back: direction === "back" }] : [];
    }),
  );
}

/** What an arm and its control have, where the change is all that they differ in; else null. */
function valuesOf(change: Change, { control, recipe }: Suspect, arm: Arm): { arm: unknown; control: unknown } | null {
  if (!isDeepStrictEqual(beyondKeys(arm), beyondKeys(control))) return null;
  const valueIn = (set: Arm["set"], key: string) => set[key] ?? recipeValue(recipe, key);
  const keys = Object.keys({ ...control.set, ...arm.set });
  const turned = keys.filter((key) => !isDeepStrictEqual(valueIn(arm.set, key), valueIn(control.set, key)));
  if (!change.madeBy(turned)) return null;
  return { arm: change.valueIn(arm.set, recipe), control: change.valueIn(control.set, recipe) };
}

/** What an arm changes beside its recipe's keys. */
const beyondKeys = ({ environment, engine, checkpoint, ask, score }: Arm) => [
  environment,
  engine,
  checkpoint,
  ask,
  score,
];

/** The suspect that measures this change of a key; where none does, one that turns the key from either value. */
export function suspectOfChange(key: string, ours: unknown, theirs: unknown): string | undefined {
  const change = ofKey(key, ours, theirs);
  const [exact] = turnsOf(change);
  if (exact) return exact.suspect.id;
  return allSuspects().find((suspect) =>
    suspect.arms.some((arm) => {
      const values = valuesOf(change, suspect, arm);
      return values !== null && [ours, theirs].some((value) => same(value, values.control));
    }),
  )?.id;
}

/** The suspect that measures this change of the weight of positives; undefined where none does. */
export const suspectOfWeight = (ours: number, theirs: number): string | undefined =>
  turnsOf(ofWeight(ours, theirs))[0]?.suspect.id;

/** By an arm that made the change or its reverse; else by a factor of a screening. */
function measured(change: Change, stored: readonly SuspectResult[]): Effect | null {
  for (const { suspect, value, back } of turnsOf(change)) {
    const effect = measuredArm(suspect.id, value, stored);
    if (effect) return back ? reversed(effect) : effect;
  }
  return screened(change);
}

/** A factor that was turned together with others, where the change is all of it. */
function screened(change: Change): Effect | null {
  for (const result of allScreenings())
    for (const factor of result.factors) {
      if (!change.madeBy(Object.keys(factor.to))) continue;
      const [to, from] = [factor.to, factor.from].map((set) => change.valueIn(set, result.setting.recipe));
      const direction = directionOf(change, to, from);
      if (direction)
        return direction === "back" ? reversed(effectOfFactor(result, factor)) : effectOfFactor(result, factor);
    }
  return null;
}

/**
 * Another weight of positives, whichever keys make it.
 * @param ours weight of the input, see `positiveWeight` @param theirs of the reference
 */
export const measuredWeight = (ours: number, theirs: number): Effect | null =>
  measured(ofWeight(ours, theirs), allResults());

/**
 * The key's change from the reference's value to the input's, where an arm made it or its reverse; else a factor of a screening; else
 * single runs on file.
 */
export const measuredKey = (key: string, ours: unknown, theirs: unknown, stored = allResults()): Effect | null =>
  measured(ofKey(key, ours, theirs), stored) ?? laboratoryKey(key, ours, theirs);

function effectOfFactor(
  { screening, setting, factors, runs }: ScreeningResult,
  { name, difference, ci95 }: ScreeningResult["factors"][number],
): Effect {
  const source = `measured here: data/results/screenings/${screening}.json, "${name}" in a screening of ${factors.length} factors, ${setting.encoder}, ${setting.steps} steps, ${runs.length} runs`;
  return { f1: difference, ci95, source };
}

/** A preset against GLiNER's own, on the model that comes with the project. @param threshold at which both were scored */
export function measuredPreset(preset: string, threshold = 0.5): Effect | null {
  const { rows } = readJson(STORED_PRESETS_PATH) as StoredPresets;
  const row = rows.find((one) => one.preset === preset && one.asked === "gliner" && one.threshold === threshold);
  return row ? { f1: row.difference, ci95: row.difference_ci95, source: `${PRESETS}, ${preset} against gliner` } : null;
}

/** Another threshold against .5, on the same model. */
export function measuredThreshold(threshold: number): Effect | null {
  const { rows } = readJson(STORED_PRESETS_PATH) as StoredPresets;
  const at = (wanted: number) => rows.find(({ preset, threshold: t }) => preset === "gliner" && t === wanted)?.average;
  const [there, here] = [at(threshold), at(0.5)];
  if (there === undefined || here === undefined || threshold === 0.5) return null;
  return { f1: there - here, ci95: null, source: `${PRESETS}, threshold ${threshold} against .5` };
}

const PRESETS = "measured here: data/results/zero-shot-presets.json, MiniLM-L6";

const recipes = new Map<string, unknown>();

function recipeValue(recipe: string, key: string): unknown {
  const raw = recipes.get(recipe) ?? readYaml(join(PROJECT_ROOT, recipe), "a recipe");
  recipes.set(recipe, raw);
  if (!isObject(raw)) return undefined;
  return Object.values(raw).find((section) => isObject(section) && key in section)?.[key as never] ?? raw[key];
}

const same = (a: unknown, b: unknown) => a !== undefined && JSON.stringify(a) === JSON.stringify(b);

/** The one way to what a key is worth: measured here, else published, else null, which is shown as "unknown". */
export const worthOfKey = (key: string, ours: unknown, theirs: unknown): Effect | null =>
  measuredKey(key, ours, theirs) ?? publishedKey(key, ours, theirs);
