/** What TensorFlow.js's wasm lacks: a segment sum, `Einsum` borrowed from the cpu backend, and quick products of transposed matrices. */
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
  registerProduct();
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

const PRODUCT = "BatchMatMul";

/**
 * Products of transposed matrices: wasm's fast product knows plain ones only and takes twelve times as long otherwise, which is what
 * every gradient of a product asks for. Here the matrix is transposed first.
 */
function registerProduct(): void {
  const plain = tf.getKernel(PRODUCT, "wasm");
  const transpose = tf.getKernel("Transpose", "wasm");
  if (!plain || !transpose) throw new Error(`wasm has no kernel ${PRODUCT}, or none for a transposed matrix`);
  tf.unregisterKernel(PRODUCT, "wasm");
  tf.registerKernel({
    ...plain,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { a, b } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
      const { transposeA, transposeB } = attrs as { transposeA?: boolean; transposeB?: boolean };
      const turned = (x: tf.TensorInfo, turn: boolean | undefined) => {
        if (!turn) return x;
        const axes = x.shape.map((_, i) => i);
        const perm = [...axes.slice(0, -2), x.shape.length - 1, x.shape.length - 2];
        return transpose.kernelFunc({ inputs: { x }, attrs: { perm }, backend }) as tf.TensorInfo;
      };
      const given = { a: turned(a, transposeA), b: turned(b, transposeB) };
      const product = plain.kernelFunc({ inputs: given, attrs: { transposeA: false, transposeB: false }, backend });
      for (const [was, is] of [
        [a, given.a],
        [b, given.b],
      ])
        if (is !== was) storage(backend).disposeData(is.dataId, true);
      return product;
    },
  });
}
