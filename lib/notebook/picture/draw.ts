/** Still pictures of plotly figures: asked for here, drawn in a thread of their own that starts with the first one. */
import { join } from "node:path";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { Drawing, Picture, PictureRequest } from "./request";

/**
 * Longest wait for a picture in a cell (ms); the first includes the start of the thread. A reader should not wait longer; a run that
 * nobody watches sets WORKBOOK_PICTURE_WAIT (seconds), so that a busy machine costs no picture.
 */
const LONGEST_WAIT = 1000 * Number(process.env.WORKBOOK_PICTURE_WAIT ?? 20);

let worker: Worker | undefined;

/** Waits for the picture. */
export function drawNow(drawing: Drawing): Picture {
  const { port, done } = ask(drawing);
  if (Atomics.wait(done, 0, 0, LONGEST_WAIT) === "timed-out") {
    giveUp();
    return { fault: `its drawing took more than ${LONGEST_WAIT / 1000} s` };
  }
  const picture: Picture | undefined = receiveMessageOnPort(port)?.message;
  port.close();
  return picture ?? { fault: "the drawing thread gave no answer" };
}

/** The picture when it is ready; the thread that asks goes on. */
export function drawLater(drawing: Drawing): Promise<Picture> {
  const { port } = ask(drawing);
  return new Promise((resolve) => {
    port.once("message", resolve);
    port.once("close", () => resolve({ fault: "the drawing thread ended" }));
  });
}

function ask(drawing: Drawing): { port: MessagePort; done: Int32Array } {
  const { port1, port2 } = new MessageChannel();
  const done = new Int32Array(new SharedArrayBuffer(4));
  const request: PictureRequest = { drawing, port: port2, done };
  drawingThread().postMessage(request, [port2]);
  return { port: port1, done };
}

function drawingThread(): Worker {
  if (worker) return worker;
  const started = new Worker(join(__dirname, "worker.js"), { execArgv: [] });
  // The thread must not keep a finished process alive; one that died is started anew with the next picture.
  started.unref();
  started.once("error", () => forget(started));
  started.once("exit", () => forget(started));
  worker = started;
  return started;
}

function forget(ended: Worker): void {
  if (worker === ended) worker = undefined;
}

function giveUp(): void {
  void worker?.terminate();
  worker = undefined;
}
