/**
 * Where things lie on this machine: the project, its private folder, and the cache shared by every checkout of it.
 * Nothing here touches the disk.
 */
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The project's root: this file runs as dist/lib/files/places.js. */
export const PROJECT_ROOT = resolve(__dirname, "../../..");

/** What set-up decided for this checkout; ignored by git. */
export const PRIVATE_FOLDER = join(PROJECT_ROOT, ".workbook");

/** The native package, installed without its install script. */
export const NATIVE_PACKAGE = join(PROJECT_ROOT, "node_modules/@tensorflow/tfjs-node-gpu");

/** Where that package looks for its binding (Node-API version 8 is what Node 20 and 22 offer it). */
export const BINDING_PATH = join(NATIVE_PACKAGE, "lib/napi-v8/tfjs_binding.node");

/** A folder of the cache: WORKBOOK_CACHE, else the user's cache folder. A second checkout finds everything there. */
export function cacheFolder(...parts: string[]): string {
  const { WORKBOOK_CACHE, XDG_CACHE_HOME } = process.env;
  const root = WORKBOOK_CACHE || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "gliner-workbook");
  return join(resolve(root), ...parts);
}

/** True where the reader asked for no network: WORKBOOK_OFFLINE, or Hugging Face's own switch. */
export function offline(): boolean {
  const { WORKBOOK_OFFLINE, HF_HUB_OFFLINE } = process.env;
  return [WORKBOOK_OFFLINE, HF_HUB_OFFLINE].some((value) => /^(1|on|yes|true)$/i.test(value ?? ""));
}
