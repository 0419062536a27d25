/** Python environments of the project's own: nothing of the reader's Python is changed. */
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../errors";
import { type Lock, tryLock } from "../../files/lock";
import { offline, PROJECT_ROOT } from "../../files/places";
import { asksNoIndex } from "./pip-settings";
import { type Log, python, run } from "./run";

/** An environment, and what is installed into it. */
export interface Environment {
  folder: string;
  /** For the sentences: "JupyterLab". */
  name: string;
  /** As pip takes them. */
  requirements: readonly string[];
  /** For the line before the wait: "100 MB, a minute or two". */
  cost: string;
  /** Another environment whose packages this one has too: made first where it is not there, and never changed. */
  on?: Environment;
}

/** JupyterLab, what runs and shows notebooks, and the extension that draws plotly figures. */
export const JUPYTER: Environment = {
  folder: join(PROJECT_ROOT, ".venv"),
  name: "JupyterLab",
  requirements: ["jupyterlab==4.6.6", "nbclient==0.11.0", "nbconvert==7.17.2", "plotly==7.1.0"],
  cost: "100 MB, a minute or two",
};

/** A program of an environment, e.g. "jupyter-lab". */
export function venvProgram(name: string, { folder } = JUPYTER): string {
  const windows = process.platform === "win32";
  return join(folder, windows ? "Scripts" : "bin", windows ? `${name}.exe` : name);
}

/**
 * Makes an environment, or finds it made; an interrupted one is gone on with. Where another process makes it, that one's end is
 * waited for.
 * @throws UserError in one sentence where this machine cannot have it
 */
export async function ensureVenv(log: Log, environment = JUPYTER): Promise<void> {
  if (environment.on) await ensureVenv(log, environment.on);
  if (isMade(environment)) return;
  const held = await waitForLock(log, environment);
  try {
    if (!isMade(environment)) await make(log, environment);
  } finally {
    held.release();
  }
}

/** True where the environment is there, with what it is to hold. */
function isMade(environment: Environment): boolean {
  const stamp = stampOf(environment);
  return (
    existsSync(stamp) &&
    readFileSync(stamp, "utf8") === contentsOf(environment) &&
    existsSync(venvProgram("python", environment)) &&
    standsHere(environment)
  );
}

/** Written last: what was installed. */
const stampOf = ({ folder }: Environment) => join(folder, ".workbook");

const contentsOf = (environment: Environment) =>
  [...environment.requirements, ...beneath(environment).map((each) => each.folder)].join("\n");

/** Two that install into one folder spoil it. The lock lies beside it, since making it anew removes the folder. */
async function waitForLock(log: Log, { folder, name }: Environment): Promise<Lock> {
  for (let said = false; ; said = true) {
    const taken = lockBeside(folder, name);
    if (typeof taken !== "number") return taken;
    if (!said) log(`process ${taken} is installing ${name}: waiting for it`);
    await sleep(300);
  }
}

function lockBeside(folder: string, name: string): Lock | number {
  try {
    mkdirSync(dirname(folder), { recursive: true });
    return tryLock(`${folder}.lock`);
  } catch (error) {
    throw new UserError(
      `${name} cannot be installed into ${folder}: ${error instanceof Error ? error.message : error}.`,
    );
  }
}

async function make(log: Log, environment: Environment): Promise<void> {
  const { folder, name, requirements, cost, on } = environment;
  const program = venvProgram("python", environment);
  const isHere = standsHere(environment);
  const moved = isHere
    ? ""
    : ` (${relative(PROJECT_ROOT, folder)} was made in another folder: the checkout was moved or copied)`;
  const interpreter = python();
  if (!interpreter) throw new UserError(`there is no Python on the PATH; ${name} needs Python 3.10 or later${moved}.`);
  // pip that is told to ask no index downloads nothing: it has a folder of wheels, as in the bundle of a class.
  if (offline() && !asksNoIndex())
    throw new UserError(`${name} is not installed and WORKBOOK_OFFLINE forbids a download${moved}.`);
  if (moved) log(`making it anew${moved}`);
  if (!isHere || !(await works(program))) await create(interpreter, environment, log);
  if (on) await layOn(environment);
  log(`installing ${name} into ${relative(PROJECT_ROOT, folder)} (about ${cost})`);
  try {
    await run(program, ["-m", "pip", "install", "--disable-pip-version-check", "--quiet", ...requirements]);
  } catch (error) {
    throw new UserError(`${name} cannot be installed: ${error instanceof Error ? error.message : error}.`);
  }
  writeFileSync(stampOf(environment), contentsOf(environment));
}

/**
 * False for an environment that was made in another folder: its programs begin with the path of the interpreter there, which is
 * gone, or belongs to the checkout that this one is a copy of.
 */
function standsHere(environment: Environment): boolean {
  const pip = venvProgram("pip", environment);
  if (!existsSync(pip)) return true;
  // Windows has the path inside of a small program.
  const bytes = readFileSync(pip);
  return [environment.folder, realpathSync(environment.folder)].some((folder) => bytes.includes(folder));
}

/** True where this interpreter runs and has pip: an environment that was cut while it was made does not. */
async function works(interpreter: string): Promise<boolean> {
  if (!existsSync(interpreter)) return false;
  return run(interpreter, ["-m", "pip", "--version"]).then(
    () => true,
    () => false,
  );
}

async function create(interpreter: string, environment: Environment, log: Log): Promise<void> {
  const { folder, on } = environment;
  log(`making the Python environment ${relative(PROJECT_ROOT, folder)}`);
  rmSync(folder, { recursive: true, force: true });
  try {
    // With the packages of another environment comes its pip.
    await run(interpreter, ["-m", "venv", ...(on ? ["--without-pip"] : []), folder]);
  } catch (error) {
    // Debian splits the module off; virtualenv does the same where it is there.
    rmSync(folder, { recursive: true, force: true });
    const reason = error instanceof Error ? error.message : String(error);
    await run(interpreter, ["-m", "virtualenv", folder]).catch(() => {
      rmSync(folder, { recursive: true, force: true });
      throw new UserError(
        `Python can make no environment (${reason}); on Debian and Ubuntu: apt install python3-venv, then the same again.`,
      );
    });
  }
}

/** The environments that this one lies on, the next one first. */
function beneath({ on }: Environment): Environment[] {
  return on ? [on, ...beneath(on)] : [];
}

/** Python reads the folders that a .pth file names, but no .pth files in them: all environments beneath are named. */
async function layOn(environment: Environment): Promise<void> {
  const folders = await Promise.all(beneath(environment).map(packagesOf));
  writeFileSync(join(await packagesOf(environment), "beneath.pth"), `${folders.join("\n")}\n`);
}

async function packagesOf(environment: Environment): Promise<string> {
  const script = "import sysconfig; print(sysconfig.get_path('purelib'))";
  return (await run(venvProgram("python", environment), ["-c", script])).trim();
}
