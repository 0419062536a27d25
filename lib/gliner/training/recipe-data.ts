/** Loads the training, development and test records that a recipe names, and holds types out of them. */
import { loadRecords, recordsSha256 } from "../../data/named";
import { goldTypes, type NerRecord } from "../../data/records";
import { loadWordings, type Wordings, withoutNames } from "../../data/wordings";
import type { Recipe } from "../recipe/recipe";
import { ON_THE_TEST_SET, type TrackedTest } from "./evaluation";
import { type HeldOut, holdOutTypes, normalised } from "./held-out";
import type { DataFiles } from "./run-data";

/** Everything that a recipe's section `data` names. */
export interface TrainingData {
  records: NerRecord[];
  dev: NerRecord[];
  heldOut?: HeldOut;
  wordings?: Wordings;
  benchmark: TrackedTest[];
  files: DataFiles;
  /** One line for the reader. */
  summary: string;
}

/** Enough for a steady loss, few enough to cost a second or two. */
const DEV_RECORDS = 96;

/** CrossNER's `misc`, which is no type that one could ask for. */
const NO_TYPE = "else";

export async function loadTrainingData({ data }: Recipe): Promise<TrainingData> {
  const { train_data, val_data, exclude_sources: exclude, keep_empty: keepEmpty, record_labels: recordLabels } = data;
  const filter = { exclude, keepEmpty, recordLabels };
  const all = await loadRecords(train_data, filter);
  const dev = val_data ? await loadRecords(val_data, filter) : [];
  const { held_out_types: types, num_held_out_types: count, eval_records: limit } = data;
  const held = types.length || count ? holdOutTypes(all, { types, count, limit, records: dev }) : undefined;
  const benchmark = await Promise.all(data.benchmark.map((name) => trackedTest(name, data.benchmark_records)));
  const records = held?.train ?? all;
  const files: DataFiles = { train_data: await fileOf(train_data) };
  if (val_data) files.val_data = await fileOf(val_data);
  for (const { name } of benchmark) files[name] = await fileOf(name);
  const out = new Set(held?.heldOut.types.map(normalised));
  const wordings =
    data.wordings === null ? undefined : withoutNames(loadWordings(data.wordings), (type) => out.has(normalised(type)));
  const used = dev.slice(0, DEV_RECORDS);
  const summary = describe(records, used, held, benchmark);
  return { records, dev: used, heldOut: held?.heldOut, wordings, benchmark, files, summary };
}

/** A test asks for the sorted union of its gold types, as `evaluate` does; `else` is no type that one could ask for. */
export async function trackedTest(name: string, limit: number): Promise<TrackedTest> {
  const all = await loadRecords(name);
  const types = goldTypes(all).filter((type) => type !== NO_TYPE);
  return { name, types, records: all.slice(0, limit) };
}

async function fileOf(name: string): Promise<{ name: string; file_sha256?: string }> {
  const file_sha256 = await recordsSha256(name);
  return file_sha256 === undefined ? { name } : { name, file_sha256 };
}

function describe(
  records: readonly NerRecord[],
  dev: readonly NerRecord[],
  held: ReturnType<typeof holdOutTypes> | undefined,
  benchmark: readonly TrackedTest[],
): string {
  const asked = held?.heldOut.asked.reduce((sum, group) => sum + group.records.length, 0);
  const parts = [
    `${records.length} records to train on`,
    `${dev.length} for the development loss`,
    held
      ? `${held.heldOut.types.length} types held out (${held.removed.mentions} mentions, ${held.removed.records} records), ${asked} sentences asked for them`
      : "no types held out",
    benchmark.length ? `${benchmark.length} test sets followed: ${ON_THE_TEST_SET}` : "",
  ];
  return parts.filter((part) => part !== "").join("; ");
}
