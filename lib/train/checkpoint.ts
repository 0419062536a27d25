/** Checkpoints of a training: folders replaced without loss, trainer state and optimiser saved and checked. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../errors";
import { writeAtomically } from "../files/atomic";
import { sha256OfFileSync } from "../files/hash";
import { readJson } from "../files/json";
import { followLinks } from "../files/target";
import { readSafetensors, writeSafetensors } from "../weights/safetensors";
import { firstChange, type RunIdentity } from "./identity";
import type { AdamW } from "./optimizer";

/** What a run needs besides its weights to go on where it stopped; random streams are keyed by step and need no state. */
export interface TrainerState {
  /** Steps taken. */
  step: number;
  identity: RunIdentity;
  /** What else the run has to remember; plain JSON. */
  memory: unknown;
}

/** The files of a checkpoint as they were written. */
interface StoredState extends TrainerState {
  format: number;
  files: Record<string, { sha256: string }>;
}

const FORMAT = 2;
const OPTIMIZER = "optimizer.safetensors";
const STATE = "trainer_state.json";

/**
 * Replaces a folder whole: the new one is written beside it and renamed; a crash leaves the old one or the new, the old one
 * perhaps under the name that `findCheckpoint` knows.
 * @param write fills a folder that exists and is empty
 * @throws UserError where it cannot be written; the old one is then untouched and nothing is left of the new one
 */
export function replaceFolder(path: string, write: (temporary: string) => void): void {
  // Through a link its target is replaced, which may be on another disk.
  const folder = followLinks(path);
  const temporary = `${folder}.writing`;
  const previous = `${folder}.previous`;
  try {
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary, { recursive: true });
    write(temporary);
    // Without the folder itself its predecessor is the only checkpoint there is: it goes last.
    if (existsSync(folder)) {
      rmSync(previous, { recursive: true, force: true });
      renameSync(folder, previous);
    }
    renameSync(temporary, folder);
    flushFolder(dirname(folder));
    rmSync(previous, { recursive: true, force: true });
  } catch (error) {
    // A full disk needs the room; in a folder that cannot be written there is nothing to remove.
    if (existsSync(temporary)) rmSync(temporary, { recursive: true, force: true });
    const why = (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
    throw new UserError(`cannot write the checkpoint ${folder}: ${why}; the one before it is kept.`);
  }
}

/** A rename is on the disk only when its folder is. Windows cannot open a folder, and needs no flush of it. */
function flushFolder(folder: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The checkpoint that is there: the folder, or its predecessor where a crash came between two renames. */
export function findCheckpoint(path: string): string | undefined {
  const folder = followLinks(path);
  return [folder, `${folder}.previous`].find((candidate) => existsSync(join(candidate, STATE)));
}

/** @param files of the folder, written before, whose bytes the checkpoint vouches for */
export function saveTrainerState(
  folder: string,
  optimizer: AdamW,
  state: TrainerState,
  files: readonly string[],
): void {
  writeSafetensors(join(folder, OPTIMIZER), optimizer.state());
  const hashes = [...files, OPTIMIZER].map((name) => [name, { sha256: sha256OfFileSync(join(folder, name)) }]);
  const stored: StoredState = { format: FORMAT, ...state, files: Object.fromEntries(hashes) };
  writeAtomically(join(folder, STATE), `${JSON.stringify(stored, null, 2)}\n`);
}

/**
 * The state of a checkpoint, checked before anything is taken up from it.
 * @throws UserError where it is damaged, of another format, or of a run with other settings or data
 */
export function readTrainerState(folder: string, identity: RunIdentity): TrainerState {
  const { format, files, ...state } = parseState(join(folder, STATE));
  if (format !== FORMAT)
    throw new UserError(
      `${folder} is a checkpoint of format ${format ?? 1}, wanted ${FORMAT}; start anew in another --out.`,
    );
  const change = firstChange(state.identity, identity);
  if (change)
    throw new UserError(`${folder} was saved by ${change}; resume with the same, or start anew in another --out.`);
  for (const [name, { sha256 }] of Object.entries(files)) {
    const path = join(folder, name);
    if (existsSync(path) && sha256OfFileSync(path) === sha256) continue;
    throw new UserError(
      `${path} is ${existsSync(path) ? "damaged: its bytes are not those that were saved" : "missing"}; put back a copy of ${folder}, or remove it to start at step 0.`,
    );
  }
  return state;
}

/** Gives the optimiser its moments and counts back. */
export function restoreOptimizer(folder: string, optimizer: AdamW): void {
  optimizer.restore(readSafetensors(join(folder, OPTIMIZER)).tensors);
}

function parseState(path: string): StoredState {
  const state = readJson(path);
  if (typeof state === "object" && state !== null && "step" in state && Number.isSafeInteger(state.step))
    return state as StoredState;
  throw new UserError(`${path} is not the state of a run.`);
}
