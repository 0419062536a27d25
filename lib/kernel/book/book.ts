/**
 * The workbook as pages that are brought up to date: what a machine without JupyterLab reads. First every notebook's
 * page as it came with the project, then, one after the other, as it ran here; a notebook that ran here with the same
 * text, build and library is not run again.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, isAbsolute, join, relative, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { readRecord } from "../../backend";
import { UserError } from "../../errors";
import { writeAtomically } from "../../files/atomic";
import { PROJECT_ROOT } from "../project";
import { notebookText, readNotebook } from "../runner/nbformat";
import { type CellReport, type RunReport, runNotebook } from "../runner/runner";
import { apiPages } from "./api";
import { type Page, writePages } from "./pages";

const NOTEBOOKS = join(PROJECT_ROOT, "notebooks");

/** The project's notebooks, in the order of their numbers: the chapters, then the solutions of their exercises. */
export function projectNotebooks(): string[] {
  return [NOTEBOOKS, join(NOTEBOOKS, "solutions")].flatMap((folder) => {
    const names = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".ipynb")) : [];
    return names.sort().map((file) => join(folder, file));
  });
}

/** What a notebook and its page are called: `03-the-model`, `solutions/03-the-model`; elsewhere on the disk by the file alone. */
export function notebookName(path: string): string {
  const below = relative(NOTEBOOKS, path).split(sep).join("/");
  return (below.startsWith("../") || isAbsolute(below) ? basename(path) : below).replace(/\.ipynb$/, "");
}

export interface BookOptions {
  /** Where the pages go; made if missing. */
  folder: string;
  notebooks?: readonly string[];
  /** Told of every cell, and of a notebook's end. */
  onCell?(name: string, cell: CellReport): void;
  onEnd?(name: string, report: RunReport): void;
  /** Ends the work before the next notebook. */
  signal?: AbortSignal;
}

/** A book under way: its pages can be read at once. */
export interface Book {
  folder: string;
  /** Resolves when every notebook has run; rejects where no kernel starts. */
  done: Promise<void>;
}

/**
 * Writes all pages as they are and begins to run what did not run here yet.
 * @throws UserError where the folder cannot be written or a notebook is damaged
 */
export function openBook(options: BookOptions): Book {
  const notebooks = options.notebooks ?? projectNotebooks();
  mkdirSync(options.folder, { recursive: true });
  const pages = notebooks.map((path) => shownPage(path, options.folder));
  writePages(options.folder, pages);
  return { folder: options.folder, done: runAll(notebooks, pages, options) };
}

async function runAll(notebooks: readonly string[], pages: Page[], options: BookOptions): Promise<void> {
  // The library's pages take seconds to make: the notebooks can be read meanwhile.
  await setImmediate();
  if (options.signal?.aborted) return;
  writePages(options.folder, pages, apiPages());
  for (const [at, path] of notebooks.entries()) {
    if (options.signal?.aborted) return;
    if (ranHere(path, options.folder)) continue;
    const name = notebookName(path);
    const key = keyOf(path);
    const report = await runNotebook(readNotebook(path), {
      path,
      keepGoing: true,
      signal: options.signal,
      onCell: (cell) => options.onCell?.(name, cell),
    });
    // An interrupted notebook is not one that ran here.
    if (options.signal?.aborted) return;
    pages[at] = { name, notebook: report.notebook, note: noteOf(report) };
    writeAtomically(join(options.folder, `${name}.ipynb`), notebookText(report.notebook));
    writeAtomically(join(options.folder, `${name}.key`), `${key}\n${noteOf(report)}\n`);
    writePages(options.folder, pages, apiPages());
    options.onEnd?.(name, report);
  }
}

/** The page as it ran here, else as it came. */
function shownPage(path: string, folder: string): Page {
  const name = notebookName(path);
  const note = ranHere(path, folder);
  if (note) return { name, notebook: readNotebook(join(folder, `${name}.ipynb`)), note };
  return { name, notebook: readNotebook(path), note: "As it came with the project; not run on this machine yet." };
}

function noteOf({ ok, seconds }: RunReport): string {
  const on = readRecord()?.library ?? "an unknown library";
  const when = new Date().toISOString().slice(0, 16).replace("T", " ");
  return `${ok ? "Run" : "Run, with a cell that failed,"} on this machine at ${when} UTC in ${Math.round(seconds)} s, on ${on}.`;
}

/** The note of the run that is on file for this very notebook, or undefined. */
function ranHere(path: string, folder: string): string | undefined {
  const stem = join(folder, notebookName(path));
  if (![".key", ".ipynb"].every((ending) => existsSync(stem + ending))) return undefined;
  const [key, note] = readFileSync(`${stem}.key`, "utf8").split("\n");
  return key === keyOf(path) ? note : undefined;
}

/** What a notebook's outputs depend on: its text, the library as built, TensorFlow. */
function keyOf(path: string): string {
  const build = join(PROJECT_ROOT, "dist", ".workbook-build");
  if (!existsSync(build)) throw new UserError("the project is not built; run `npm run -s build`.");
  const content = readFileSync(build, "utf8").split("\n")[1];
  const parts = [readFileSync(path, "utf8"), content, readRecord()?.library ?? ""];
  return createHash("sha256").update(parts.join("\0")).digest("hex");
}
