/**
 * The kernel's side of the Jupyter protocol: tslab's server and handler with the execution of cells replaced.
 * What stock tslab lacks and this adds: `error` and `execute_result` messages, bundles of several formats, joined
 * streams, a queue that keeps cells after a failure.
 */
import { randomUUID } from "node:crypto";
import { versions } from "node:process";
import * as jupyter from "tslab/dist/jupyter";
import { UserError } from "../errors";
import { type DisplayPlace, type MimeBundle, openOutput } from "../notebook/display";
import { completeReply, inspectReply } from "./assist";
import { compiler } from "./compile/typescript";
import type { CellExecutor } from "./executor";
import { type CellFailure, thrownFailure } from "./failures";
import { LateOutput } from "./late";
import { ExecutionQueue } from "./queue";
import { parse } from "./runner/wire";
import { resultOf } from "./show";
import { CellRun, runningCode } from "./stop/cell-run";
import type { ControlChannel } from "./stop/control";
import { InterruptedError } from "./stop/interrupts";
import { captureStreams, Streams } from "./streams";

type Message = Parameters<jupyter.ZmqServer["handleExecute"]>[1];
type MessageClass = { fromRaw(key: string, frames: Buffer[]): Message };
type Socket = jupyter.ZmqServer["shell"];
/** Where the cursor stands in a cell, in Unicode characters. */
interface Position {
  code: string;
  cursor_pos: number;
}

/** Messages that a front end may send and that want no answer from this kernel. */
const IGNORED = new Set(["comm_open", "comm_msg", "comm_close", "input_reply"]);

/** Cells are run by WorkbookServer, completed and inspected by WorkbookHandler; nothing comes this way. */
function answeredElsewhere(): never {
  throw new Error("tslab's executor is not used here");
}

/** tslab's answer to "is this code complete"; completion and inspection are assist.ts's. */
export class WorkbookHandler extends jupyter.JupyterHandlerImpl {
  constructor(private readonly cells: CellExecutor) {
    super(
      {
        execute: answeredElsewhere,
        inspect: answeredElsewhere,
        complete: answeredElsewhere,
        locals: {},
        reset: () => undefined,
        interrupt: () => undefined,
        close: () => cells.close(),
      },
      false,
    );
  }

  override handleInspect({ code, cursor_pos }: Position): ReturnType<typeof inspectReply> {
    return inspectReply(this.cells, code, cursor_pos);
  }

  override handleComplete({ code, cursor_pos }: Position): ReturnType<typeof completeReply> {
    return completeReply(this.cells, code, cursor_pos);
  }

  override handleKernel(): ReturnType<jupyter.JupyterHandlerImpl["handleKernel"]> {
    const info = super.handleKernel();
    const language = { ...info.language_info, version: compiler.version, pygments_lexer: "typescript" };
    const banner = `TypeScript ${compiler.version} (tslab 1.0.22, the GLiNER workbook's launcher), Node ${versions.node}`;
    return Object.assign(info, { status: "ok", implementation_version: "1.0.22", banner, language_info: language });
  }
}

export class WorkbookServer extends jupyter.ZmqServer {
  private readonly queue = new ExecutionQueue();
  private readonly streams = new Streams();
  private readonly late = new LateOutput(this.streams);
  private run: CellRun | undefined;
  /** What the front end says of itself: one with a reader can be asked for input, a runner cannot. */
  private interactive = false;
  /** The request of the cell that runs, and who waits for what its reader types. */
  private request: Message | undefined;
  private answer: ((text: string) => void) | undefined;
  /** One for all that this kernel says. Stock tslab answers under the asker's: with two askers JupyterLab drops messages. */
  private readonly session = randomUUID();
  /** tslab's class of messages, which it does not export: known from the first message on. */
  private messages: MessageClass | undefined;
  private count = 0;

  constructor(
    private readonly executor: CellExecutor,
    connectionFile: string,
    private readonly closed: () => void,
  ) {
    super(new WorkbookHandler(executor), connectionFile);
  }

  /**
   * Repair: messages that get lost. zeromq holds every 513th message of a socket back until the event loop turns, and refuses
   * (EBUSY) whatever is sent before it is gone: outputs, and with them the reply. Without a time-out it sends at once;
   * and without a high-water mark a front end that is slow to read finds everything in its queue instead of gaps.
   */
  override async init(): Promise<void> {
    // tslab's own control socket must not take the port: ours is on another thread.
    const bindSocket = async (socket: Socket, port: number): Promise<void> => {
      const { transport, ip, control_port } = this.connInfo;
      if (port !== control_port) await socket.bind(`${transport}://${ip}:${port}`);
    };
    Object.assign(this, { bindSocket });
    await super.init();
    void this.readAnswers();
    for (const socket of [this.iopub, this.shell]) {
      socket.sendTimeout = 0;
      socket.sendHighWaterMark = 0;
    }
  }

  /** Begins to answer; what is printed from now on is a cell's. @param control takes the place of tslab's own */
  async serve(control: ControlChannel): Promise<void> {
    // Answers go out by the same door; of a socket's methods tslab uses no other.
    const socket: Socket = Object.assign(control);
    control.listen((frames) => void this.handleShellMessage(socket, ...frames));
    captureStreams((name, text) => this.late.print(name, text));
    this.openOutputs();
    // The first cell may come before the other sockets are bound.
    await Promise.all([this.init(), control.bound]);
  }

  /** What was thrown where nobody could catch it: a fault of the cell that runs, or a late message of one that has ended. */
  unheard(what: string, thrown: unknown, key: unknown): void {
    const owner = runningCode() ?? this.run;
    if (thrown instanceof InterruptedError) return;
    if (owner && owner === this.run) owner.faults.set(key, thrown);
    else this.late.print("stderr", `${what}:\n${this.executor.explain(thrown)}\n`, owner);
  }

  /** A promise that somebody did wait for, only later. */
  heard(promise: Promise<unknown>): void {
    this.run?.faults.delete(promise);
  }

  override async handleShellMessage(socket: Socket, ...frames: Buffer[]): Promise<void> {
    const type = messageType(frames);
    if (IGNORED.has(type)) return;
    if (type === "history_request" && this.messages) this.answerHistory(socket, frames, this.messages);
    else await super.handleShellMessage(socket, ...frames);
  }

  /** Nothing is remembered of earlier sessions; but JupyterLab shows no state of a kernel that does not say so. */
  private answerHistory(socket: Socket, frames: Buffer[], messages: MessageClass): void {
    const message = messages.fromRaw(this.connInfo.key, frames);
    this.publishStatus("busy", message);
    const reply = message.createReply();
    reply.header.msg_type = "history_reply";
    reply.content = { status: "ok", history: [] };
    reply.signAndSend(this.connInfo.key, socket);
    this.publishStatus("idle", message);
  }

  override publishStatus(status: string, parent: Message): void {
    const { createReply, constructor: messages } = Object.getPrototypeOf(parent);
    this.messages = messages;
    parent.createReply = () => {
      const message: Message = createReply.call(parent);
      message.header.session = this.session;
      return message;
    };
    super.publishStatus(status, parent);
  }

  override async handleExecute(socket: Socket, message: Message): Promise<void> {
    const request = { code: "", silent: false, stop_on_error: true, allow_stdin: false, ...message.content };
    let failure: CellFailure | undefined;
    const status = await this.queue.add(request.stop_on_error, async () => {
      if (!request.silent) this.send(message, "execute_input", { code: request.code, execution_count: ++this.count });
      this.interactive = request.allow_stdin;
      failure = await this.runCell(message, request.code);
      return failure === undefined;
    });
    const reply = message.createReply();
    reply.header.msg_type = "execute_reply";
    reply.content =
      status === "aborted"
        ? { status }
        : { status, execution_count: this.count, user_expressions: {}, payload: [], ...failure };
    reply.signAndSend(this.connInfo.key, socket);
  }

  override handleCommInfoRequest(socket: Socket, message: Message): void {
    const reply = message.createReply();
    reply.header.msg_type = "comm_info_reply";
    reply.content = { status: "ok", comms: {} };
    reply.signAndSend(this.connInfo.key, socket);
  }

  override close(): void {
    this.late.release();
    super.close();
    this.closed();
  }

  /** Runs one cell and publishes all it puts out; the failure, where it failed. */
  private async runCell(message: Message, code: string): Promise<CellFailure | undefined> {
    const run = new CellRun(this.count, (type, content) => this.send(message, type, content));
    this.run = run;
    this.request = message;
    this.late.begin(run);
    let failure: CellFailure | undefined;
    try {
      const outcome = await this.executor.execute(code, run);
      if (outcome.ok) await this.publishResult(run, outcome.value);
      else failure = outcome.failure;
    } catch (fault) {
      // A fault of the compiler or of a value's own printing must not cost the kernel.
      failure = thrownFailure(fault, new Map());
    }
    if (failure) this.show(run, "error", { ...failure });
    this.run = undefined;
    this.late.end(run);
    return failure;
  }

  /** The doors by which cells show things: ours, and that of tslab's own `display`. */
  private openOutputs(): void {
    const show = (data: MimeBundle, metadata: MimeBundle, place?: DisplayPlace): void => {
      const transient = place ? { display_id: place.id } : {};
      const type = place?.update ? "update_display_data" : "display_data";
      this.show(this.late.place(), type, { data, metadata, transient });
    };
    const port = { display: show, ask: (prompt: string) => this.ask(prompt), interactive: false };
    openOutput(Object.defineProperty(port, "interactive", { get: () => this.interactive }));
    const ofTslab = (content: { data: MimeBundle; transient?: { display_id?: string } }, update: boolean): void => {
      const id = content.transient?.display_id;
      show(content.data, {}, id === undefined ? undefined : { id, update });
    };
    Object.assign(jupyter, { lastWriteDisplayData: ofTslab });
  }

  /** A line of text from the reader of the cell that runs. A stopped cell does not wait for it any more. */
  private ask(prompt: string): Promise<string> {
    const request = this.request;
    const run = runningCode();
    if (!request || !run || run !== this.run)
      throw new UserError("input() asks while its cell runs; this one has ended.");
    this.streams.flush();
    const question = request.createReply();
    question.header.msg_type = "input_request";
    question.content = { prompt, password: false };
    question.signAndSend(this.connInfo.key, this.stdin);
    return new Promise((resolve, reject) => {
      this.answer = resolve;
      run.controller.signal.addEventListener("abort", () => reject(run.controller.signal.reason), { once: true });
    });
  }

  /** Answers to `input`. The loop ends when the socket is closed. */
  private async readAnswers(): Promise<void> {
    for await (const frames of this.stdin) {
      const { type, content } = parse(this.connInfo.key, frames);
      if (type === "input_reply") this.answer?.(String(content.value ?? ""));
    }
  }

  private async publishResult(run: CellRun, value: unknown): Promise<void> {
    const result = await resultOf(value);
    if (result) this.show(run, "execute_result", { execution_count: run.count, ...result });
  }

  /** Sends an output after all that was printed before it. */
  private show(run: CellRun | undefined, type: string, content: object): void {
    this.streams.flush();
    run?.say(type, content);
  }

  private send(message: Message, type: string, content: object): void {
    const output = message.createReply();
    output.header.msg_type = type;
    output.content = content;
    output.signAndSend(this.connInfo.key, this.iopub);
  }
}

/** The type in a message's header, which is the second frame after the delimiter; "" where there is none. */
function messageType(frames: readonly Buffer[]): string {
  const delimiter = frames.findIndex((frame) => frame.toString() === "<IDS|MSG>");
  const header: unknown = JSON.parse(frames[delimiter + 2]?.toString() ?? "{}");
  return typeof header === "object" && header !== null && "msg_type" in header ? String(header.msg_type) : "";
}
