/** What a coordinator announces of its study, and what a worker must have to take part: the same code and the same data, by hash. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { UserError } from "../../../errors";
import { sha256 } from "../../../files/hash";
import { PROJECT_ROOT } from "../../../files/places";
import type { RunSpec } from "../../plan/runs";
import { canonical, dataHashes } from "../../plan/settings";
import { openTests } from "../../run/tests";

export interface Announcement {
  format: 1;
  /** The queue of its runs. */
  queue: string;
  runs: number;
  lease: number;
  /** Of the compiled library. */
  code: string;
  /** sha256 by name: training and development files, models to start from, tests. */
  data: Record<string, string>;
}

/** Where announcements lie; nobody takes them from there. */
export const STUDIES = "gliner-studies";

export async function announce(runs: readonly RunSpec[], lease: number): Promise<Announcement> {
  const code = codeHash();
  const data = await dataOf(runs);
  const wanted = runs.map(({ id, readings, tests }) => [id, readings, tests]);
  const key = sha256(canonical([code, data, wanted])).slice(0, 16);
  return { format: 1, queue: `gliner-runs-${key}`, runs: runs.length, lease, code, data };
}

/** Hashes of everything that the runs read, here. @throws UserError where something is not here */
export async function dataOf(runs: readonly RunSpec[]): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { recipe, readings, tests } of runs) {
    const { train_data, val_data } = recipe.data;
    const names: Record<string, string | null> = {
      train_data,
      val_data,
      start: recipe.training.prev_path,
      encoder: recipe.model.model_name ?? null,
    };
    for (const [key, hash] of Object.entries(await dataHashes(recipe))) found[`${key} ${names[key]}`] = hash;
    for (const { ask } of readings) found[`tests ${ask ?? "sorted"}`] ??= await testsHash(tests, ask);
  }
  return found;
}

/** @throws UserError saying what this machine has otherwise; nothing is taken from a queue that this refuses */
export async function checkWorker(wanted: Announcement, runs: readonly RunSpec[]): Promise<void> {
  if (wanted.code !== codeHash())
    throw new UserError(
      `refused: this worker has other code (sha256 ${codeHash().slice(0, 12)}) than the study (${wanted.code.slice(0, 12)}); check out the same commit and build.`,
    );
  const here = await dataOf(runs);
  const other = Object.entries(wanted.data).find(([name, hash]) => here[name] !== undefined && here[name] !== hash);
  if (other)
    throw new UserError(
      `refused: this worker has other data (${other[0]}, sha256 ${here[other[0]].slice(0, 12)}) than the study (${other[1].slice(0, 12)}).`,
    );
}

async function testsHash(tests: RunSpec["tests"], ask: string | null): Promise<string> {
  const sets = await openTests(tests, ask);
  return sha256(sets.map(({ name, records }) => [name, records.map(({ tokens, ner }) => [tokens, ner])]));
}

/** sha256 of every compiled file of the library. */
export function codeHash(root = join(PROJECT_ROOT, "dist", "lib")): string {
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => /\.c?js$/.test(name));
  const hash = createHash("sha256");
  for (const name of names.sort()) hash.update(`${name.split(sep).join("/")}\n`).update(readFileSync(join(root, name)));
  return hash.digest("hex");
}
