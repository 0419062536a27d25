/** `workbook`: runs notebooks without Python, writes them executed and as pages. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { usageError } from "../errors";
import { checkWritable, writeAtomically } from "../files/atomic";
import { ensureFolder } from "../files/folders";
import { apiPages } from "../kernel/book/api";
import { notebookName, projectNotebooks } from "../kernel/book/book";
import { type Page, writePages } from "../kernel/book/pages";
import { writeSite } from "../kernel/book/site";
import { checkLanguage, type Notebook, notebookText, readNotebook } from "../kernel/runner/nbformat";
import { readParameter, withParameters } from "../kernel/runner/parameters";
import { type CellReport, type RunReport, runNotebook } from "../kernel/runner/runner";
import { type Command, number, required, runCommand, type Values } from "./command";

export const command: Command = {
  name: "workbook",
  summary: "Runs notebooks in the workbook's kernel, without Python; writes executed notebooks and HTML pages.",
  usage: "[NAME|PATH...] [--profile quick|full] --out DIR",
  help: [
    [
      "NAME|PATH...",
      "notebooks by the start of their name (00, 00-start-here, solutions/03) or by path; default: all of notebooks/",
    ],
    ["--profile quick|full", "quick: shortened work, minutes in all; full: as the text says (default)"],
    ["--out DIR", "where NAME.ipynb, NAME.html and index.html go; --out notebooks replaces the notebooks themselves"],
    [
      "--set name=value",
      "a value for a name of the cell tagged `parameters`, JSON or a text; may be given several times",
    ],
    ["--timeout SECONDS", "longest time a cell may take (default 1800)"],
    ["--keep-going", "goes on after a cell that failed"],
    ["--no-html", "writes no pages"],
    [
      "--site",
      "runs nothing: the whole course as it came, with search, Chinese chapters and the library, to --out (default runs/site)",
    ],
  ],
  options: {
    profile: { type: "string" },
    out: { type: "string" },
    set: { type: "string", multiple: true },
    timeout: { type: "string" },
    "keep-going": { type: "boolean" },
    "no-html": { type: "boolean" },
    site: { type: "boolean" },
  },
  allowPositionals: true,
  run,
};

interface Summary {
  notebook: string;
  ok: boolean;
  seconds: number;
  /** Of the kernel; null where the system does not say. */
  peak_rss_mb: number | null;
  cells: CellReport[];
}

async function run(
  values: Values,
  names: string[],
): Promise<{ profile: string; notebooks: Summary[] } | { site: string; pages: number }> {
  if (values.site === true) return site(values, names);
  const out = resolve(required(values, "out", command));
  const profile = values.profile ?? "full";
  if (profile !== "quick" && profile !== "full")
    throw usageError(`--profile got "${profile}", wanted quick or full; see \`npm run -s workbook -- --help\`.`);
  const cellTimeoutMs = number(values, "timeout", 1800, 1, 86_400) * 1000;
  const parameters = new Map([values.set ?? []].flat().map((text) => readParameter(String(text))));
  const notebooks = findNotebooks(names).map((path) => ({
    path,
    name: notebookName(path),
    file: join(out, `${notebookName(path)}.ipynb`),
    notebook: openNotebook(path, parameters),
  }));
  const twice = notebooks.find(({ name }, i) => notebooks.findIndex((other) => other.name === name) < i);
  if (twice) throw usageError(`${twice.path} is the second notebook that goes to ${twice.file}; give each name once.`);
  // Before the cells, not after them.
  ensureFolder(out, "the folder of --out");
  for (const { file } of notebooks) {
    ensureFolder(dirname(file), "the folder");
    checkWritable(file);
  }
  const summaries: Summary[] = [];
  const pages: Page[] = [];
  for (const { path, name, file, notebook } of notebooks) {
    const options = {
      path,
      cellTimeoutMs,
      keepGoing: values["keep-going"] === true,
      env: { WORKBOOK_PROFILE: profile },
    };
    const report = await runNotebook(notebook, { ...options, onCell: (cell) => tell(name, cell) });
    writeAtomically(file, notebookText(report.notebook));
    pages.push({ name, notebook: report.notebook });
    const { ok, seconds, peakMb: peak_rss_mb, cells } = report;
    summaries.push({ notebook: name, ok, seconds, peak_rss_mb, cells });
    tellEnd(name, report);
  }
  if (values["no-html"] !== true) writePages(out, pages, apiPages());
  const bad = summaries.filter(({ ok }) => !ok).map(({ notebook }) => notebook);
  if (bad.length > 0) {
    process.stderr.write(`workbook: a cell failed in ${bad.join(", ")}; the outputs so far are in ${out}.\n`);
    // Not thrown: which cell it was stands in the result.
    process.exitCode = 1;
  }
  return { profile, notebooks: summaries };
}

/** Options that say how notebooks are run. */
const OF_RUNS = ["profile", "set", "timeout", "keep-going", "no-html"];

/** The course as a folder of pages. */
function site(values: Values, names: readonly string[]): { site: string; pages: number } {
  if (names.length > 0) throw usageError(`--site is of the whole course, got ${names.join(", ")} beside it.`);
  const stray = OF_RUNS.find((name) => values[name] !== undefined);
  if (stray) throw usageError(`--site runs nothing, got --${stray} beside it; leave one of the two out.`);
  const folder = resolve(typeof values.out === "string" ? values.out : "runs/site");
  ensureFolder(folder, "the folder of --out");
  const pages = writeSite(folder);
  process.stderr.write(`${pages} pages: open ${join(folder, "index.html")}\n`);
  return { site: folder, pages };
}

/** Faults of any notebook come before the first one runs. */
function openNotebook(path: string, parameters: ReadonlyMap<string, unknown>): Notebook {
  const notebook = readNotebook(path);
  checkLanguage(path, notebook);
  return withParameters(notebook, parameters, path);
}

/** Notebooks by name or path, in the order given; all of them where none is given. */
function findNotebooks(names: readonly string[]): string[] {
  const known = projectNotebooks();
  if (names.length === 0) return known;
  return names.map((name) => {
    if (name.endsWith(".ipynb") && existsSync(name)) return resolve(name);
    const found = known.filter((path) => notebookName(path).startsWith(name));
    if (found.length === 1) return found[0];
    const list = known.map(notebookName).join(", ");
    throw usageError(`got the notebook "${name}", wanted a path to an .ipynb file or one of ${list}.`);
  });
}

export function tell(name: string, { number: at, of, id, status, seconds, message }: CellReport): void {
  process.stderr.write(
    `${name}  ${at}/${of}  ${id}  ${status}  ${seconds.toFixed(1)} s${message ? `  ${message}` : ""}\n`,
  );
}

export function tellEnd(name: string, { ok, seconds }: RunReport): void {
  process.stderr.write(`${name}  ${ok ? "done" : "FAILED"} in ${seconds.toFixed(1)} s\n`);
}

if (require.main === module) void runCommand(command);
