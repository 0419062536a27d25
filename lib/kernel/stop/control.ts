/** The main thread's end of the control channel, whose socket lies on a thread of its own (control-thread.ts). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { ControlData } from "./control-thread";
import type { Interrupts } from "./interrupts";
import { type FromControl, type SharedState, STATE, type ToControl } from "./state";

/** Longest wait for the socket's end before the process ends (ms). */
const CLOSING = 500;

export class ControlChannel {
  private readonly worker: Worker;
  private receive: (frames: Buffer[]) => void = () => undefined;
  /** Resolves when the socket answers. */
  readonly bound: Promise<void>;

  constructor(
    connectionFile: string,
    private readonly state: SharedState,
    private readonly interrupts: Interrupts,
  ) {
    const workerData: ControlData = { connection: JSON.parse(readFileSync(connectionFile, "utf8")), state };
    this.worker = new Worker(join(__dirname, "control-thread.js"), { workerData });
    this.worker.unref();
    this.bound = new Promise((resolve, reject) => {
      this.worker.once("error", reject);
      this.worker.on("message", (message: FromControl) => this.take(message, resolve));
    });
    process.once("exit", () => this.closeNow());
  }

  /** @param receive takes every message that is no interrupt */
  listen(receive: (frames: Buffer[]) => void): void {
    this.receive = receive;
  }

  /** Sends an answer; the name is that of a socket's method, for which it stands. */
  send(frames: (string | Uint8Array)[]): void {
    this.tell({ kind: "frames", frames });
  }

  private take(message: FromControl, bound: () => void): void {
    if (message.kind === "bound") bound();
    else if (message.kind === "frames") this.receive(message.frames.map((frame) => Buffer.from(frame)));
    else if (message.kind === "press") this.interrupts.pressed(message.cell, message.first);
    else Atomics.store(this.state, STATE.seen, message.number);
  }

  /** A process that ends while another thread has a socket aborts: it waits until that is closed. */
  private closeNow(): void {
    this.tell({ kind: "close" });
    Atomics.wait(this.state, STATE.closed, 0, CLOSING);
  }

  private tell(message: ToControl): void {
    this.worker.postMessage(message);
  }
}
