/**
 * Makes the kernel known to the user's own Jupyter and to VS Code, and takes that back, without Python: a kernelspec is a
 * folder with one file. The project's own spec is relocatable and known only to a server that `npm start` starts; the
 * copy written here has absolute paths, since an editor has neither our PATH nor JUPYTER_PATH.
 */
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { UserError, usageError } from "../../errors";
import { writeAtomically } from "../../files/atomic";
import { JUPYTER_FOLDER, KERNEL_NAME, LAUNCHER, PROJECT_ROOT } from "../project";

/** Key of the spec's metadata by which we know our own. */
const MARK = "gliner-workbook";

/** What a spec of ours says of itself. */
interface Mark {
  /** Root of the checkout whose kernel it starts. */
  checkout: string;
  /** Folders that were made for it, outermost first. */
  created: string[];
}

interface Kernelspec {
  argv: string[];
  display_name: string;
  metadata?: Record<string, unknown>;
}

export interface RegisterOptions {
  /** The folder that holds a folder for each kernelspec, from `kernelsFolder`. */
  kernels: string;
  /** Name of the spec; default: the one that the project's notebooks carry. */
  name?: string;
  /** Replaces a spec that is not this checkout's. */
  force?: boolean;
}

export interface Registration {
  name: string;
  display_name: string;
  /** The kernel.json. */
  file: string;
  checkout: string;
  status: "written" | "unchanged" | "replaced";
}

/**
 * Writes the kernelspec; a second call changes nothing.
 * @throws UserError where a spec of that name is there that is not this checkout's, or the folder cannot be written
 */
export function registerKernel({ kernels, name = KERNEL_NAME, force = false }: RegisterOptions): Registration {
  const file = specFile(kernels, name);
  const there = readThere(file);
  if (there && !isOurs(there.mark) && !force)
    throw new UserError(`${whose(file, there.mark)}; choose another --name, or replace it with --force.`);
  const missing = missingFolders(dirname(file));
  const created = [...new Set([...missing, ...(there?.mark?.created ?? [])])].sort();
  const spec = makeSpec(name, { checkout: PROJECT_ROOT, created });
  const text = `${JSON.stringify(spec, null, 2)}\n`;
  const report = { name, display_name: spec.display_name, file, checkout: PROJECT_ROOT };
  if (there?.text === text) return { ...report, status: "unchanged" };
  makeFolders(missing);
  writeAtomically(file, text);
  return { ...report, status: there ? "replaced" : "written" };
}

/**
 * Removes what `registerKernel` wrote, and the folders it made where they are empty.
 * @returns the paths removed; none where nothing was registered
 * @throws UserError where the spec of that name is not this checkout's
 */
export function unregisterKernel({ kernels, name = KERNEL_NAME }: Omit<RegisterOptions, "force">): string[] {
  const file = specFile(kernels, name);
  const there = readThere(file);
  if (!there) return [];
  if (!there.mark || !isOurs(there.mark)) throw new UserError(`${whose(file, there.mark)}; it was left as it is.`);
  attempt("remove", file, () => rmSync(file));
  const removed = [file];
  for (const folder of [...there.mark.created].sort().reverse()) {
    // The file could have been edited: nothing but an empty folder above it is touched.
    if (relative(folder, file).startsWith("..") || !existsSync(folder) || readdirSync(folder).length > 0) continue;
    attempt("remove", folder, () => rmdirSync(folder));
    removed.push(folder);
  }
  return removed;
}

function specFile(kernels: string, name: string): string {
  // Jupyter lists names in lower case and finds them by their folder.
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(name))
    throw usageError(`--name got "${name}", wanted lower-case letters, digits, dots, dashes and underscores.`);
  const folder = join(kernels, name);
  if (attempt("look at", folder, () => lstatSync(folder, { throwIfNoEntry: false }))?.isSymbolicLink())
    throw new UserError(`${folder} is a link, so what lies behind it is not ours to change; remove the link first.`);
  return join(folder, "kernel.json");
}

/** The spec that is there already; a file that cannot be read as one has no mark and so is not ours. */
function readThere(file: string): { text: string; mark: Mark | undefined } | undefined {
  if (!existsSync(file)) return undefined;
  const text = attempt("read", file, () => readFileSync(file, "utf8"));
  return { text, mark: readMark(text) };
}

function readMark(text: string): Mark | undefined {
  let spec: Partial<Kernelspec> | null;
  try {
    spec = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const mark = spec?.metadata?.[MARK];
  if (typeof mark !== "object" || mark === null || !("checkout" in mark) || !("created" in mark)) return undefined;
  const { checkout, created } = mark;
  if (typeof checkout !== "string" || !Array.isArray(created)) return undefined;
  return { checkout, created: created.map(String) };
}

/** This checkout's, or that of one that is gone: then this one was most likely moved from there. */
function isOurs(mark: Mark | undefined): boolean {
  return mark !== undefined && (mark.checkout === PROJECT_ROOT || !existsSync(mark.checkout));
}

function whose(file: string, mark: Mark | undefined): string {
  return mark
    ? `${file} starts the kernel of another checkout, ${mark.checkout}`
    : `${file} was not written by this project`;
}

function makeSpec(name: string, mark: Mark): Kernelspec {
  const template = join(JUPYTER_FOLDER, "kernels", KERNEL_NAME, "kernel.json");
  const spec: Kernelspec = JSON.parse(readFileSync(template, "utf8"));
  const argv = [process.execPath, LAUNCHER, "{connection_file}"];
  const display_name = name === KERNEL_NAME ? spec.display_name : `${spec.display_name}: ${name}`;
  return { ...spec, argv, display_name, metadata: { ...spec.metadata, [MARK]: mark } };
}

/** The folder itself and those above it that are not there yet. */
function missingFolders(folder: string): string[] {
  return existsSync(folder) ? [] : [...missingFolders(dirname(folder)), folder];
}

/** One by one: Node 20's recursive `mkdir` never returns below a folder such as /proc. */
function makeFolders(folders: readonly string[]): void {
  for (const folder of folders) attempt("make", folder, () => mkdirSync(folder));
}

/** Does a thing with a path; that it cannot be done is the machine's answer to the reader, not a fault of ours. */
function attempt<Result>(what: string, path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new UserError(`cannot ${what} ${path}: ${error instanceof Error ? error.message : error}.`);
  }
}
