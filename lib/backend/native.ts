/**
 * The door to any op of the native TensorFlow library, not only those that TensorFlow.js wraps.
 * What comes through it has no gradient: give it one with tf.customGrad.
 */
import * as tf from "@tensorflow/tfjs";

type Kind = "bool" | "int" | "float" | "type" | "string" | "shape";
type Input = tf.Tensor | Int64Scalar;

/** An op attribute as the binding takes it. */
export interface OpAttribute {
  name: string;
  type: number;
  value: boolean | number | string | readonly number[];
}

/** A 64-bit scalar input, which TensorFlow.js has no tensor for. */
interface Int64Scalar {
  readonly dtype: "int64";
}

interface NativeBackend {
  binding: Record<string, number> & { TF_Version: string };
  isUsingGpuDevice: boolean;
  executeMultipleOutputs(name: string, attributes: OpAttribute[], inputs: Input[], outputs: number): tf.Tensor[];
}

/** True where the native library computes; wasm and plain JavaScript have no such door. */
export function isNative(): boolean {
  return tf.getBackend() === "tensorflow";
}

/** Runs an op of the native library. @throws Error where the backend is not native or TensorFlow refuses the op */
export function nativeOp(name: string, attributes: OpAttribute[], inputs: Input[], outputs: number): tf.Tensor[] {
  return native().executeMultipleOutputs(name, attributes, inputs, outputs);
}

/** An attribute; of kind "type" its value is "float32" or "int32", of kind "shape" a list of sizes. */
export function attribute(name: string, kind: Kind, value: OpAttribute["value"]): OpAttribute {
  const { binding } = native();
  const types = {
    bool: binding.TF_ATTR_BOOL,
    int: binding.TF_ATTR_INT,
    float: binding.TF_ATTR_FLOAT,
    type: binding.TF_ATTR_TYPE,
    string: binding.TF_ATTR_STRING,
    shape: binding.TF_ATTR_SHAPE,
  };
  const numbers: Record<string, number> = { float32: binding.TF_FLOAT, int32: binding.TF_INT32 };
  return { name, type: types[kind], value: kind === "type" ? numbers[String(value)] : value };
}

/** A 64-bit scalar input. */
export function int64(value: number): Int64Scalar {
  const module: {
    Int64Scalar: new (value: number) => Int64Scalar;
  } = require("@tensorflow/tfjs-node-gpu/dist/int64_tensors");
  return new module.Int64Scalar(value);
}

/** `n` numbers over the whole range of int32, from TensorFlow's counter-based generator: the same seeds give the same ones. */
export function nativeRandomBits(n: number, seedA: number, seedB: number): tf.Tensor1D {
  const inputs = [tf.tensor1d([n], "int32"), tf.tensor1d([seedA, seedB], "int32")];
  const types = [
    attribute("dtype", "type", "int32"),
    attribute("T", "type", "int32"),
    attribute("Tseed", "type", "int32"),
  ];
  return nativeOp("StatelessRandomUniformFullInt", types, inputs, 1)[0] as tf.Tensor1D;
}

function native(): NativeBackend {
  if (!isNative()) throw new Error(`backend "${tf.getBackend()}" has no native ops`);
  const backend: object = tf.backend();
  if (!isNativeBackend(backend)) throw new Error("this release of tfjs-node has no executeMultipleOutputs");
  return backend;
}

function isNativeBackend(backend: object): backend is NativeBackend {
  return "executeMultipleOutputs" in backend && "binding" in backend;
}

/** The version that the loaded library gives of itself, and whether TensorFlow placed its ops on a GPU. */
export function nativeLibrary(): { version: string; gpu: boolean } {
  const { binding, isUsingGpuDevice } = native();
  return { version: binding.TF_Version, gpu: isUsingGpuDevice };
}
