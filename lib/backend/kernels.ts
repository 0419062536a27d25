/** The door to the native ops of our own (kernels/): which of their levels runs, and how one is called. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type * as tf from "@tensorflow/tfjs";
import { UserError, usageError, warnOnce } from "../errors";
import type { Kernels } from "./info";
import { attribute, isNative, nativeOp } from "./native";
import { KERNELS_FILE, type KernelsRecord } from "./record";

/** Instruction sets that the ops are compiled for, worst first. */
const KERNEL_LEVELS = ["plain", "avx2", "avx512"] as const satisfies Kernels[];

interface Addon {
  /** Takes the level of this number, at most the processor's best, and gives the one taken. */
  use(level: number, threads: number): number;
}

let addon: Addon | undefined;
let threads = 1;
let active: Kernels = "off";

/** The value of KERNELS; undefined = the best there is. @throws UserError (usage) for a word that names no level */
export function forcedKernels(): Kernels | undefined {
  const value = process.env.KERNELS;
  if (value === undefined || value === "") return undefined;
  const words = ["off", ...KERNEL_LEVELS] as const;
  const found = words.find((word) => word === value);
  if (!found) throw usageError(`KERNELS got "${value}", wanted one of ${words.join(", ")}.`);
  return found;
}

/**
 * Loads the ops that set-up has compiled, once the native library is loaded. Where there are none, TensorFlow's own ops do the
 * work; where KERNELS asks for them all the same, that is an error.
 * @throws UserError where KERNELS asks for what this machine cannot have
 */
export function startKernels(record: KernelsRecord | undefined, library: { gpu: boolean; threads: number }): Kernels {
  const forced = forcedKernels();
  threads = library.threads;
  active = "off";
  if (forced === "off") return active;
  const why = library.gpu ? "they run on the CPU only, and a GPU is in use" : load(record);
  if (why === undefined) return useKernels(forced);
  if (forced) throw new UserError(`KERNELS=${forced} cannot be had: ${why}.`);
  return active;
}

/** Loads the ops from a folder of the cache. @throws Error where they do not load */
export function loadKernels(folder: string): void {
  const path = join(folder, KERNELS_FILE);
  if (!existsSync(path)) throw new Error(`${path} is not there`);
  addon ??= require(path) as Addon;
}

/** @returns why there are none */
function load(record: KernelsRecord | undefined): string | undefined {
  if (!record) return "set-up has compiled none for this library";
  if (record.folder === null) return record.reason;
  try {
    loadKernels(record.folder);
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    warnOnce(`the native ops do not load (${why}): TensorFlow's own do the work, more slowly; \`npm run -s doctor\`.`);
    return why;
  }
}

/**
 * Chooses among the levels in a running process; without one, the processor's best.
 * @throws UserError where the processor lacks the level, or no ops are loaded
 */
export function useKernels(wanted?: Kernels): Kernels {
  if (wanted === "off") active = "off";
  else {
    if (!addon) throw new UserError("no native ops are loaded: set-up could not compile them, or KERNELS=off.");
    const best = KERNEL_LEVELS.length - 1;
    const asked = wanted ? KERNEL_LEVELS.indexOf(wanted) : best;
    const taken = addon.use(asked, threads);
    if (wanted && taken < asked)
      throw new UserError(`KERNELS=${wanted}: this processor has ${KERNEL_LEVELS[taken]} at best.`);
    active = KERNEL_LEVELS[taken];
  }
  return active;
}

/** The level in use. */
export function activeKernels(): Kernels {
  return isNative() ? active : "off";
}

/** True where an op of our own can be called. */
export function hasKernels(): boolean {
  return active !== "off" && isNative();
}

/**
 * True where TensorFlow's own product would be Eigen's and ours is the better one. With AVX-512 it is oneDNN's, which reaches the core's
 * limit; TF_ENABLE_ONEDNN_OPTS decides otherwise. A processor without AVX2 keeps Eigen.
 */
export function multipliesWithEigen(): boolean {
  const asked = process.env.TF_ENABLE_ONEDNN_OPTS;
  return isNative() && ((active === "avx2" && asked !== "1") || (active === "avx512" && asked === "0"));
}

/** What an op is given, as kernels/op.h lists it. */
export interface KernelCall {
  floats?: tf.Tensor[];
  ints?: tf.Tensor;
  masks?: tf.Tensor[];
  /** Optional inputs and outputs, `FLAG`s added up. */
  flags?: number;
  /** Layer norm's ε and dropout's factor; TensorFlow keeps a kernel for each pair of them. */
  epsilon?: number;
  factor?: number;
}

/** The bits of `flags`, as in kernels/op.h. */
export const FLAG = {
  bias: 1,
  mask: 2,
  residual: 4,
  keeps: 8,
  gelu: 16,
  relu: 32,
  positions: 64,
  transposeA: 128,
  transposeB: 256,
} as const;

/** Runs an op of our own by its name without "Workbook". It has no gradient: give it one with `differentiable`. */
export function kernelOp(name: string, call: KernelCall, outputs = 1): tf.Tensor[] {
  const { floats = [], ints, masks = [], flags = 0, epsilon = 0, factor = 1 } = call;
  const attributes = [
    attribute("flags", "int", flags),
    attribute("epsilon", "float", epsilon),
    attribute("factor", "float", factor),
    attribute("F", "int", floats.length),
    attribute("M", "int", masks.length),
  ];
  return nativeOp(`Workbook${name}`, attributes, [...floats, ...(ints ? [ints] : []), ...masks], outputs);
}
