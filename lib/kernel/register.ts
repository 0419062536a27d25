/**
 * The kernel made known to the reader's own Jupyter and to VS Code: a kernelspec with absolute paths in the user's Jupyter
 * data folder, written without Python and taken away again without a trace. JupyterLab as `npm start` opens it needs none.
 * Source of the places: jupyter_core's paths.py, jupyter_data_dir().
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { homedir, platform } from "node:os";
import { dirname, join, resolve } from "node:path";
import { UserError } from "../errors";
import { writeAtomically } from "../weights/atomic";
import { JUPYTER_FOLDER, LAUNCHER } from "./client";
import { PROJECT_ROOT } from "./project";

/** The folder's name, by which notebooks ask for the kernel: the same as in the project, whose notebooks then open in either. */
const NAME = "tslab-workbook";

/** Ours carry this in their metadata: which checkout they start, and which folders were made for them. */
const MARK = "gliner-workbook";

interface Mark {
  checkout: string;
  made: string[];
}

interface KernelSpec {
  argv: string[];
  metadata?: { [MARK]?: Mark; [key: string]: unknown };
  [key: string]: unknown;
}

/** What was done, and where. */
export interface Registration {
  folder: string;
  done: "written" | "unchanged" | "removed" | "not there";
}

/** The user's Jupyter data folder, by Jupyter's own rules. */
export function jupyterDataFolder(env: NodeJS.ProcessEnv = process.env, system = platform()): string {
  if (env.JUPYTER_DATA_DIR) return resolve(env.JUPYTER_DATA_DIR);
  const home = env.HOME || homedir();
  const modern = /^(1|true|yes|on|y)$/i.test(env.JUPYTER_PLATFORM_DIRS ?? "");
  if (system === "darwin") return join(home, "Library", ...(modern ? ["Application Support", "Jupyter"] : ["Jupyter"]));
  if (system === "win32") {
    if (modern) return join(env.LOCALAPPDATA || join(home, "AppData", "Local"), "Jupyter");
    return join(env.APPDATA || join(home, "AppData", "Roaming"), "jupyter");
  }
  return join(env.XDG_DATA_HOME || join(home, ".local", "share"), "jupyter");
}

/**
 * Writes the kernelspec; writing the same again changes nothing.
 * @param dataFolder default: the user's
 * @param force replaces a kernelspec of this name that is not ours, or that starts another checkout which is still there
 * @throws UserError where such a one is in the way, or the folder cannot be written
 */
export function registerKernel(dataFolder = jupyterDataFolder(), force = false): Registration {
  const folder = specFolder(dataFolder);
  const before = read(folder);
  const owner = before?.metadata?.[MARK]?.checkout;
  if (before && !force && owner !== PROJECT_ROOT && !(owner && isGone(owner)))
    throw new UserError(
      `${folder} holds ${owner ? `the kernel of the checkout ${owner}` : "a kernel that was not registered from here"}; ` +
        "`npm run kernel:register -- --force` replaces it.",
    );
  const made = before?.metadata?.[MARK]?.made ?? missingFolders(folder);
  const text = `${JSON.stringify(spec({ checkout: PROJECT_ROOT, made }), null, 2)}\n`;
  const file = join(folder, "kernel.json");
  if (existsSync(file) && readFileSync(file, "utf8") === text) return { folder, done: "unchanged" };
  try {
    mkdirSync(folder, { recursive: true });
    writeAtomically(file, text);
  } catch (error) {
    throw new UserError(`cannot write the kernelspec to ${folder}: ${error instanceof Error ? error.message : error}.`);
  }
  return { folder, done: "written" };
}

/**
 * Takes the kernelspec away, and the folders that were made for it as far as they are empty.
 * @throws UserError where the one of this name is not ours: it is left as it is
 */
export function unregisterKernel(dataFolder = jupyterDataFolder()): Registration {
  const folder = specFolder(dataFolder);
  const before = read(folder);
  if (!before) return { folder, done: "not there" };
  const mark = before.metadata?.[MARK];
  if (!mark || (mark.checkout !== PROJECT_ROOT && !isGone(mark.checkout)))
    throw new UserError(
      `${folder} holds ${mark ? `the kernel of the checkout ${mark.checkout}` : "a kernel that was not registered from here"}: it was left as it is.`,
    );
  rmSync(join(folder, "kernel.json"));
  for (const path of [
    folder,
    ...mark.made
      .filter((made) => folder.startsWith(made))
      .sort()
      .reverse(),
  ])
    if (existsSync(path) && readdirSync(path).length === 0) rmdirSync(path);
  return { folder, done: "removed" };
}

const specFolder = (dataFolder: string) => join(resolve(dataFolder), "kernels", NAME);

/** The project's own kernelspec with paths that hold from anywhere. */
function spec(mark: Mark): KernelSpec {
  const own: KernelSpec = JSON.parse(readFileSync(join(JUPYTER_FOLDER, "kernels", NAME, "kernel.json"), "utf8"));
  const argv = [process.execPath, LAUNCHER, "{connection_file}"];
  return { ...own, argv, metadata: { ...own.metadata, [MARK]: mark } };
}

/** @returns undefined where there is none; a damaged one counts as somebody else's */
function read(folder: string): KernelSpec | undefined {
  const file = join(folder, "kernel.json");
  if (!existsSync(file)) return undefined;
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof value === "object" && value !== null) return { argv: [], ...value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { argv: [] };
}

const isGone = (checkout: string) => !existsSync(join(checkout, "lib/kernel/launch.cjs"));

/** The folders that are not there yet, outermost first. */
function missingFolders(folder: string): string[] {
  return existsSync(folder) ? [] : [...missingFolders(dirname(folder)), folder];
}
