/** Brings predictions, reported numbers and gold together, set by set. */
import { loadRecords } from "../../data/named";
import type { NerRecord } from "../../data/records";
import { findSource, isHere } from "../../data/sources";
import { ZERO_SHOT_SETS, zeroShotTest } from "../../data/zero-shot-tests";
import { digestOfTexts, type Predictions } from "../../evaluate/predictions/predictions";
import type { Evidence } from "../evidence";
import type { Reported } from "./definitions";

/** Sets whose predictions, number and gold are all at hand; gold is one of the inputs, or a test that is on this machine. */
export async function reportedSets({ predictions, tests, records }: Evidence): Promise<Reported[]> {
  const given = records && predictions.size > 0 ? await loadRecords(records.path) : null;
  const sets: Reported[] = [];
  for (const [name, file] of predictions) {
    const f1 = tests?.sets.get(name)?.f1 ?? null;
    const gold = f1 === null ? null : await goldOf(name, file, given);
    if (f1 !== null && gold) sets.push({ name, predictions: file, records: gold, f1 });
  }
  return sets;
}

/** The records of these texts, or null. Predictions may be of the first n sentences. */
async function goldOf(name: string, { header, texts }: Predictions, given: readonly NerRecord[] | null) {
  const isTest = ZERO_SHOT_SETS.some((set) => set === name) && isHere(findSource(name));
  const candidates = [given, isTest ? await zeroShotTest(name) : null];
  const cut = candidates.map((records) => records?.slice(0, texts.length) ?? null);
  return cut.find((records) => records !== null && digestOfTexts(records) === header.data.sha256) ?? null;
}
