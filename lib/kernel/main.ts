/**
 * The kernel process. The order matters: the project's TypeScript comes before any file of tslab, the sockets before the
 * compiler is made, so that a front end has its answer while the compiler warms up.
 */
import "./compile/typescript";
import { CellExecutor } from "./executor";
import { Interrupts } from "./interrupt";
import { dieWithParent } from "./orphan";
import { WorkbookServer } from "./server";

/** How long after the sockets the compiler is made, so that the first questions are answered before (ms). */
const WARM_UP_AFTER = 100;

/** Time for the last messages to leave before the process ends (ms). */
const LINGER = 150;

/** Serves one Jupyter front end until it asks for the end or its process is gone. */
export async function startKernel(connectionFile: string): Promise<void> {
  dieWithParent(connectionFile);
  const interrupts = new Interrupts();
  const executor = new CellExecutor(process.cwd(), interrupts);
  const stop = (): void => {
    setTimeout(() => process.exit(0), LINGER);
  };
  const server = new WorkbookServer(executor, connectionFile, stop);
  process.on("SIGINT", () => interrupts.interrupt());
  process.on("uncaughtException", (error) => console.error(`a callback threw:\n${executor.explain(error)}`));
  process.on("unhandledRejection", (reason) =>
    console.error(`a promise was rejected and nobody waited for it:\n${executor.explain(reason)}`),
  );
  await server.init();
  setTimeout(() => executor.converter, WARM_UP_AFTER);
}
