/** How an arm asks the tests: as a preset does, or with settings of its own; and where that is called by name. */
import { UserError } from "../../errors";
import { type Asking, labelsAsked } from "../../evaluate/prompts/asking";
import { LABEL_ORDERS } from "../../evaluate/prompts/label-order";
import { RESPELLINGS } from "../../evaluate/prompts/wording";
import { askedLabels, presetOf } from "../../evaluate/scoring/presets";
import { givenOnly } from "../../options";
import { WORD_SPLITTERS } from "../../text/reading";
import { ROUNDINGS } from "../../weights/rounding";
import { Fields } from "../fields";

/** A preset's name; or what is otherwise than with the sorted gold types in one prompt; null = just these, without those of `drop`. */
export type Ask = string | AskSettings | null;

export interface AskSettings extends Asking {
  /** Whose types are asked in whose order, before anything else is changed. */
  preset?: string;
}

/** @throws UserError where it is neither a preset nor a mapping of known settings */
export function readAsk(fields: Fields): Ask {
  const value = fields.any("ask") ?? null;
  if (value === null) return null;
  if (typeof value === "string") return presetOf(value).name;
  const settings = readSettings(new Fields(value, `${fields.where}, ask`));
  if (Object.keys(settings).length === 0)
    throw new UserError(`${fields.where}, ask: got {}, wanted a setting, or no "ask" for the model as it is.`);
  return settings;
}

function readSettings(fields: Fields): AskSettings {
  const word = <Word extends string>(key: string, words: readonly Word[]) =>
    fields.has(key) ? fields.choice(key, words) : undefined;
  const whole = (key: string, least: number) => (fields.has(key) ? fields.whole(key, least) : undefined);
  const settings: AskSettings = {
    preset: fields.has("preset") ? presetOf(fields.text("preset")).name : undefined,
    wording: word("wording", RESPELLINGS),
    order: word("order", LABEL_ORDERS),
    labels_at_once: whole("labels_at_once", 1),
    splitter: word("splitter", WORD_SPLITTERS),
    rounding: word("rounding", ROUNDINGS),
    precision: word("precision", ["int8"]),
    max_len: whole("max_len", 1),
    max_subwords: whole("max_subwords", 3),
  };
  fields.done();
  return givenOnly(settings);
}

/** The preset behind it; null = the sorted gold types. */
export const presetAsked = (ask: Ask): string | null => (typeof ask === "object" ? (ask?.preset ?? null) : ask);

/** What it changes beyond the preset. */
export function askingOf(ask: Ask): Asking {
  if (ask === null || typeof ask === "string") return {};
  const { preset: _, ...asking } = ask;
  return asking;
}

/** In names of folders and of readings: "sorted", "gliner", "max_len-24+wording-plural". */
export function askName(ask: Ask): string {
  if (ask === null || typeof ask === "string") return ask ?? "sorted";
  const parts = Object.entries(ask).map(([key, setting]) => `${key}-${setting}`);
  return parts.sort().join("+");
}

/** As options of `evaluate`. @param drop types that are left out where no preset says which are asked */
export function askWords(ask: Ask, drop: readonly string[]): string[] {
  const preset = presetAsked(ask);
  const types = preset === null ? drop.flatMap((type) => ["--drop", type]) : ["--preset", preset];
  const settings = Object.entries(askingOf(ask)).flatMap(([key, setting]) => [
    `--${key.replaceAll("_", "-")}`,
    String(setting),
  ]);
  return [...types, ...settings];
}

/** The types that are asked of a set, in the order of the prompt. @param types those of the set, sorted */
export function typesAsked(ask: Ask, set: string, types: readonly string[]): string[] {
  const preset = presetAsked(ask);
  return labelsAsked(askingOf(ask), preset === null ? types : askedLabels(presetOf(preset), set, types));
}
