/** The backend without native code, for machines where no TensorFlow library fits. */
import { dirname, join, sep } from "node:path";
import * as tf from "@tensorflow/tfjs";
import type { BackendInfo } from "./info";
import { registerMissingKernels } from "./wasm-kernels";

/** Starts the wasm backend from the package's own files: no download, works on every machine that runs Node. */
export async function startWasm(): Promise<BackendInfo> {
  const wasm: typeof import("@tensorflow/tfjs-backend-wasm") = require("@tensorflow/tfjs-backend-wasm");
  const folder = dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json"));
  wasm.setWasmPaths(join(folder, "wasm-out") + sep);
  await tf.setBackend("wasm");
  await tf.ready();
  registerMissingKernels();
  const version = wasm.version_wasm;
  return {
    name: "wasm",
    library: `TensorFlow.js ${version} (WebAssembly)`,
    version,
    gpu: false,
    threads: wasm.getThreadsCount(),
    native: false,
    kernels: "off",
  };
}
