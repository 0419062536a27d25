import { existsSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT, useBackend } from "../backend";
import { UserError } from "../errors";
import { type Command, number, runCommand } from "./command";
import { FIRST_NOTEBOOK, type Server, startServer } from "./setup/jupyter";
import { checkKernel } from "./setup/kernel-check";
import { ensureVenv } from "./setup/venv";

/** `npm start`: the workbook in JupyterLab. The launcher has made everything but JupyterLab ready before. */

const log = (line: string) => process.stderr.write(`${line}\n`);

const start: Command = {
  name: "start",
  summary: "Sets up what is missing and opens the workbook in JupyterLab.",
  usage: "[--check] [--no-browser] [--port 8888]",
  help: [
    ["--check", "set up, start server and kernel, run two cells, print the address, stop again"],
    ["--no-browser", "print the address only (also with CI=true)"],
    ["--port N", "the port to try first; a free one is taken where it is not free"],
  ],
  options: { check: { type: "boolean" }, "no-browser": { type: "boolean" }, port: { type: "string" } },
  async run(values) {
    const port = number(values, "port", 8888, 1024, 65535);
    const { library } = await useBackend();
    log(`TensorFlow.js runs on ${library}`);
    if (!(await jupyterIsThere())) {
      if (values.check) throw new UserError("without JupyterLab there is no server to check; the reason is above.");
      return { library, address: null };
    }
    const browser = !values.check && !values["no-browser"] && !process.env.CI;
    const server = await startServer(browser, port);
    return values.check ? check(server, library) : serve(server, library);
  },
};

/** JupyterLab, or one sentence why not and what works without it. */
async function jupyterIsThere(): Promise<boolean> {
  try {
    await ensureVenv(log);
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    log(`no JupyterLab: ${error.message}`);
    log(
      "Everything else is ready: `npm run -s workbook` runs the notebooks without Python, `npm run -s doctor` shows the machine.",
    );
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

if (require.main === module) runCommand(start);
