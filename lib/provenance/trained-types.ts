/** What a model was trained to find, as far as it is written down beside it: types.json of its run, mentions by type. */
import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UserError } from "../errors";
import type { TypeCounts } from "../evaluate/familiarity/familiarity";
import { writeAtomically } from "../files/atomic";
import { readJsonObject } from "../files/json-object";

const NAME = "types.json";

export function writeTrainedTypes(folder: string, counts: TypeCounts): void {
  writeAtomically(join(folder, NAME), `${JSON.stringify(counts, null, 1)}\n`);
}

/**
 * Of a model folder, or of the run folder that it lies in.
 * @returns undefined where nothing is written down
 * @throws UserError where the file is unsound
 */
export function readTrainedTypes(model: string): TypeCounts | undefined {
  if (!existsSync(model) || !statSync(model).isDirectory()) return undefined;
  const run = dirname(resolve(model));
  const folders = existsSync(join(run, "manifest.json")) ? [model, run] : [model];
  const path = folders.map((at) => join(at, NAME)).find((at) => existsSync(at));
  if (path === undefined) return undefined;
  const counts = readJsonObject(path, "the types of a training set");
  const wrong = Object.entries(counts).find(([, count]) => !Number.isSafeInteger(count) || Number(count) < 1);
  if (wrong)
    throw new UserError(`${path}: "${wrong[0]}" has ${JSON.stringify(wrong[1])} mentions, wanted a whole number.`);
  return counts as TypeCounts;
}
