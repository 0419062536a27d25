/** Two kernels that TensorFlow.js's wasm lacks: a segment sum of our own, and `Einsum` borrowed from the cpu backend. */
import * as tf from "@tensorflow/tfjs";
import { registerSegmentSum } from "./segment-sum";
import { type Storage, storage } from "./storage";

/**
 * Kernels that the wasm backend lacks and that inference or a gradient needs.
 *
 * Of the 172 kernels of the plain JavaScript backend, wasm 4.22.0 has 157. Of the missing ones only two matter here:
 * `UnsortedSegmentSum` is the gradient of `gather` (without it no embedding can be trained) and has a kernel of our own;
 * `Einsum` is what a reader of the notebooks may write and runs on the JavaScript backend's kernel over copies of the inputs:
 * correct, slow, and rare enough not to matter. The others are complex numbers, ragged tensors and convolution gradients.
 */
const BORROWED = ["Einsum"];

/** Registers the missing kernels once; wasm must have started. */
export function registerMissingKernels(): void {
  registerSegmentSum("wasm");
  for (const kernelName of BORROWED) {
    if (tf.getKernel(kernelName, "wasm")) continue;
    tf.registerKernel({ kernelName, backendName: "wasm", kernelFunc: (call) => borrow(kernelName, call) });
  }
}

type KernelCall = Parameters<tf.KernelFunc>[0];

function borrow(kernelName: string, { inputs, attrs, backend }: KernelCall): tf.TensorInfo {
  const cpu = storage(tf.engine().findBackend("cpu"));
  const wasm = storage(backend);
  const kernel = tf.getKernel(kernelName, "cpu");
  if (!kernel) throw new Error(`the JavaScript backend has no kernel ${kernelName}`);
  const copies = Object.entries(inputs).map(([name, info]) => [name, info && copy(info, wasm, cpu)]);
  // einsum hands its operands over as an array where the type says a map; its kernel counts them, so the copy is one too.
  const copied: tf.NamedTensorInfoMap = Object.assign(Array.isArray(inputs) ? [] : {}, Object.fromEntries(copies));
  const result = kernel.kernelFunc({ inputs: copied, attrs, backend: cpu });
  if (Array.isArray(result)) throw new Error(`kernel ${kernelName} gave several outputs, one was expected`);
  const out = copy(result, cpu, wasm);
  for (const info of [...Object.values(copied), result]) if (info) cpu.disposeData(info.dataId, true);
  return out;
}

function copy(info: tf.TensorInfo, from: Storage, to: Storage): tf.TensorInfo {
  const { shape, dtype } = info;
  return { dataId: to.write(from.readSync(info.dataId), shape, dtype), shape, dtype };
}
