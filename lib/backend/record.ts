/** What the ladder of install/ decided, and why: `.workbook/backend.json`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { usageError } from "../errors";
import { PRIVATE_FOLDER } from "../files/places";

/** Where a library comes from, best first; wasm needs none. */
export type Rung = "google" | "pypi" | "wasm";

/** What came of one rung. */
export interface Attempt {
  rung: Rung;
  ok: boolean;
  /** The library's name where it worked, else why the rung was refused. */
  reason: string;
  seconds: number;
}

/** What came of compiling the native ops of our own (kernels/) for the library that was chosen. */
export interface KernelsRecord {
  /** Their sources and the library: where they change, the ops are compiled again. */
  key: string;
  /** The folder of the cache that holds them, or null. */
  folder: string | null;
  /** Why there are none; "" where there are. */
  reason: string;
}

/** The file in such a folder that Node loads. */
export const KERNELS_FILE = "kernels.node";

/** The choice of one set-up. */
export interface BackendRecord {
  /** The machine and the Node it was made for. */
  machine: string;
  /** The tools and the network there were. */
  tools: string;
  chosen: Rung;
  /** For people, e.g. "TensorFlow 2.19.1 (PyPI, CPU)". */
  library: string;
  gpu: boolean;
  /** The folder that holds the binding, or null for wasm. */
  folder: string | null;
  /** In milliseconds since 1970: a choice of wasm is looked at again after a day. */
  time: number;
  attempts: Attempt[];
  /** Absent where the library has none: Google's, a GPU's, WebAssembly. */
  kernels?: KernelsRecord;
}

export const RECORD_PATH = join(PRIVATE_FOLDER, "backend.json");

/** The stored choice, or undefined where set-up has not run or the file is damaged: set-up then simply runs again. */
export function readRecord(): BackendRecord | undefined {
  try {
    const record: BackendRecord = JSON.parse(readFileSync(RECORD_PATH, "utf8"));
    return typeof record.machine === "string" && Array.isArray(record.attempts) ? record : undefined;
  } catch {
    return undefined;
  }
}

const FORCED = ["google", "pypi", "tensorflow", "wasm", "cpu"] as const;

/** What the environment variable BACKEND may ask for. */
export type Forced = (typeof FORCED)[number];

/** The value of BACKEND. @throws UserError (usage) for a word that names no backend */
export function forcedBackend(): Forced | undefined {
  const value = process.env.BACKEND;
  if (value === undefined || value === "") return undefined;
  const found = FORCED.find((word) => word === value);
  if (!found) throw usageError(`BACKEND got "${value}", wanted one of ${FORCED.join(", ")}.`);
  return found;
}
