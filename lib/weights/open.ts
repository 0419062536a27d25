/** The one entrance to a folder's weights: picks safetensors, sharded, PyTorch or compact by what lies there. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors";
import { openCompact } from "./compact";
import { encoderFolder } from "./encoders";
import { underCurrentNames } from "./names";
import { SafetensorsFile } from "./safetensors";
import { openSharded } from "./sharded";
import type { TensorFile, TensorInfo } from "./tensor-file";
import { TorchFile } from "./torch/torch-file";
import { COMPACT, WEIGHT_FORMS } from "./weight-forms";

/**
 * Opens the weights of a folder in whatever form they lie there, under the names of GLiNER 0.2.29.
 * @throws UserError where there are none, or they are unsound
 */
export async function openWeights(folder: string): Promise<TensorFile> {
  const [first, ...others] = WEIGHT_FORMS;
  const form = WEIGHT_FORMS.find((name) => existsSync(join(folder, name)));
  if (!form) throw new UserError(`${join(folder, first)} does not exist, nor ${others.join(", nor ")}: no weights.`);
  return underCurrentNames(await openForm(join(folder, form)));
}

/** Opens the weights of an encoder, which is fetched where it has to be. */
export async function openEncoder(name: string): Promise<TensorFile> {
  return openWeights(await encoderFolder(name));
}

async function openForm(path: string): Promise<TensorFile> {
  if (path.endsWith(".index.json")) return openSharded(path, openForm);
  if (path.endsWith(".bin")) return TorchFile.open(path);
  if (path.endsWith(COMPACT)) return openCompact(path, openEncoder);
  return withTied(SafetensorsFile.open(path));
}

/**
 * A tensor that shares its bytes with another is left out of a safetensors file, and the metadata says under the one's name
 * what the other is called. @see gliner/model.py, _load_state_dict
 */
function withTied(file: SafetensorsFile): TensorFile {
  const tied = [...file.metadata].filter(([name, saved]) => !file.entries.has(name) && file.entries.has(saved));
  if (tied.length === 0) return file;
  const saved = new Map(tied);
  const more = tied.map(([name, other]) => [name, file.entries.get(other) as TensorInfo] as const);
  return {
    path: file.path,
    entries: new Map([...file.entries, ...more]),
    read: (name) => file.read(saved.get(name) ?? name),
    close: () => file.close(),
  };
}
