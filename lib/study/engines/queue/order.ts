/** The engine of many machines: a study's runs go into a queue, and come back by their ids. */
import { sha256 } from "../../../files/hash";
import { type Announcement, codeHash } from "../../../queue/announcement";
import { orderOverQueue } from "../../../queue/coordinator";
import { openDoor, withoutPassword } from "../../../queue/door";
import { type Ask, askName } from "../../plan/ask";
import { type RunSpec, titleOf } from "../../plan/runs";
import { canonical, dataHashes } from "../../plan/settings";
import type { StudyFolder } from "../../run/folder";
import { checkResult, type RunResult } from "../../run/result";
import { openTests } from "../../run/tests";

export interface QueueOptions {
  url: string;
  /** Seconds without a sign after which a worker's run goes to another one. */
  lease: number;
  signal: AbortSignal;
  say(line: string): void;
}

/** The kind of work, as workers know it. */
export const STUDY = "study";

/** A run that failed every time is put down in the folder. @throws UserError where the queue is not there, or `signal` ended it */
export async function runOverQueue(
  runs: readonly RunSpec[],
  folder: StudyFolder,
  { url, lease, signal, say }: QueueOptions,
): Promise<void> {
  const open = runs.filter((run) => folder.result(run) === undefined);
  const onFile = runs.length - open.length;
  say(`${onFile} of ${runs.length} runs are on file; ${open.length} go to ${withoutPassword(url)}`);
  if (open.length === 0) return;
  const door = await openDoor(url, say);
  const order = {
    announcement: await announce(runs, lease),
    jobs: open,
    // Workers look at all runs before they take one.
    most: Number.POSITIVE_INFINITY,
    onFile,
    total: runs.length,
    title: titleOf,
    keep: (run: RunSpec, result: RunResult) => folder.keep(checkResult(result, run.id, "what came back")),
  };
  for (const { job, why } of await orderOverQueue(door, order, { signal, say })) folder.fail(job, why);
}

async function announce(runs: readonly RunSpec[], lease: number): Promise<Announcement> {
  const code = codeHash();
  const data = await dataOf(runs);
  const wanted = runs.map(({ id, readings, tests }) => [id, readings, tests]);
  const key = sha256(canonical([code, data, wanted])).slice(0, 16);
  return { format: 2, kind: STUDY, queue: `gliner-runs-${key}`, lease, code, data };
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
    for (const { ask } of readings) found[`tests ${askName(ask)}`] ??= await testsHash(tests, ask);
  }
  return found;
}

async function testsHash(tests: RunSpec["tests"], ask: Ask): Promise<string> {
  const sets = await openTests(tests, ask);
  return sha256(sets.map(({ name, records }) => [name, records.map(({ tokens, ner }) => [tokens, ner])]));
}
