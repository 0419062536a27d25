/** A JupyterLab server of the project's own, with the project's kernel and a token. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PROJECT_ROOT } from "../../backend";
import { venvProgram } from "../../backend/install/venv";
import { UserError } from "../../errors";

/** The notebook that opens. */
export const FIRST_NOTEBOOK = "notebooks/00-start-here.ipynb";

/** The folder whose kernels/ holds the project's kernelspec; nothing is registered outside the project. */
const KERNELSPECS = join(PROJECT_ROOT, "lib/kernel/jupyter");

/** Defaults of JupyterLab's settings: no question about news at the first start, and no look for updates. */
const LAB_SETTINGS = join(PROJECT_ROOT, "lib/cli/setup/jupyterlab");

/** Milliseconds; one that has ended is noticed at once, so this is only for one that hangs, not for a busy machine. */
const PATIENCE = 600_000;

/** A running server. */
export interface Server {
  /** "http://127.0.0.1:8888", no slash at the end. */
  origin: string;
  token: string;
  /** What a reader opens: the first notebook, token included. */
  address: string;
  /** Resolves when the server has ended, whatever ended it. */
  ended: Promise<number>;
  /** Ends the server and its kernels and waits until it is gone. */
  stop(): Promise<void>;
}

/**
 * Starts JupyterLab and waits until it answers.
 * @param browser true: the reader's browser opens on the first notebook
 * @param root the folder that it shows, with notebooks/ in it
 * @throws UserError where it does not come up
 */
export async function startServer(browser: boolean, wantedPort = 8888, root = PROJECT_ROOT): Promise<Server> {
  const port = await freePort(wantedPort);
  // A secret, not a draw of an experiment: it must not come from a seeded stream.
  const token = randomBytes(24).toString("hex");
  const args = [
    `--ServerApp.root_dir=${root}`,
    "--ServerApp.ip=127.0.0.1",
    `--ServerApp.port=${port}`,
    "--ServerApp.port_retries=0",
    `--LabApp.default_url=/lab/tree/${FIRST_NOTEBOOK}`,
    "--MultiKernelManager.default_kernel_name=tslab-workbook",
    "--Application.log_level=40",
    `--LabApp.app_settings_dir=${LAB_SETTINGS}`,
    ...(browser ? [] : ["--no-browser"]),
    ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
  ];
  const path = [KERNELSPECS, process.env.JUPYTER_PATH].filter(Boolean).join(delimiter);
  // The token goes by the environment: on the command line every user of the machine could read it.
  const env = { ...process.env, JUPYTER_PATH: path, JUPYTER_TOKEN: token };
  const child = spawn(venvProgram("jupyter-lab"), args, { cwd: root, env, stdio: ["ignore", 2, 2] });
  const ended = end(child);
  const origin = `http://127.0.0.1:${port}`;
  const server = { origin, token, address: `${origin}/lab/tree/${FIRST_NOTEBOOK}?token=${token}`, ended };
  await Promise.race([untilReady(server, child), startFailure(child)]);
  return { ...server, stop: () => stop(server, child, ended) };
}

/** A call of the server's REST interface. @throws Error where it answers anything but 2xx */
export async function call<Answer>(
  server: Pick<Server, "origin" | "token">,
  method: string,
  path: string,
  body?: object,
): Promise<Answer | undefined> {
  const headers = { Authorization: `token ${server.token}`, "Content-Type": "application/json" };
  const response = await fetch(server.origin + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return text === "" ? undefined : (JSON.parse(text) as Answer);
}

/** Fails where the program is not there, or cannot be run. */
function startFailure(child: ChildProcess): Promise<never> {
  return new Promise((_, failed) => {
    child.once("error", ({ message }) =>
      failed(new UserError(`JupyterLab cannot be started: ${message}; remove .venv and start again.`)),
    );
  });
}

function end(child: ChildProcess): Promise<number> {
  return new Promise((done) => {
    child.once("error", () => done(1));
    child.once("exit", (code, signal) => done(signal ? 1 : (code ?? 1)));
  });
}

async function untilReady(server: Pick<Server, "origin" | "token">, child: ChildProcess): Promise<void> {
  const limit = Date.now() + PATIENCE;
  while (Date.now() < limit) {
    if (child.exitCode !== null)
      throw new UserError(`JupyterLab ended at once (${child.exitCode}); its lines are above.`);
    const up = await call(server, "GET", "/api/status").then(
      () => true,
      () => false,
    );
    if (up) return;
    await sleep(150);
  }
  child.kill("SIGKILL");
  throw new UserError(`JupyterLab did not answer within ${PATIENCE / 1000} s.`);
}

/** Asked through its own interface the server ends its kernels first, and says nothing about signals. */
async function stop(
  server: Pick<Server, "origin" | "token">,
  child: ChildProcess,
  ended: Promise<number>,
): Promise<void> {
  await call(server, "POST", "/api/shutdown").catch(() => child.kill("SIGTERM"));
  const tooLong = sleep(15_000, undefined, { ref: false }).then(() => child.kill("SIGKILL"));
  await Promise.race([ended, tooLong.then(() => ended)]);
}

/** The wanted port, or one that the system gives where that is taken. */
async function freePort(wanted: number): Promise<number> {
  return tryPort(wanted).catch(() => tryPort(0));
}

function tryPort(port: number): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once("error", failed);
    probe.listen(port, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => done(typeof address === "object" && address ? address.port : port));
    });
  });
}
