/** What a checkpoint in a smaller form would give back: weights as float32, each the nearest value that the form can store. */
import { UserError } from "../errors";
import { expand, quantise } from "./quantise";
import { isFloat, type NamedArray, type TensorFile } from "./tensor-file";
import { decode, toBrainFloats, toHalves } from "./values";

/**
 * Forms in which weights can be rounded. "int8" has 127 steps each way for a row of a matrix and leaves vectors as they are, as in
 * model.compact.safetensors. Only what is stored is rounded: computed is in float32, unlike where a GPU multiplies halves.
 */
export const ROUNDINGS = ["bfloat16", "float16", "int8"] as const;
export type Rounding = (typeof ROUNDINGS)[number];

const ROUND: Readonly<Record<Rounding, (values: Float32Array, shape: readonly number[]) => Float32Array>> = {
  bfloat16: (values) => floats(decode("BF16", bytesOf(toBrainFloats(values)))),
  float16: (values) => floats(decode("F16", bytesOf(toHalves(values)))),
  int8: (values, shape) => (shape.length < 2 ? values : expand(quantise(values, shape[0]))),
};

/** The same file with every tensor of floats rounded as it is read. */
export function roundedFile(file: TensorFile, rounding: Rounding): TensorFile {
  return {
    path: file.path,
    entries: file.entries,
    read(name): NamedArray {
      const { shape, data } = file.read(name);
      const info = file.entries.get(name);
      if (!(data instanceof Float32Array) || !info || !isFloat(info.dtype)) return { shape, data };
      const rounded = ROUND[rounding](data, shape);
      if (rounded.some((value, i) => !Number.isFinite(value) && Number.isFinite(data[i])))
        throw new UserError(`${file.path}: tensor "${name}" holds values that ${rounding} cannot store.`);
      return { shape, data: rounded };
    },
    close: () => file.close(),
  };
}

const bytesOf = (values: Uint16Array): ArrayBuffer => values.slice().buffer;
const floats = (data: NamedArray["data"]): Float32Array => Float32Array.from(data);
