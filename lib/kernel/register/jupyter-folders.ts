/**
 * Where Jupyter and VS Code look for kernels, worked out without Python: the rules of jupyter_core 5.9 (paths.py) and of
 * the Jupyter extension of VS Code (jupyterPaths.node.ts, read in November 2026).
 */
import { homedir } from "node:os";
import { posix, resolve, win32 } from "node:path";

/** What the rules depend on; given in tests, else this machine's. */
export interface Machine {
  platform: NodeJS.Platform;
  env: Readonly<NodeJS.ProcessEnv>;
  home: string;
}

const here = (): Machine => ({ platform: process.platform, env: process.env, home: homedir() });

/**
 * Jupyter's data folder of the user, as `jupyter --data-dir` prints it and `jupyter kernelspec install --user` uses it.
 * JUPYTER_PREFER_ENV_PATH changes only the order in which Jupyter reads its folders, not this one.
 */
export function userDataFolder(machine = here()): string {
  const { platform, env, home } = machine;
  const { join } = platform === "win32" ? win32 : posix;
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  // JUPYTER_PLATFORM_DIRS moves it to where the package platformdirs keeps data; on Linux that is the same place.
  const platformDirs = isOn(env.JUPYTER_PLATFORM_DIRS);
  if (platform === "darwin")
    return platformDirs ? join(home, "Library", "Application Support", "jupyter") : join(home, "Library", "Jupyter");
  if (platform === "win32") {
    if (platformDirs) return join(env.LOCALAPPDATA || join(home, "AppData", "Local"), "jupyter");
    if (env.APPDATA) return join(env.APPDATA, "jupyter");
    return join(env.JUPYTER_CONFIG_DIR || join(home, ".jupyter"), "data");
  }
  return join(env.XDG_DATA_HOME || join(home, ".local", "share"), "jupyter");
}

/**
 * The folder that holds a folder for each kernelspec.
 * @param prefix an installation's root, e.g. a Python environment; without it, the user's own data folder
 */
export function kernelsFolder(prefix?: string): string {
  return prefix === undefined ? resolve(userDataFolder(), "kernels") : resolve(prefix, "share", "jupyter", "kernels");
}

/** True where VS Code lists kernelspecs of this folder; it knows neither JUPYTER_DATA_DIR nor XDG_DATA_HOME. */
export function seenByVSCode(kernels: string, machine = here()): boolean {
  const { platform, env, home } = machine;
  const path = platform === "win32" ? win32 : posix;
  const listed = (env.JUPYTER_PATH ?? "").split(path.delimiter).filter(Boolean);
  const user = { win32: ["AppData", "Roaming", "jupyter"], darwin: ["Library", "Jupyter"] }[String(platform)];
  const folders = [...listed, path.join(home, ...(user ?? [".local", "share", "jupyter"]))];
  if (platform === "win32") folders.push(path.join(env.ALLUSERSPROFILE ?? "C:\\ProgramData", "jupyter"));
  else folders.push("/usr/share/jupyter", "/usr/local/share/jupyter");
  return folders.some((folder) => path.resolve(folder, "kernels") === path.resolve(kernels));
}

/** jupyter_core's reading of a switch in the environment. */
function isOn(value: string | undefined): boolean {
  return value !== undefined && !["no", "n", "false", "off", "0", "0.0"].includes(value.toLowerCase());
}
