/**
 * Takes over runs that were made elsewhere, by `train` and `evaluate`: a folder counts as a run of the study where its manifest has
 * the same settings, data and environment, and its training has ended. The commit is recorded, not asked for: it stands in the result.
 */
import { cpSync, existsSync, linkSync, mkdirSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../../errors";
import { writeAtomically } from "../../files/atomic";
import { differences } from "../../provenance/difference";
import { type Manifest, readManifest } from "../../provenance/manifest";
import type { Reading, RunSpec } from "../plan/runs";
import { type RunSettings, runId, settingsOfManifest } from "../plan/settings";
import type { StudyFolder } from "./folder";
import { ADOPTED, readRun } from "./perform";
import { predictionsFolder } from "./questions";
import { hasEnded } from "./result";
import { openTests, predictionsIn } from "./tests";

/** What became of one folder. */
export interface Adoption {
  folder: string;
  /** The run that it is, or undefined with the reason. */
  id?: string;
  why?: string;
}

/** @param folders run folders, with manifest.json and predictions/<model>/<set>.jsonl @throws UserError where one is no run folder at all */
export async function adoptRuns(
  folders: readonly string[],
  runs: readonly RunSpec[],
  study: StudyFolder,
): Promise<Adoption[]> {
  const adoptions: Adoption[] = [];
  for (const folder of folders) adoptions.push(await adoptRun(folder, runs, study));
  return adoptions;
}

async function adoptRun(folder: string, runs: readonly RunSpec[], study: StudyFolder): Promise<Adoption> {
  const manifest = readManifest(join(folder, "manifest.json"));
  if (!hasEnded(manifest)) return { folder, why: `its training has not ended (step ${manifest.result.steps})` };
  const settings = settingsOfManifest(manifest, folder);
  const id = runId(settings);
  const run = runs.find((one) => one.id === id);
  if (!run) return { folder, why: `no run of this plan has its settings${nearest(settings, runs)}` };
  if (study.result(run)) return { folder, id, why: COUNTED };
  if (existsSync(join(study.run(id), "manifest.json"))) return { folder, id, why: THERE };
  return takeOver(folder, run, study, manifest);
}

const COUNTED = "it is counted already";
/** Taken over by an earlier call, which may have ended before every question was asked. */
const THERE = "it is in the results folder already";

async function takeOver(folder: string, run: RunSpec, study: StudyFolder, manifest: Manifest): Promise<Adoption> {
  const answered = await answersOf(folder, run);
  if (typeof answered === "string") return { folder, id: run.id, why: answered };
  const target = study.run(run.id);
  mkdirSync(target, { recursive: true });
  for (const name of ["metrics.jsonl", "run.json", "README.md", "types.json"])
    if (existsSync(join(folder, name))) cpSync(join(folder, name), join(target, name));
  // The models, where they are there: another question needs them.
  for (const name of ["last", "best"]) linkModel(join(folder, name), join(target, name));
  writeAtomically(
    join(target, ADOPTED),
    `${JSON.stringify({ from: basename(folder), commit: manifest.project.git.commit, dirty: manifest.project.git.dirty }, null, 2)}\n`,
  );
  if (answered) {
    const { model, reading } = answered;
    cpSync(join(folder, "predictions", model), join(predictionsFolder(target, reading), model), { recursive: true });
  }
  cpSync(join(folder, "manifest.json"), join(target, "manifest.json"));
  if (!answered) return { folder, id: run.id };
  // Readings that need another question are asked when the study runs.
  const { reading } = answered;
  const readings = run.readings.filter((one) => predictionsFolder(target, one) === predictionsFolder(target, reading));
  study.keep(await readRun({ ...run, readings }, target, true));
  return { folder, id: run.id };
}

/**
 * The answers in a folder that a reading of the run wants; none where every reading asks in another way and the model is there to be
 * asked; else what is wrong.
 */
async function answersOf(
  folder: string,
  run: RunSpec,
): Promise<{ model: string; reading: Reading } | undefined | string> {
  const own = run.readings.filter(({ ask }) => ask === null);
  const models = modelsIn(join(folder, "predictions"));
  if (own.length === 0 || run.tests.limit !== null)
    return existsSync(join(folder, "last"))
      ? undefined
      : "the plan asks its tests in another way, and last/ is not there to be asked";
  if (models.length !== 1)
    return `predictions/ holds those of ${models.length} models, wanted one; \`evaluate --predictions ${folder}/predictions\` makes them`;
  const reading = own.find(({ checkpoint }) => checkpoint === checkpointOf(models[0]));
  if (!reading) return "the plan asks its tests of another checkpoint than these predictions are of";
  const sets = await openTests(run.tests, reading.ask);
  // `evaluate` writes a set at a time: one that still runs has left some.
  return predictionsIn(join(folder, "predictions"), sets, reading.ask)
    ? { model: models[0], reading }
    : `predictions/ has not all of ${sets.map(({ name }) => name).join(", ")}; wait for \`evaluate\` to end, or run it again`;
}

/** The same bytes under a second name where the disk can do that; what only a resume needs stays behind. */
function linkModel(from: string, to: string): void {
  if (!existsSync(from)) return;
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (!entry.isFile() || entry.name.startsWith("optimizer")) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    try {
      linkSync(source, target);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      // Another disk, one without links, or a file that is somebody else's.
      if (!["EXDEV", "EPERM", "ENOTSUP", "EMLINK"].includes(code)) throw error;
      cpSync(source, target);
    }
  }
}

const modelsIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
    : [];

/** `evaluate` names a model by its run and its folder there: control-seed0-last. */
const checkpointOf = (model: string) => (model === "best" || model.endsWith("-best") ? "best" : "last");

/** In which keys the most similar run of the plan differs. */
function nearest(settings: RunSettings, runs: readonly RunSpec[]): string {
  const tree = (one: RunSettings) => one as unknown as Record<string, unknown>;
  const closest = runs
    .map((run) => ({ run, keys: differences(tree(settings), tree(run.settings)) }))
    .sort((a, b) => a.keys.length - b.keys.length)[0];
  if (!closest) return "";
  const shown = closest.keys
    .slice(0, 4)
    .map(({ key, ours, theirs }) => `${key} is ${JSON.stringify(ours)}, there ${JSON.stringify(theirs)}`);
  return `; nearest is ${closest.run.arms[0]}, seed ${closest.run.seed}: ${shown.join("; ")}`;
}

/** A message for the folders that were not taken, in one line each. @throws UserError where not one was */
export function checkAdopted(adoptions: readonly Adoption[]): void {
  const taken = adoptions.filter(
    ({ id, why }) => id !== undefined && (why === undefined || why === COUNTED || why === THERE),
  );
  if (adoptions.length && taken.length === 0)
    throw new UserError(
      `--adopt: not one of ${adoptions.length} folders is a run of this plan; ${basename(adoptions[0].folder)}: ${adoptions[0].why}.`,
    );
}
