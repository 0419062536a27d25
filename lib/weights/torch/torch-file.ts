/** Reads PyTorch's weight files, zip or legacy, with checksums verified, as tensors by name and without running a pickle. */
import { closeSync } from "node:fs";
import { UserError } from "../../errors";
import { openFile, readBytes } from "../../files/bytes";
import { quote } from "../../files/json-object";
import { crc32 } from "../crc32";
import { BYTES, type NamedArray, product, type TensorFile } from "../tensor-file";
import { decode } from "../values";
import { type Place, records } from "./archive";
import { readLegacy } from "./legacy";
import { readPickle } from "./pickle";
import { type Storage, stateDict, type TorchTensor, tensorRules } from "./tensors";
import { PickleError } from "./values";

/** 16 MB: the pickle of GLiNER-large has 60 kB; what is larger is an attack or a mistake. */
const MAX_PICKLE = 16_000_000;

/** How much of a storage is held at once while its checksum is taken. */
const CHUNK = 1 << 24;

/**
 * A state_dict that PyTorch saved (`pytorch_model.bin`), in today's form or the one before torch 1.6. It is a pickle, which in
 * Python may run any program; here it can only name tensors (torch/pickle.ts).
 */
export class TorchFile implements TensorFile {
  private readonly verified = new Set<string>();

  private constructor(
    readonly path: string,
    private readonly descriptor: number,
    readonly entries: ReadonlyMap<string, TorchTensor>,
    private readonly places: ReadonlyMap<string, Place>,
  ) {}

  /** @throws UserError where the file is absent, damaged, or asks for anything but tensors */
  static async open(path: string): Promise<TorchFile> {
    const { descriptor, size } = openFile(path);
    try {
      const head = new Uint8Array(readBytes(descriptor, 0, Math.min(size, 4)));
      const { tensors, places } = isZip(head)
        ? await readArchive(descriptor, size)
        : readLegacy(descriptor, legacyHead(head, descriptor, size), size);
      return new TorchFile(path, descriptor, tensors, places);
    } catch (error) {
      closeSync(descriptor);
      throw error instanceof PickleError ? refused(path, error) : error;
    }
  }

  read(name: string): NamedArray {
    const tensor = this.entries.get(name);
    if (!tensor) throw new UserError(`${this.path} has no tensor ${quote(name)}.`);
    this.verify(tensor.storage);
    const width = BYTES[tensor.dtype];
    const from = (this.places.get(tensor.storage.key) as Place).position + tensor.offset * width;
    const bytes = readBytes(this.descriptor, from, tensor.span * width);
    try {
      const seen = decode(tensor.dtype, bytes);
      return { shape: [...tensor.shape], data: tensor.contiguous ? seen : gather(seen, tensor) };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw refused(this.path, new PickleError(`has a tensor ${quote(name)} that ${error.message}`));
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }

  /** The checksum of a storage, when the first of its tensors is read. */
  private verify({ key }: Storage): void {
    const place = this.places.get(key) as Place;
    if (place.crc === undefined || this.verified.has(key)) return;
    if (checksum(this.descriptor, place) !== place.crc)
      throw refused(this.path, new PickleError(`has a storage ${quote(key)} of another checksum`));
    this.verified.add(key);
  }
}

const isZip = (head: Uint8Array) => Buffer.from(head).toString("latin1") === "PK\x03\x04";

/** A pickle of protocol 2 or later begins so. */
function legacyHead(head: Uint8Array, descriptor: number, size: number): Uint8Array {
  if (head[0] !== 0x80) throw new PickleError("is neither a zip nor a pickle");
  return new Uint8Array(readBytes(descriptor, 0, Math.min(size, MAX_PICKLE)));
}

async function readArchive(descriptor: number, size: number) {
  const found = await records(descriptor, size);
  const read = (name: string): Uint8Array => {
    const place = found.get(name) as Place;
    if (place.bytes > MAX_PICKLE) throw new PickleError(`has a ${name} of ${place.bytes} bytes`);
    if (checksum(descriptor, place) !== place.crc) throw new PickleError(`has a ${name} of another checksum`);
    return new Uint8Array(readBytes(descriptor, place.position, place.bytes));
  };
  if (found.has("byteorder") && Buffer.from(read("byteorder")).toString("latin1") !== "little")
    throw new PickleError("was written by a big-endian machine; wanted little-endian");
  const storages = new Map<string, Storage>();
  const tensors = stateDict(readPickle(read("data.pkl"), tensorRules(storages)).value);
  const places = new Map<string, Place>();
  for (const storage of storages.values()) {
    const place = found.get(`data/${storage.key}`);
    if (place?.bytes !== storage.bytes)
      throw new PickleError(
        `has ${place?.bytes ?? "no"} bytes of storage ${quote(storage.key)}, wanted ${storage.bytes}`,
      );
    places.set(storage.key, place);
  }
  return { tensors, places };
}

function checksum(descriptor: number, { position, bytes }: Place): number {
  let sum = 0;
  for (let done = 0; done < bytes; done += CHUNK)
    sum = crc32(new Uint8Array(readBytes(descriptor, position + done, Math.min(CHUNK, bytes - done))), sum);
  return sum;
}

/** The values of a transposed or otherwise scattered tensor in row-major order. */
function gather(seen: NamedArray["data"], { shape, strides }: TorchTensor): NamedArray["data"] {
  const values = new (seen instanceof Float32Array ? Float32Array : Int32Array)(product(shape));
  const index = shape.map(() => 0);
  let from = 0;
  for (let at = 0; at < values.length; at++) {
    values[at] = seen[from];
    // Counts on in the last dimension; one that is full goes back to its beginning, and the one before it counts.
    for (let d = shape.length - 1; d >= 0; d--) {
      from += strides[d];
      if (++index[d] < shape[d]) break;
      from -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
  return values;
}

const refused = (path: string, { message }: PickleError) =>
  new UserError(`${path} is not a file of tensors that can be read: it ${message}.`);
