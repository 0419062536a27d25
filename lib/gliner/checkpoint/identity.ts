/** The name and fingerprint of a model, by which predictions say what made them. */
import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { ModelIdentity } from "../../evaluate/predictions/predictions";
import { sha256OfFile } from "../../files/hash";
import { readJsonObject } from "../../files/json-object";
import { isTokenLevel, parseConfig } from "../../model/config";
import { folderOfModel } from "./load";

/** Files of a model folder that decide what the model says. */
const DECISIVE = /^(gliner_config\.json|tokenizer\.json|spm\.model|(pytorch_)?model.*\.(safetensors|bin|index\.json))$/;

/**
 * The name and the sha256 of a model folder, or of a model of the hub, which is fetched: of the names and sha256 of its configuration, tokenizer and weights. An
 * optimiser's state beside them does not count.
 * @throws UserError where there is no such model, or the folder has no gliner_config.json, or not a sound one
 */
export async function modelIdentity(model: string): Promise<ModelIdentity> {
  const folder = await folderOfModel(model);
  const path = join(folder, "gliner_config.json");
  const raw = readJsonObject(path, "a model folder");
  const names = readdirSync(folder).filter((name) => DECISIVE.test(name) && statSync(join(folder, name)).isFile());
  const hash = createHash("sha256");
  for (const name of names.sort()) hash.update(`${name} ${await sha256OfFile(join(folder, name))}\n`);
  const { config } = parseConfig(raw, path);
  const identity = {
    name: folder === model ? nameOf(folder) : model.replaceAll("/", "--"),
    sha256: hash.digest("hex"),
  };
  return isTokenLevel(config) ? identity : { ...identity, max_width: config.max_width };
}

/** The folder's name; of a run's `last` or `best`, or a hub's snapshot, the name above it too. */
function nameOf(folder: string): string {
  const path = resolve(folder);
  const own = basename(path);
  return /^(last|best|step-\d+|[0-9a-f]{40})$/.test(own) ? `${basename(dirname(path))}-${own}` : own;
}
