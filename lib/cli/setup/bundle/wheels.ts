/** JupyterLab as wheels in a folder, for every Python that a class has. */
import { mkdirSync } from "node:fs";
import { type Log, python, run } from "../../../backend/install/run";
import { JUPYTER } from "../../../backend/install/venv";
import { UserError } from "../../../errors";

/**
 * Downloads JupyterLab and all that it needs.
 * @param versions of Python, e.g. ["3.11", "3.12"]; none = this machine's
 * @throws UserError where there is no Python here, or no wheel for one of the versions
 */
export async function downloadJupyter(folder: string, versions: readonly string[], log: Log): Promise<void> {
  const interpreter = python();
  if (!interpreter)
    throw new UserError("there is no Python on the PATH to fetch JupyterLab with; --no-jupyter leaves it out.");
  mkdirSync(folder, { recursive: true });
  for (const version of versions.length ? versions : [undefined]) {
    log(`downloading JupyterLab for Python${version ? ` ${version}` : ""}`);
    const target = version ? ["--python-version", version] : [];
    const words = ["--only-binary=:all:", "--disable-pip-version-check", "--quiet", ...target];
    try {
      await run(interpreter, ["-m", "pip", "download", ...words, "--dest", folder, ...JUPYTER.requirements]);
    } catch (error) {
      throw new UserError(
        `JupyterLab${version ? ` for Python ${version}` : ""} cannot be downloaded: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
}
