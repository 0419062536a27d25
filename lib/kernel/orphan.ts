/**
 * Repair: kernels that outlive their server. Stock tslab stays behind when the server is killed. A thread of its own
 * watches the parent, because the main one may be busy in a long synchronous cell or in a native call.
 */
import { basename, dirname } from "node:path";
import { Worker } from "node:worker_threads";

/** How the runner names the folders of its kernels' connection files. */
export const SCRATCH = "workbook-kernel-";

/** How often the parent is looked for (ms). */
const PERIOD = 500;

/**
 * Runs in the worker. A dead parent shows as a changed parent id (Linux, macOS) or as an id that no longer runs; there
 * is nobody left to tell, so the process is ended outright.
 */
const WATCH = `
const { rmSync } = require("node:fs");
const { workerData } = require("node:worker_threads");
const gone = (pid) => { try { process.kill(pid, 0); return false; } catch (error) { return error.code === "ESRCH"; } };
setInterval(() => {
  if (process.ppid === workerData.parent && !gone(workerData.parent)) return;
  if (workerData.scratch) rmSync(workerData.scratch, { recursive: true, force: true });
  process.kill(process.pid, "SIGKILL");
}, workerData.period);
`;

/**
 * Ends this process within about a second of its parent's death.
 * @param connectionFile its folder is removed where the Node-only runner made it: a killed runner cannot
 */
export function dieWithParent(connectionFile: string): void {
  const folder = dirname(connectionFile);
  const scratch = basename(folder).startsWith(SCRATCH) ? folder : undefined;
  const workerData = { parent: process.ppid, period: PERIOD, scratch };
  const worker = new Worker(WATCH, { eval: true, workerData, stdout: false, stderr: false });
  worker.unref();
}
