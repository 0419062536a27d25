import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors";
import { writeAtomically } from "../weights/atomic";
import { readSafetensors, writeSafetensors } from "../weights/safetensors";
import type { AdamW } from "./optimizer";

/** What a run needs besides its weights to go on where it stopped; random streams are keyed by step and need no state. */
export interface TrainerState {
  /** Steps taken. */
  step: number;
  /** Fingerprint of everything that must not change between save and resume. */
  fingerprint: string;
}

const OPTIMIZER = "optimizer.safetensors";
const STATE = "trainer_state.json";

/**
 * Replaces a checkpoint folder whole: the new one is written beside it and renamed; a crash leaves the old one or the new.
 * @param write fills a folder that exists and is empty
 */
export function replaceFolder(folder: string, write: (temporary: string) => void): void {
  const temporary = `${folder}.writing`;
  const previous = `${folder}.previous`;
  try {
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary, { recursive: true });
    write(temporary);
    rmSync(previous, { recursive: true, force: true });
    if (existsSync(folder)) renameSync(folder, previous);
    renameSync(temporary, folder);
    rmSync(previous, { recursive: true, force: true });
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot write the checkpoint ${folder}: ${error instanceof Error ? error.message : error}.`);
  }
}

/** The checkpoint that is there: the folder, or its predecessor where a crash came between two renames. */
export function findCheckpoint(folder: string): string | undefined {
  return [folder, `${folder}.previous`].find((candidate) => existsSync(join(candidate, STATE)));
}

export function saveTrainerState(folder: string, optimizer: AdamW, state: TrainerState): void {
  writeSafetensors(join(folder, OPTIMIZER), optimizer.state());
  writeAtomically(join(folder, STATE), `${JSON.stringify(state, null, 2)}\n`);
}

/** @throws UserError where the state is unreadable or belongs to another configuration */
export function restoreTrainerState(folder: string, optimizer: AdamW, fingerprint: string): TrainerState {
  const path = join(folder, STATE);
  let state: TrainerState;
  try {
    state = JSON.parse(readFileSync(path, "utf8")) as TrainerState;
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${error instanceof Error ? error.message : error}.`);
  }
  if (state.fingerprint !== fingerprint)
    throw new UserError(
      `${folder} was saved by another configuration or other data; resume with the same ones, or start anew in another --out.`,
    );
  optimizer.restore(state.step, readSafetensors(join(folder, OPTIMIZER)).tensors);
  return state;
}
