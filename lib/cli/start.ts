/** `npm start`: the workbook in JupyterLab, or where that cannot be had as pages that the Node-only runner writes. The launcher has
 * made everything but JupyterLab ready before. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { PRIVATE_FOLDER, PROJECT_ROOT, useBackend } from "../backend";
import { ensureVenv } from "../backend/install/venv";
import { UserError } from "../errors";
import { openBook } from "../kernel/book/book";
import { type Command, runCommand, whole } from "./command";
import { servePages } from "./setup/book-server";
import { openBrowser } from "./setup/browser";
import { firstExtraction } from "./setup/first-extraction";
import { FIRST_NOTEBOOK, type Server, startServer } from "./setup/jupyter";
import { checkKernel, checkKernelAlone } from "./setup/kernel-check";
import { tell, tellEnd } from "./workbook";

const log = (line: string) => process.stderr.write(`${line}\n`);

const start: Command = {
  name: "start",
  summary: "Sets up what is missing and opens the workbook: in JupyterLab, or without Python as pages.",
  usage: "[--check] [--no-browser] [--port 8888]",
  help: [
    ["--check", "set up, start server and kernel, run two cells, print the address, stop again"],
    ["--no-browser", "print the address only (also with CI=true)"],
    ["--port N", "the port to try first; a free one is taken where it is not free"],
  ],
  options: { check: { type: "boolean" }, "no-browser": { type: "boolean" }, port: { type: "string" } },
  async run(values) {
    const port = whole(values, "port", 8888, 1024, 65535);
    const { library } = await useBackend();
    log(`TensorFlow.js runs on ${library}`);
    log(`first extraction, by ${await firstExtraction()}`);
    const browser = !values.check && !values["no-browser"] && !process.env.CI;
    if (!(await jupyterIsThere())) return values.check ? checkBook(port, library) : serveBook(port, browser, library);
    const server = await startServer(browser, port);
    return values.check ? check(server, library) : serve(server, library);
  },
};

/** JupyterLab, or one sentence why not. */
async function jupyterIsThere(): Promise<boolean> {
  try {
    await ensureVenv(log);
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    log(`no JupyterLab: ${error.message}`);
    log("The notebooks run without it, and you read them as pages; to change one, edit it and start again.");
    return false;
  }
}

async function check(server: Server, library: string): Promise<object> {
  try {
    const line = await checkKernel(server);
    process.stdout.write(`kernel: ${line}\nworkbook: ${server.address}\n`);
    return { library, kernel: line, address: server.address };
  } finally {
    await server.stop();
  }
}

/** Serves until the reader stops it. */
async function serve(server: Server, library: string): Promise<object> {
  if (!existsSync(join(PROJECT_ROOT, FIRST_NOTEBOOK))) log(`warning: ${FIRST_NOTEBOOK} is missing`);
  process.stdout.write(`workbook: ${server.address}\nCtrl-C stops it.\n`);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void server.stop());
  await server.ended;
  return { library, address: server.address };
}

const BOOK = join(PRIVATE_FOLDER, "book");

/** Kernel and pages, without running a whole notebook. */
async function checkBook(port: number, library: string): Promise<object> {
  const line = await checkKernelAlone();
  const stopped = AbortSignal.abort();
  const { folder } = openBook({ folder: BOOK, signal: stopped });
  const pages = await servePages(folder, port);
  try {
    const { status } = await fetch(pages.address);
    if (status !== 200) throw new UserError(`the pages' server answered ${status} to ${pages.address}.`);
    process.stdout.write(`kernel: ${line}\nworkbook: ${pages.address}\n`);
    return { library, kernel: line, address: pages.address };
  } finally {
    await pages.stop();
  }
}

/** Shows the pages at once, and each notebook's anew when it has run. */
async function serveBook(port: number, browser: boolean, library: string): Promise<object> {
  const interrupted = new AbortController();
  const book = openBook({ folder: BOOK, signal: interrupted.signal, onCell: tell, onEnd: tellEnd });
  const pages = await servePages(book.folder, port);
  process.stdout.write(`workbook: ${pages.address}\nCtrl-C stops it.\n`);
  if (browser && !openBrowser(pages.address)) log("open that address in a browser of this machine");
  const ended = new Promise<void>((done) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, done);
  });
  try {
    await Promise.race([ended, book.done]);
    await ended;
  } finally {
    interrupted.abort();
    await Promise.allSettled([book.done]);
    await pages.stop();
  }
  return { library, address: pages.address };
}

if (require.main === module) runCommand(start);
