/**
 * What torch.save wrote before version 1.6, and many published encoders still are: five pickles one after the other (a magic
 * number, a version, the machine, the state_dict, the keys of the storages), then each storage with its length in front.
 * @see torch/serialization.py, _legacy_save
 */
import { readBytes } from "../../files/bytes";
import { quote } from "../../files/json-object";
import type { Place } from "./archive";
import { readPickle } from "./pickle";
import { type Storage, stateDict, type TorchTensor, tensorRules } from "./tensors";
import { Dict, List, PickleError, type Value } from "./values";

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

/**
 * The tensors, and where each storage lies.
 * @param head the beginning of the file: all its pickles must end in it
 * @throws PickleError with the end of a sentence
 */
export function readLegacy(
  descriptor: number,
  head: Uint8Array,
  size: number,
): { tensors: Map<string, TorchTensor>; places: Map<string, Place> } {
  const storages = new Map<string, Storage>();
  let position = 0;
  const next = (): Value => {
    const { value, end } = readPickle(head, tensorRules(storages), position);
    position = end;
    return value;
  };
  if (next() !== MAGIC) throw new PickleError("is a pickle, but not torch's");
  if (next() !== PROTOCOL) throw new PickleError("is of a version that is not known here");
  checkMachine(next());
  const tensors = stateDict(next());
  const keys = next();
  if (!(keys instanceof List)) throw new PickleError("has no list of storages");
  return { tensors, places: locate(descriptor, keys.items, storages, position, size) };
}

function checkMachine(value: Value): void {
  const little = value instanceof Dict && value.entries.get("little_endian");
  if (little !== true) throw new PickleError("was written by a big-endian machine; wanted little-endian");
}

/** The storages follow in the order of the list, each behind its number of values, and fill the file to its end. */
function locate(
  descriptor: number,
  keys: readonly Value[],
  storages: ReadonlyMap<string, Storage>,
  start: number,
  size: number,
): Map<string, Place> {
  const places = new Map<string, Place>();
  let position = start;
  for (const key of keys) {
    const storage = typeof key === "string" ? storages.get(key) : undefined;
    if (!storage || places.has(storage.key)) throw new PickleError("lists a storage that none of its tensors has");
    if (position + 8 > size) throw new PickleError("ends too early");
    const values = new DataView(readBytes(descriptor, position, 8)).getBigInt64(0, true);
    if (values !== BigInt(storage.size))
      throw new PickleError(`has ${values} values in storage ${quote(storage.key)}, wanted ${storage.size}`);
    places.set(storage.key, { position: position + 8, bytes: storage.bytes });
    position += 8 + storage.bytes;
  }
  if (places.size !== storages.size) throw new PickleError("lists fewer storages than its tensors have");
  if (position !== size) throw new PickleError(`has ${size} bytes, its storages want ${position}`);
  return places;
}
