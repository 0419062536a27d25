/**
 * The kernel process. The order matters: the project's TypeScript comes before any file of tslab, the sockets before the
 * compiler is made, so that a front end has its answer while the compiler warms up.
 */
import "./compile/typescript";
import { CellExecutor } from "./executor";
import { dieWithParent } from "./orphan";
import { noteReads } from "./reads";
import { WorkbookServer } from "./server";
import { ControlChannel } from "./stop/control";
import { Interrupts } from "./stop/interrupts";
import { makeState } from "./stop/state";

/** How long after the sockets the compiler is made, so that the first questions are answered before (ms). */
const WARM_UP_AFTER = 100;

/** Time for the last messages to leave before the process ends (ms). */
const LINGER = 150;

/** Serves one Jupyter front end until it asks for the end or its process is gone. */
export async function startKernel(connectionFile: string): Promise<void> {
  dieWithParent(connectionFile);
  noteReads();
  const state = makeState();
  const interrupts = new Interrupts(state);
  const executor = new CellExecutor(process.cwd(), interrupts, state);
  const stop = (): void => {
    setTimeout(() => process.exit(0), LINGER);
  };
  const server = new WorkbookServer(executor, connectionFile, stop);
  const control = new ControlChannel(connectionFile, state, interrupts);
  process.on("SIGINT", () => interrupts.signalled());
  process.on("uncaughtException", (error) => server.unheard("a callback threw", error, error));
  process.on("unhandledRejection", (reason, promise) =>
    server.unheard("a promise was rejected and nobody waited for it", reason, promise),
  );
  process.on("rejectionHandled", (promise) => server.heard(promise));
  await server.serve(control);
  setTimeout(() => executor.converter, WARM_UP_AFTER);
}
