/** Describes the records of a run for its manifest, and fixes what a resumed run must have in common with it. */
import type { NerRecord } from "../../data/records";
import { type Wordings, wordingNames } from "../../data/wordings";
import { type GLiNERConfig, isTokenLevel } from "../../model/config";
import { type DataDescription, describeRecords } from "../../provenance/data";
import type { LearningLimits } from "../../provenance/not-learned";
import { scrubbed } from "../../provenance/scrub";
import type { RunIdentity } from "../../train/identity";
import type { GLiNER } from "../gliner";
import { withoutOff } from "../recipe/settings";
import type { TrainingConfig } from "../recipe/training-config";
import type { TrackedTest } from "./evaluation";
import type { HeldOut } from "./held-out";

/** Where a run's records came from, by their key in the recipe (`train_data`, `val_data`) or a test's name. */
export type DataFiles = Record<string, { name: string; file_sha256?: string }>;

/** Everything that a run reads. */
export interface RunData {
  records: readonly NerRecord[];
  dev?: readonly NerRecord[];
  heldOut?: HeldOut;
  benchmark?: readonly TrackedTest[];
}

export function describeData({ records, dev, heldOut, benchmark }: RunData, files: DataFiles = {}) {
  const described: Record<string, DataDescription> = {};
  const add = (key: string, list: readonly NerRecord[]) => {
    const { name, file_sha256 } = files[key] ?? { name: "given by the caller" };
    described[key] = describeRecords(name, list, file_sha256);
  };
  add("train_data", records);
  if (dev?.length) add("val_data", dev);
  const asked = heldOut?.asked.flatMap((group) => group.records);
  if (asked) described.held_out = describeRecords("the sentences asked for held-out types", asked);
  for (const test of benchmark ?? []) add(test.name, test.records);
  return described;
}

/** What bounds the examples of a run. */
export function limitsOf(model: Readonly<GLiNERConfig>, { cap_types }: TrainingConfig): LearningLimits {
  return {
    maxWidth: isTokenLevel(model) ? Number.POSITIVE_INFINITY : model.max_width,
    maxLen: model.max_len,
    maxTypes: cap_types ? model.max_types : Number.POSITIVE_INFINITY,
  };
}

/** Every name that may stand in a prompt: types of mentions, those of the records' own lists, and their other names. */
export function namesOf(records: readonly NerRecord[], wordings?: Wordings): Set<string> {
  const names = new Set<string>(wordings && wordingNames(wordings, true));
  for (const { ner, labels = [], negatives = [] } of records) {
    for (const [, , type] of ner) names.add(type);
    for (const type of [...labels, ...negatives]) names.add(type);
  }
  return names;
}

/** Settings that decide neither weights nor choice: how often something is written, and how many failures are borne. */
const FREE = new Set([
  "save_every",
  "save_total_limit",
  "keep_every",
  "prev_path",
  "histogram_every",
  "max_skipped_steps",
]);

/** What must be the same when a run is resumed. */
export function runIdentity(
  model: GLiNER,
  config: TrainingConfig,
  data: Record<string, DataDescription>,
  { heldOut, wordings }: { heldOut?: HeldOut; wordings?: Wordings } = {},
): RunIdentity {
  const { model_name, ...modelConfig } = model.config;
  const settings = withoutOff(Object.fromEntries(Object.entries(config).filter(([key]) => !FREE.has(key))));
  const described = Object.entries(data).map(([key, { name, sha256 }]) => [key, { name, sha256 }]);
  const given = {
    ...settings,
    ...modelConfig,
    held_out_types: heldOut?.types ?? [],
    ...(wordings && { wordings: wordings.sha256 }),
  };
  // A checkpoint is given away like a manifest.
  return scrubbed({ settings: given, data: Object.fromEntries(described) });
}
