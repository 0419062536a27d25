/**
 * Repair: kernels that outlive their server. Stock tslab stays behind when the server is killed. A thread of its own
 * watches the parent, because the main one may be busy in a long synchronous cell or in a native call.
 */
import { basename, dirname } from "node:path";
import { Worker } from "node:worker_threads";

/** How often the parent is looked for (ms). */
const PERIOD = 500;

/** How the names of the folders begin in which our own client keeps a connection file. */
export const SCRATCH = "workbook-kernel-";

/**
 * Runs in the worker. A dead parent shows as a changed parent id (Linux, macOS) or as an id that no longer runs; there
 * is nobody left to tell, so the process is ended outright.
 */
const WATCH = `
const { rmSync } = require("node:fs");
const { workerData } = require("node:worker_threads");
const { parent, born, scratch, period } = workerData;
const gone = (pid) => { try { process.kill(pid, 0); return false; } catch (error) { return error.code === "ESRCH"; } };
const look = () => {
  if (process.ppid === parent && !gone(parent) && !(born && gone(born))) return;
  try {
    if (scratch) rmSync(scratch, { recursive: true, force: true });
  } finally {
    process.kill(process.pid, "SIGKILL");
  }
};
look();
setInterval(look, period);
`;

/**
 * Ends this process within about a second of its parent's death. The connection file belongs to the parent; where that
 * was our client, its folder goes too, since nobody else will ever clear it.
 */
export function dieWithParent(connectionFile: string): void {
  const folder = dirname(connectionFile);
  const scratch = basename(folder).startsWith(SCRATCH) ? folder : undefined;
  // A parent that died before this line has left us to another process already, mostly to process 1; then the front
  // end's own id tells. It is not asked otherwise: it may have been inherited from a Jupyter of long ago.
  const named = Number(process.env.JPY_PARENT_PID) || undefined;
  const born = scratch || process.ppid === 1 ? named : undefined;
  const workerData = { parent: process.ppid, born, scratch, period: PERIOD };
  const worker = new Worker(WATCH, { eval: true, workerData, stdout: false, stderr: false });
  worker.unref();
}
