/** Weights cut into several files, with an index that says which tensor lies in which. @see huggingface_hub, serialization */
import { dirname, join } from "node:path";
import { UserError } from "../errors";
import { isObject, quote, readJsonObject } from "../files/json-object";
import type { NamedArray, TensorFile, TensorInfo } from "./tensor-file";

/** What names more files is an attack or a mistake. */
const MAX_SHARDS = 1000;

/**
 * The file of each tensor, in the index's order.
 * @throws UserError where the index is unsound, or names a file outside of its folder
 */
export function readIndex(path: string): Map<string, string> {
  const broken = (why: string) => new UserError(`${path} is not a sound index of weights: ${why}.`);
  const { weight_map: map } = readJsonObject(path, "an index of weights");
  if (!isObject(map)) throw broken('it has no "weight_map"');
  const files = new Map<string, string>();
  for (const [name, file] of Object.entries(map)) {
    if (typeof file !== "string" || !/^\w[\w.-]*\.(safetensors|bin)$/.test(file))
      throw broken(`tensor ${quote(name)} lies in ${quote(file)}, wanted the name of a file in the same folder`);
    files.set(name, file);
  }
  const shards = new Set(files.values()).size;
  if (shards === 0 || shards > MAX_SHARDS) throw broken(`it names ${shards} files`);
  return files;
}

/** All files of an index, read as one. @throws UserError where index and files disagree */
export async function openSharded(
  path: string,
  openFile: (path: string) => TensorFile | Promise<TensorFile>,
): Promise<TensorFile> {
  const files = readIndex(path);
  const shards = new Map<string, TensorFile>();
  try {
    for (const file of new Set(files.values())) shards.set(file, await openFile(join(dirname(path), file)));
    return new Shards(path, files, shards);
  } catch (error) {
    for (const shard of shards.values()) shard.close();
    throw error;
  }
}

class Shards implements TensorFile {
  readonly entries: ReadonlyMap<string, TensorInfo>;

  constructor(
    readonly path: string,
    private readonly files: ReadonlyMap<string, string>,
    private readonly shards: ReadonlyMap<string, TensorFile>,
  ) {
    this.entries = new Map([...files].map(([name, file]) => [name, this.entry(name, file)]));
    for (const [file, shard] of shards)
      for (const name of shard.entries.keys())
        if (files.get(name) !== file)
          throw new UserError(`${shard.path} holds tensor ${quote(name)}, which ${path} does not look for there.`);
  }

  read(name: string): NamedArray {
    const shard = this.shards.get(this.files.get(name) ?? "");
    if (!shard) throw new UserError(`${this.path} has no tensor ${quote(name)}.`);
    return shard.read(name);
  }

  close(): void {
    for (const shard of this.shards.values()) shard.close();
  }

  private entry(name: string, file: string): TensorInfo {
    const entry = this.shards.get(file)?.entries.get(name);
    if (!entry) throw new UserError(`${this.path} looks for tensor ${quote(name)} in ${file}, which lacks it.`);
    return entry;
  }
}
