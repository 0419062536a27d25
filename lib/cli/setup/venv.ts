import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { offline, PROJECT_ROOT } from "../../backend";
import { type Log, python, run } from "../../backend/install/run";
import { UserError } from "../../errors";

/** JupyterLab in the project's own `.venv`: nothing of the reader's Python is changed. */

/** JupyterLab, what runs and shows notebooks, and the extension that draws plotly figures. */
const REQUIREMENTS = ["jupyterlab==4.6.6", "nbclient==0.11.0", "nbconvert==7.17.2", "plotly==7.1.0"];

const FOLDER = join(PROJECT_ROOT, ".venv");
const STAMP = join(FOLDER, ".workbook");
const BIN = join(FOLDER, process.platform === "win32" ? "Scripts" : "bin");

/** A program of the environment, e.g. "jupyter-lab". */
export function venvProgram(name: string): string {
  return join(BIN, process.platform === "win32" ? `${name}.exe` : name);
}

/**
 * Makes the environment, or finds it made; an interrupted one is gone on with.
 * @throws UserError in one sentence where this machine cannot have it
 */
export async function ensureVenv(log: Log): Promise<void> {
  const wanted = REQUIREMENTS.join("\n");
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted && existsSync(venvProgram("jupyter-lab"))) return;
  const interpreter = python();
  if (!interpreter) throw new UserError("there is no Python on the PATH; JupyterLab needs Python 3.10 or later.");
  if (offline()) throw new UserError("JupyterLab is not installed and WORKBOOK_OFFLINE forbids a download.");
  if (!(await works(venvProgram("python")))) await create(interpreter, log);
  log("installing JupyterLab into .venv (about 100 MB, a minute or two)");
  try {
    await run(venvProgram("python"), [
      "-m",
      "pip",
      "install",
      "--disable-pip-version-check",
      "--quiet",
      ...REQUIREMENTS,
    ]);
  } catch (error) {
    throw new UserError(`JupyterLab cannot be installed: ${error instanceof Error ? error.message : error}.`);
  }
  writeFileSync(STAMP, wanted);
}

/** True where this interpreter runs and has pip: an environment that was cut while it was made does not. */
async function works(interpreter: string): Promise<boolean> {
  if (!existsSync(interpreter)) return false;
  return run(interpreter, ["-m", "pip", "--version"]).then(
    () => true,
    () => false,
  );
}

async function create(interpreter: string, log: Log): Promise<void> {
  log("making the Python environment .venv");
  rmSync(FOLDER, { recursive: true, force: true });
  try {
    await run(interpreter, ["-m", "venv", FOLDER]);
  } catch (error) {
    // Debian splits the module off; virtualenv does the same where it is there.
    rmSync(FOLDER, { recursive: true, force: true });
    const reason = error instanceof Error ? error.message : String(error);
    await run(interpreter, ["-m", "virtualenv", FOLDER]).catch(() => {
      rmSync(FOLDER, { recursive: true, force: true });
      throw new UserError(
        `Python can make no environment (${reason}); on Debian and Ubuntu: apt install python3-venv, then \`npm start\` again.`,
      );
    });
  }
}
