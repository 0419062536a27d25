/** The gradient of `gather` for the backends that run in JavaScript and WebAssembly. */
import * as tf from "@tensorflow/tfjs";
import { storage } from "./storage";

/**
 * Gives a backend a kernel UnsortedSegmentSum that goes over the rows once. wasm has none, and the JavaScript backend's own
 * goes over all rows once a segment: 30,522 times for a vocabulary, which made the first step of a training last for minutes.
 */
export function registerSegmentSum(backendName: string): void {
  if (tf.getKernel(KERNEL, backendName)) tf.unregisterKernel(KERNEL, backendName);
  tf.registerKernel({ kernelName: KERNEL, backendName, kernelFunc: segmentSum });
}

const KERNEL = "UnsortedSegmentSum";

/** x [N, ...], segmentIds [N] -> [numSegments, ...]; a row whose id is no segment counts nowhere, as in TensorFlow. */
const segmentSum: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
  const { numSegments } = attrs as unknown as { numSegments: number };
  const data = storage(backend);
  const values = data.readSync(x.dataId) as Float32Array | Int32Array;
  const ids = data.readSync(segmentIds.dataId) as Int32Array;
  const shape = [numSegments, ...x.shape.slice(1)];
  const sums = new (x.dtype === "int32" ? Int32Array : Float32Array)(tf.util.sizeFromShape(shape));
  addRows(sums, values, ids);
  return { dataId: data.write(sums, shape, x.dtype), shape, dtype: x.dtype };
};

function addRows(sums: Float32Array | Int32Array, values: Float32Array | Int32Array, ids: Int32Array): void {
  const width = ids.length ? values.length / ids.length : 0;
  ids.forEach((id, row) => {
    if (id < 0 || (id + 1) * width > sums.length) return;
    for (let at = 0; at < width; at++) sums[id * width + at] += values[row * width + at];
  });
}
