/** Effects that this project measured: the laboratory's results, and the scoring decisions of one model. */

import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { STORED_PRESETS_PATH, type StoredPresets } from "../../evaluate/stored/presets";
import { readJson } from "../../files/json";
import { isObject } from "../../files/json-object";
import { PROJECT_ROOT } from "../../files/places";
import { readYaml } from "../../files/yaml";
import { DEFAULT_LOSS } from "../../model/loss";
import { POSITIVE_WEIGHT_KEYS, positiveWeight, sameWeight } from "../../model/loss/positive-weight";
import type { Arm } from "../../study/plan/arm";
import type { ScreeningResult } from "../../study/results/factors";
import type { SuspectResult } from "../../study/results/result";
import { screeningResults, suspectResults } from "../../study/results/table";
import { readSuspect, type Suspect, suspectIds } from "../../study/suspects/suspect";
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

/** A suspect's arm that makes a key's change from the reference's value to the input's, or the change back. */
interface Turn {
  suspect: Suspect;
  value: string;
  back: boolean;
}

function turnsOf(key: string, ours: unknown, theirs: unknown): Turn[] {
  return allSuspects().flatMap((suspect) =>
    suspect.arms.flatMap((arm): Turn[] => {
      const values = onlyKey(key, suspect, arm);
      if (values === null) return [];
      const { value } = arm;
      if (same(values.arm, ours) && same(values.control, theirs)) return [{ suspect, value, back: false }];
      return same(values.arm, theirs) && same(values.control, ours) ? [{ suspect, value, back: true }] : [];
    }),
  );
}

/** A key's value in an arm and in its control. */
interface Values {
  arm: unknown;
  control: unknown;
}

/** The keys of the recipe in which an arm and its control differ; null where they differ in anything else too. */
function turnedKeys({ control, recipe }: Pick<Suspect, "control" | "recipe">, arm: Arm): Map<string, Values> | null {
  if (!isDeepStrictEqual(beyondKeys(arm), beyondKeys(control))) return null;
  const valueIn = (set: Arm["set"], key: string) => set[key] ?? recipeValue(recipe, key);
  const keys = Object.keys({ ...control.set, ...arm.set });
  const values = keys.map((key) => [key, { arm: valueIn(arm.set, key), control: valueIn(control.set, key) }] as const);
  return new Map(values.filter(([, value]) => !isDeepStrictEqual(value.arm, value.control)));
}

function onlyKey(key: string, suspect: Suspect, arm: Arm): Values | null {
  const turned = turnedKeys(suspect, arm);
  return turned?.size === 1 ? (turned.get(key) ?? null) : null;
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
  const [exact] = turnsOf(key, ours, theirs);
  if (exact) return exact.suspect.id;
  return allSuspects().find((suspect) =>
    suspect.arms.some((arm) => {
      const values = onlyKey(key, suspect, arm);
      return values !== null && [ours, theirs].some((value) => same(value, values.control));
    }),
  )?.id;
}

/** A suspect's arm that turns the weight of positives from the reference's to the input's, or back. */
function turnsOfWeight(ours: number, theirs: number): Turn[] {
  return allSuspects().flatMap((suspect) =>
    suspect.arms.flatMap((arm): Turn[] => {
      const turned = turnedKeys(suspect, arm);
      if (!turned?.size || ![...turned.keys()].every(isOfWeight)) return [];
      const [armWeight, controlWeight] = [arm, suspect.control].map(({ set }) => weightIn(set, suspect.recipe));
      const { value } = arm;
      if (sameWeight(armWeight, ours) && sameWeight(controlWeight, theirs)) return [{ suspect, value, back: false }];
      return sameWeight(armWeight, theirs) && sameWeight(controlWeight, ours) ? [{ suspect, value, back: true }] : [];
    }),
  );
}

/** The suspect that measures this change of the weight; undefined where none does. */
export const suspectOfWeight = (ours: number, theirs: number): string | undefined =>
  turnsOfWeight(ours, theirs)[0]?.suspect.id;

/**
 * Another weight of positives, whichever keys make it: by an arm, else by a factor of a screening.
 * @param ours weight of the input, see `positiveWeight` @param theirs of the reference
 */
export function measuredWeight(
  ours: number,
  theirs: number,
  stored = allResults(),
  screened = allScreenings(),
): Effect | null {
  for (const { suspect, value, back } of turnsOfWeight(ours, theirs)) {
    const effect = measuredArm(suspect.id, value, stored);
    if (effect) return back ? reversed(effect) : effect;
  }
  for (const result of screened)
    for (const factor of result.factors) {
      if (!Object.keys(factor.to).every(isOfWeight)) continue;
      const [to, from] = [factor.to, factor.from].map((set) => weightIn(set, result.setting.recipe));
      if (sameWeight(to, ours) && sameWeight(from, theirs)) return effectOfFactor(result, factor);
      if (sameWeight(from, ours) && sameWeight(to, theirs)) return reversed(effectOfFactor(result, factor));
    }
  return null;
}

const isOfWeight = (key: string): boolean => POSITIVE_WEIGHT_KEYS.some((one) => one === key);

function weightIn(set: Arm["set"], recipe: string): number {
  const settingOf = (key: (typeof POSITIVE_WEIGHT_KEYS)[number], otherwise: number) =>
    Number(set[key] ?? recipeValue(recipe, key) ?? otherwise);
  return positiveWeight({
    alpha: settingOf("loss_alpha", DEFAULT_LOSS.alpha),
    positive_weight: settingOf("positive_weight", DEFAULT_LOSS.positive_weight),
    label_smoothing: settingOf("label_smoothing", DEFAULT_LOSS.label_smoothing),
  });
}

/**
 * The key's change from the reference's value to the input's, where an arm made it or its reverse; else a factor of a screening; else
 * single runs on file.
 */
export function measuredKey(key: string, ours: unknown, theirs: unknown, stored = allResults()): Effect | null {
  for (const { suspect, value, back } of turnsOf(key, ours, theirs)) {
    const effect = measuredArm(suspect.id, value, stored);
    if (effect) return back ? reversed(effect) : effect;
  }
  return screenedKey(key, ours, theirs) ?? laboratoryKey(key, ours, theirs);
}

/** The same change as a factor that was turned together with others, where that one key is all of the factor. */
export function screenedKey(key: string, ours: unknown, theirs: unknown, stored = allScreenings()): Effect | null {
  for (const result of stored)
    for (const factor of result.factors) {
      const { from, to } = factor;
      if (!turnsOnly(from, key)) continue;
      if (same(to[key], ours) && same(from[key], theirs)) return effectOfFactor(result, factor);
      if (same(from[key], ours) && same(to[key], theirs)) return reversed(effectOfFactor(result, factor));
    }
  return null;
}

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

const turnsOnly = (set: Readonly<Record<string, unknown>>, key: string) => key in set && Object.keys(set).length === 1;

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
