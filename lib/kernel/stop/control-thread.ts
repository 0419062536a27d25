/**
 * The control channel on a thread of its own, so that the stop button is heard while a cell holds the main thread: in a
 * loop, in the compiler, in `execSync`. What is no interrupt goes on to the main thread.
 */
import { parentPort, workerData } from "node:worker_threads";
import { Router } from "zeromq";
import { type Connection, parse, reply } from "../runner/wire";
import { Pressure } from "./pressure";
import { type FromControl, type SharedState, STATE, type ToControl } from "./state";

/** What the thread is started with. */
export interface ControlData {
  connection: Connection;
  state: SharedState;
}

async function serve({ connection, state }: ControlData): Promise<void> {
  const tell = (message: FromControl): void => parentPort?.postMessage(message);
  const socket = new Router({ linger: 0 });
  socket.sendTimeout = 0;
  parentPort?.on("message", (message: ToControl) => {
    if (message.kind === "frames") void socket.send(message.frames);
    else close(socket, state);
  });
  await socket.bind(`${connection.transport}://${connection.ip}:${connection.control_port}`);
  tell({ kind: "bound" });
  const pressure = new Pressure(state, tell);
  for await (const frames of socket) {
    if (typeOf(connection.key, frames) !== "interrupt_request") tell({ kind: "frames", frames });
    else {
      pressure.press();
      await socket.send(reply(connection.key, frames, "interrupt_reply", { status: "ok" }));
    }
  }
}

/** A socket that is open when its thread is torn down takes the process with it: the main thread waits for this. */
function close(socket: Router, state: SharedState): void {
  socket.close();
  parentPort?.close();
  Atomics.store(state, STATE.closed, 1);
  Atomics.notify(state, STATE.closed);
}

/** "" for a message that is not signed with our key; the main thread says what is wrong with it. */
function typeOf(key: string, frames: readonly Buffer[]): string {
  try {
    return parse(key, frames).type;
  } catch {
    return "";
  }
}

const given: ControlData = workerData;
void serve(given);
