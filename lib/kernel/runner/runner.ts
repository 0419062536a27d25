/**
 * Runs a whole notebook without Python: every code cell in order in one fresh kernel, outputs collected as Jupyter
 * stores them. A cell that takes too long is interrupted, and its kernel killed when that does not help.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { KernelClient, type Reply } from "./client";
import { madeOf } from "./made-of";
import { type Cell, checkLanguage, type Notebook, type Output } from "./nbformat";
import { type DisplayIds, OutputCollector } from "./outputs";
import { hasTag } from "./parameters";

/** How long an interrupted cell may take to end before its kernel is killed (ms). */
const AFTER_INTERRUPT = 8_000;

export interface RunOptions {
  /** The file the notebook came from: its folder is the kernel's. */
  path: string;
  /** Longest time a cell may take (ms); default 30 minutes. */
  cellTimeoutMs?: number;
  /** Goes on after a cell that failed; default false. */
  keepGoing?: boolean;
  /** Environment of the kernel, beside this process's. */
  env?: Readonly<Record<string, string>>;
  /** Interrupts the running cell and runs no further one. */
  signal?: AbortSignal;
  /** Called after each code cell. */
  onCell?(report: CellReport): void;
}

export interface CellReport {
  /** Position among the code cells, from 1. */
  number: number;
  of: number;
  id: string;
  status: "ok" | "failed" | "expected failure" | "timed out" | "dead kernel";
  seconds: number;
  /** First line of what went wrong. */
  message?: string;
}

export interface RunReport {
  notebook: Notebook;
  cells: CellReport[];
  /** No cell failed and none was left out. */
  ok: boolean;
  seconds: number;
  /** The most memory that the kernel held, in MB; null where the system does not say. */
  peakMb: number | null;
}

/**
 * Executes a notebook. Cells tagged `raises-exception` are expected to fail; those tagged `skip-execution` are left out.
 * @returns a new notebook with the outputs, and how each cell went
 * @throws UserError where no kernel starts, or the notebook is one of another kernel
 */
export async function runNotebook(notebook: Notebook, options: RunOptions): Promise<RunReport> {
  checkLanguage(options.path, notebook);
  const start = performance.now();
  const scratch = mkdtempSync(join(tmpdir(), "notebook-run-"));
  const notes = join(scratch, "reads");
  const watched = { WORKBOOK_READS: notes, WORKBOOK_PICTURE_WAIT: "900" };
  const env: NodeJS.ProcessEnv = { ...process.env, ...options.env, ...watched };
  const kernel = await KernelClient.start({ folder: dirname(resolve(options.path)), env });
  const cells: Cell[] = notebook.cells.map((cell) =>
    cell.cell_type === "code" ? { ...cell, outputs: [], execution_count: null } : cell,
  );
  const code = cells.filter(
    (cell) => cell.cell_type === "code" && !hasTag(cell, "skip-execution") && cell.source.trim() !== "",
  );
  const reports: CellReport[] = [];
  const stop = (): void => kernel.interrupt();
  options.signal?.addEventListener("abort", stop);
  const displays: DisplayIds = new Map();
  let peakMb: number | null = null;
  try {
    for (const [at, cell] of code.entries()) {
      const outcome = await runCell(kernel, cell, displays, options.cellTimeoutMs ?? 30 * 60_000);
      const report: CellReport = { number: at + 1, of: code.length, id: cell.id, ...outcome };
      reports.push(report);
      peakMb = kernel.peakMegabytes() ?? peakMb;
      options.onCell?.(report);
      if (options.signal?.aborted) break;
      if (report.status === "dead kernel" || report.status === "timed out") break;
      if (report.status === "failed" && !options.keepGoing) break;
    }
  } finally {
    options.signal?.removeEventListener("abort", stop);
    await kernel.shutdown();
  }
  const good = reports.every(({ status }) => status === "ok" || status === "expected failure");
  const reads = existsSync(notes) ? readFileSync(notes, "utf8").split("\n").filter(Boolean) : [];
  rmSync(scratch, { recursive: true });
  const workbook = madeOf(notebook, reads, env.WORKBOOK_PROFILE ?? "full");
  const metadata = { ...notebook.metadata, language_info: LANGUAGE, workbook };
  const seconds = (performance.now() - start) / 1000;
  return { notebook: { metadata, cells }, cells: reports, ok: good && reports.length === code.length, seconds, peakMb };
}

/** What the kernel says of its language, as Jupyter stores it. */
const LANGUAGE = {
  codemirror_mode: { mode: "typescript", name: "javascript", typescript: true },
  file_extension: ".ts",
  mimetype: "text/typescript",
  name: "typescript",
  pygments_lexer: "typescript",
  version: "5.0.4",
};

type CellOutcome = Pick<CellReport, "status" | "seconds" | "message">;

async function runCell(
  kernel: KernelClient,
  cell: Cell,
  displays: DisplayIds,
  timeoutMs: number,
): Promise<CellOutcome> {
  const start = performance.now();
  const collector = new OutputCollector(displays);
  cell.outputs = collector.outputs;
  const stopOnError = !hasTag(cell, "raises-exception");
  const work = kernel.execute(cell.source, (message) => collector.take(message), stopOnError);
  const reply = await withTimeout(kernel, work, timeoutMs);
  const seconds = (performance.now() - start) / 1000;
  if (reply.content.execution_count !== undefined) cell.execution_count = Number(reply.content.execution_count);
  if (reply.timedOut) return failed(cell, "timed out", seconds, `took longer than ${timeoutMs / 1000} s`);
  if (reply.status === "dead") return failed(cell, "dead kernel", seconds, "the kernel died while it ran");
  if (reply.status === "ok") return { status: "ok", seconds };
  const message = `${reply.content.ename}: ${reply.content.evalue}`.split("\n")[0];
  return { status: stopOnError ? "failed" : "expected failure", seconds, message };
}

/** Notes in the notebook itself what the kernel could not say any more. */
function failed(cell: Cell, status: CellReport["status"], seconds: number, message: string): CellOutcome {
  const output: Output = { output_type: "error", ename: status, evalue: message, traceback: [`${status}: ${message}`] };
  cell.outputs.push(output);
  return { status, seconds, message };
}

async function withTimeout(
  kernel: KernelClient,
  work: Promise<Reply>,
  timeoutMs: number,
): Promise<Reply & { timedOut: boolean }> {
  const first = await settledWithin(work, timeoutMs);
  if (first) return { ...first, timedOut: false };
  kernel.interrupt();
  const second = await settledWithin(work, AFTER_INTERRUPT);
  if (!second) await kernel.kill();
  return { status: "error", content: second?.content ?? {}, timedOut: true };
}

async function settledWithin(work: Promise<Reply>, ms: number): Promise<Reply | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolvePause) => {
    timer = setTimeout(() => resolvePause(undefined), ms);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
