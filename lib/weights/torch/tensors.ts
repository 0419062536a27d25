/** What a pickle of PyTorch is made of: storages, tensors that look at a part of one, and dictionaries of them. */
import { quote } from "../../files/json-object";
import { BYTES, type DType, isCounts, product } from "../tensor-file";
import { Dict, Global, List, type Made, PickleError, type Rules, setItem, type Tuple, type Value } from "./values";

/** The bytes that tensors share; they lie outside of the pickle, under `key`. */
export class Storage implements Made {
  readonly made = "a storage";
  constructor(
    readonly key: string,
    readonly dtype: DType,
    /** Number of values. */
    readonly size: number,
  ) {}

  get bytes(): number {
    return this.size * BYTES[this.dtype];
  }
}

/** A view of a storage: element [i, j, ...] is value `offset + i strides[0] + j strides[1] + ...` of it. */
export class TorchTensor implements Made {
  readonly made = "a tensor";
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}

  get dtype(): DType {
    return this.storage.dtype;
  }

  /** Values of the storage from the first that is seen to the last. */
  get span(): number {
    if (this.shape.includes(0)) return 0;
    return 1 + this.shape.reduce((last, size, i) => last + (size - 1) * this.strides[i], 0);
  }

  /** Whether the values lie in the order of the tensor. */
  get contiguous(): boolean {
    let expected = 1;
    for (let i = this.shape.length - 1; i >= 0; i--) {
      if (this.shape[i] !== 1 && this.strides[i] !== expected) return false;
      expected *= this.shape[i];
    }
    return true;
  }
}

/** torch's storage classes by the type they hold. */
const STORAGES: Readonly<Record<string, DType>> = {
  DoubleStorage: "F64",
  FloatStorage: "F32",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  LongStorage: "I64",
  IntStorage: "I32",
  ShortStorage: "I16",
  CharStorage: "I8",
  ByteStorage: "U8",
  BoolStorage: "BOOL",
};

/** The rules for one file: every storage that its pickle mentions is kept in `storages`. */
export function tensorRules(storages: Map<string, Storage>): Rules {
  return { globals: GLOBALS, persistent: (id) => storage(id, storages) };
}

const GLOBALS: ReadonlyMap<string, Global> = new Map([
  ...Object.keys(STORAGES).map((name) => [`torch ${name}`, new Global(name)] as const),
  ...(
    [
      ["collections OrderedDict", orderedDict],
      ["torch._utils _rebuild_tensor", rebuildTensor],
      ["torch._utils _rebuild_tensor_v2", rebuildTensor],
      ["torch._utils _rebuild_parameter", rebuildParameter],
    ] as const
  ).map(([name, call]) => [name, new Global(name.replace(" ", "."), call)] as const),
]);

/** ("storage", class, key, device, number of values), and in the older form a view of another storage or None. */
function storage(id: Value, storages: Map<string, Storage>): Storage {
  if (!Array.isArray(id) || id[0] !== "storage") throw new PickleError("refers to something that is no storage");
  const [, type, key, , size, view = null] = id as Tuple;
  const dtype = type instanceof Global && Object.hasOwn(STORAGES, type.name) ? STORAGES[type.name] : undefined;
  if (!dtype || typeof key !== "string" || !isCounts([size]) || view !== null || id.length > 6)
    throw new PickleError("describes a storage in a way that is not known here");
  const described = new Storage(key, dtype, Number(size));
  if (!Number.isSafeInteger(described.bytes)) throw new PickleError(`claims ${size} values in storage ${quote(key)}`);
  const before = storages.get(key);
  if (before && (before.dtype !== dtype || before.size !== size))
    throw new PickleError(`describes storage ${quote(key)} in two ways`);
  if (!before) storages.set(key, described);
  return before ?? described;
}

/** (storage, offset, shape, strides, requires_grad, hooks): @see torch/_utils.py */
function rebuildTensor([from, offset, shape, strides]: Tuple): Value {
  if (!(from instanceof Storage)) throw new PickleError("builds a tensor on no storage");
  if (!isCounts([offset]) || !isCounts(shape) || !isCounts(strides) || shape.length !== strides.length)
    throw new PickleError("builds a tensor of a shape or with strides that are no lists of whole numbers");
  const tensor = new TorchTensor(from, Number(offset), shape, strides);
  // A tensor that repeats values can be as large as it likes in a small file: no parameter does.
  const values = product(shape);
  if (!(tensor.offset + tensor.span <= from.size) || !(values <= from.size))
    throw new PickleError(
      `builds a tensor of shape ${quote(shape)} on a storage of ${from.size} ${from.size === 1 ? "value" : "values"}`,
    );
  return tensor;
}

/** (tensor, requires_grad, hooks) */
function rebuildParameter([tensor]: Tuple): Value {
  if (!(tensor instanceof TorchTensor)) throw new PickleError("makes a parameter of what is no tensor");
  return tensor;
}

/** Empty, or of a list of pairs as older versions of Python wrote it. */
function orderedDict([pairs]: Tuple): Value {
  const dict = new Dict();
  if (pairs === undefined) return dict;
  for (const pair of pairs instanceof List ? pairs.items : [pairs]) {
    const parts = pair instanceof List ? pair.items : pair;
    if (!Array.isArray(parts) || parts.length !== 2) throw new PickleError("makes a dictionary of what are no pairs");
    setItem(dict, parts[0], parts[1]);
  }
  return dict;
}

/** The tensors of a state_dict by name. @throws PickleError where the pickle holds anything else */
export function stateDict(value: Value): Map<string, TorchTensor> {
  if (!(value instanceof Dict)) throw new PickleError("holds no dictionary of tensors");
  const tensors = new Map<string, TorchTensor>();
  for (const [name, tensor] of value.entries) {
    if (typeof name !== "string" || !(tensor instanceof TorchTensor))
      throw new PickleError(`has an entry ${quote(name)} that is no tensor; wanted a state_dict and nothing else`);
    tensors.set(name, tensor);
  }
  return tensors;
}
