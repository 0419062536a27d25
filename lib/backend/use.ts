/**
 * Starts the backend that set-up chose. Everything shares one TensorFlow.js engine: the native package and the wasm
 * package register themselves on the instance that `@tensorflow/tfjs` exports, and danfojs-node is led to it too.
 */
import { existsSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { UserError } from "../errors";
import { BINDING_PATH } from "../files/places";
import { machineFacts } from "../machine";
import type { BackendInfo, BackendName, Kernels } from "./info";
import { startKernels, useKernels as switchKernels } from "./kernels";
import { nativeLibrary } from "./native";
import { forcedBackend, readRecord } from "./record";
import { registerSegmentSum } from "./segment-sum";
import { startWasm } from "./wasm";

let active: BackendInfo | undefined;
let starting: Promise<BackendInfo> | undefined;

/**
 * Starts a backend and makes it TensorFlow.js's current one; calling again costs nothing.
 *
 * Without a name: the one already running, else the environment variable BACKEND, else what set-up recorded, else the
 * native library if its binding is there, else wasm. A backend that was asked for and cannot start is an error, never
 * a silent step down: rounding and speed differ between backends, so a result must come from the one it names.
 * @throws UserError where that backend cannot start on this machine
 */
export async function useBackend(name?: BackendName): Promise<BackendInfo> {
  const wanted = name ?? active?.name ?? chosen();
  if (active?.name === wanted && tf.getBackend() === wanted) return active;
  // Two calls at once would start two engines' worth of kernels: the second waits for the first, then decides anew.
  if (starting) {
    await starting;
    return useBackend(wanted);
  }
  starting = start(wanted);
  try {
    active = await starting;
  } finally {
    starting = undefined;
  }
  return active;
}

/** What computes now. @throws Error before the first useBackend() */
export function backendInfo(): BackendInfo {
  if (!active) throw new Error("no backend yet: await useBackend() first");
  return active;
}

/**
 * Switches the native ops of our own in a running process, to compare: off, one of their levels, or the processor's best.
 * @throws UserError where there are none, or the processor lacks the level
 */
export function useKernels(wanted?: Kernels): Kernels {
  const kernels = switchKernels(wanted);
  active = { ...backendInfo(), kernels };
  return kernels;
}

function chosen(): BackendName {
  const forced = forcedBackend();
  const record = readRecord();
  if (forced === "google" || forced === "pypi") {
    if (record?.chosen === forced) return "tensorflow";
    throw new UserError(`BACKEND=${forced} is not what set-up chose (${record?.library ?? "nothing yet"}).`);
  }
  if (forced) return forced;
  if (record) return record.chosen === "wasm" ? "wasm" : "tensorflow";
  return existsSync(BINDING_PATH) ? "tensorflow" : "wasm";
}

async function start(name: BackendName): Promise<BackendInfo> {
  // Else TensorFlow.js advertises its Node package on every start; the checks that PROD drops are for its developers.
  tf.env().set("PROD", true);
  const info = name === "tensorflow" ? await startNative() : name === "wasm" ? await startWasm() : await startPlain();
  await tf.ready();
  return info;
}

async function startNative(): Promise<BackendInfo> {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  try {
    require("@tensorflow/tfjs-node-gpu");
    await tf.setBackend("tensorflow");
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0].trim() : String(error);
    throw new UserError(
      `the native TensorFlow library does not load (${why}); run \`npm start -- --check\` to set it up, or set BACKEND=wasm.`,
    );
  }
  const { version, gpu } = nativeLibrary();
  const record = readRecord();
  const library =
    record && record.chosen !== "wasm" && record.library.includes(version) ? record.library : `TensorFlow ${version}`;
  const threads = Number(process.env.TF_NUM_INTRAOP_THREADS) || machineFacts().cores;
  const fits = record?.chosen !== "wasm" && record?.library === library;
  const kernels = startKernels(fits ? record?.kernels : undefined, { gpu, threads });
  return { name: "tensorflow", library, version, gpu, threads, native: true, kernels };
}

async function startPlain(): Promise<BackendInfo> {
  await tf.setBackend("cpu");
  registerSegmentSum("cpu");
  const version = tf.version["tfjs-core"];
  return {
    name: "cpu",
    library: `TensorFlow.js ${version} (JavaScript)`,
    version,
    gpu: false,
    threads: 1,
    native: false,
    kernels: "off",
  };
}
