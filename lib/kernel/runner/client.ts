/**
 * A front end of one kernel, without Python: starts it, runs code in it, interrupts and ends it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Dealer, Subscriber } from "zeromq";
import { UserError } from "../../errors";
import { SCRATCH } from "../orphan";
import { JUPYTER_FOLDER, KERNEL_NAME, LAUNCHER } from "../project";
import { type Connection, parse, request, type WireMessage } from "./wire";

export interface KernelOptions {
  /** The kernel's folder: what a notebook's imports are relative to. */
  folder: string;
  /** The kernel.json to start by, as Jupyter would; default: the project's own. */
  spec?: string;
  /** Longest wait for the first answer (ms); default 60,000. */
  startTimeoutMs?: number;
  /** Where the kernel's own words go; default: nowhere ("ignore"). */
  stderr?: "ignore" | "inherit";
  env?: NodeJS.ProcessEnv;
}

/** The kernel's answer to a request, or its death. */
export type Reply = { status: string; content: Readonly<Record<string, unknown>> };

interface Waiting {
  reply: Reply | undefined;
  idle: boolean;
  onMessage: (message: WireMessage) => void;
  settle: (reply: Reply) => void;
}

export class KernelClient {
  /** Under which this client asks. */
  readonly session = randomUUID();
  private readonly waiting = new Map<string, Waiting>();
  /** Of cells that have ended: what they still print goes to them. */
  private readonly ended = new Map<string, Waiting["onMessage"]>();
  private dead = false;
  /** How the process ended, in words. */
  private end = "";
  private exited: Promise<void>;
  private readonly shell: Dealer;
  private readonly iopub: Subscriber;
  private readonly control: Dealer;

  private constructor(
    readonly process: ChildProcess,
    private readonly connection: Connection,
    /** Folder of the connection file; gone after `shutdown`. */
    readonly scratch: string,
    { shell, iopub, control }: { shell: Dealer; iopub: Subscriber; control: Dealer },
  ) {
    this.shell = shell;
    this.iopub = iopub;
    this.control = control;
    this.exited = new Promise((resolve) => {
      const ended = (how: string): void => {
        this.dead = true;
        this.end ||= how;
        for (const { settle } of this.waiting.values()) settle({ status: "dead", content: {} });
        resolve();
      };
      process.once("exit", (code, signal) => ended(signal ? `was ended by ${signal}` : `ended with exit code ${code}`));
      process.once("error", (error) => ended(`cannot be started (${error.message})`));
    });
    // Both loops end when their socket is closed.
    void this.receive(shell);
    void this.receive(iopub);
  }

  /** Starts a kernel and waits until it answers. */
  static async start(options: KernelOptions): Promise<KernelClient> {
    const connection = await freeConnection();
    const scratch = mkdtempSync(join(tmpdir(), SCRATCH));
    const file = join(scratch, "connection.json");
    writeFileSync(file, JSON.stringify(connection), { mode: 0o600 });
    const { argv, env } = readSpec(options.spec ?? PROJECT_SPEC, file);
    // As jupyter_client does: a kernel that comes to life after its parent's death knows by it that it is an orphan.
    const parent = { JPY_PARENT_PID: String(process.pid) };
    const child = spawn(argv[0], argv.slice(1), {
      cwd: options.folder,
      env: { ...env, ...(options.env ?? process.env), ...parent },
      stdio: ["ignore", "ignore", options.stderr ?? "ignore"],
    });
    const [shell, control] = [new Dealer({ linger: 0 }), new Dealer({ linger: 0 })];
    const iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
    control.connect(`tcp://${connection.ip}:${connection.control_port}`);
    shell.connect(`tcp://${connection.ip}:${connection.shell_port}`);
    iopub.connect(`tcp://${connection.ip}:${connection.iopub_port}`);
    iopub.subscribe();
    const client = new KernelClient(child, connection, scratch, { shell, iopub, control });
    await client.ready(options.startTimeoutMs ?? START_LIMIT);
    return client;
  }

  /** Runs code; resolves when the kernel has replied and is idle again, or is dead. */
  execute(
    code: string,
    onMessage: (message: WireMessage) => void = () => undefined,
    stopOnError = true,
  ): Promise<Reply> {
    const content = { code, silent: false, store_history: true, allow_stdin: false, stop_on_error: stopOnError };
    return this.ask("execute_request", content, onMessage);
  }

  /** Sends any request of the shell channel. */
  ask(type: string, content: object, onMessage: (message: WireMessage) => void = () => undefined): Promise<Reply> {
    if (this.dead) return Promise.resolve({ status: "dead", content: {} });
    const { id, frames } = request(this.connection.key, this.session, type, content);
    return new Promise((resolve, reject) => {
      const settle = (reply: Reply): void => {
        this.waiting.delete(id);
        if (type === "execute_request") this.ended.set(id, onMessage);
        resolve(reply);
      };
      this.waiting.set(id, { reply: undefined, idle: false, onMessage, settle });
      this.shell.send(frames).catch(reject);
    });
  }

  /** The stop button: heard at once, whatever the kernel is doing. */
  interrupt(): void {
    if (!this.dead) void this.control.send(request(this.connection.key, this.session, "interrupt_request", {}).frames);
  }

  /** The most memory that the kernel has held so far, in MB; null where the system does not say (Linux does), or it has ended. */
  peakMegabytes(): number | null {
    const status = `/proc/${this.process.pid}/status`;
    if (this.dead || !existsSync(status)) return null;
    const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(status, "utf8"))?.[1];
    return kilobytes === undefined ? null : Math.round(Number(kilobytes) / 1000);
  }

  /** Asks the kernel to end, kills it after two seconds; leaves no process and no file. */
  async shutdown(): Promise<void> {
    if (!this.dead) void this.ask("shutdown_request", { restart: false });
    const timer = setTimeout(() => this.process.kill("SIGKILL"), 2_000);
    await this.exited;
    clearTimeout(timer);
    this.shell.close();
    this.iopub.close();
    this.control.close();
    rmSync(this.scratch, { recursive: true, force: true });
  }

  /** Ends the kernel at once. */
  async kill(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.shutdown();
  }

  /**
   * Asks until both channels answer: a subscriber that has just connected misses what was published before, so an idle
   * message must have come through as well as the reply.
   */
  private async ready(timeoutMs: number): Promise<void> {
    const end = Date.now() + timeoutMs;
    while (!this.dead && Date.now() < end) {
      const pause = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 100));
      const reply = await Promise.race([this.ask("kernel_info_request", {}), pause]);
      if (reply && reply.status !== "dead") return;
    }
    const why = this.dead ? this.end : `did not answer within ${timeoutMs / 1000} s`;
    await this.kill();
    throw new UserError(`the kernel ${why}; run \`npm run -s doctor\`, then \`node ${LAUNCHER}\` to see what it says.`);
  }

  private async receive(socket: Dealer | Subscriber): Promise<void> {
    for await (const frames of socket) {
      const message = parse(this.connection.key, frames);
      const waiting = this.waiting.get(message.parent ?? "");
      if (!waiting) {
        if (message.type !== "status") this.ended.get(message.parent ?? "")?.(message);
        continue;
      }
      if (message.type.endsWith("_reply"))
        waiting.reply = { status: String(message.content.status ?? "ok"), content: message.content };
      else if (message.type === "status") waiting.idle ||= message.content.execution_state === "idle";
      else waiting.onMessage(message);
      if (waiting.reply && waiting.idle) waiting.settle(waiting.reply);
    }
  }
}

/** The kernelspec that Jupyter reads too, so that both start the same kernel. */
/** Milliseconds, for a kernel that hangs: one that has died is noticed at once, and a busy machine needs its time. */
const START_LIMIT = 600_000;
const PROJECT_SPEC = join(JUPYTER_FOLDER, "kernels", KERNEL_NAME, "kernel.json");

/** A kernelspec's command with its places filled in; "node" is this very Node, as "python" is Jupyter's own Python. */
function readSpec(path: string, connectionFile: string): { argv: string[]; env: Record<string, string> } {
  const { argv, env }: { argv: string[]; env?: Record<string, string> } = JSON.parse(readFileSync(path, "utf8"));
  const fill = (word: string): string =>
    word.replace("{connection_file}", connectionFile).replace("{resource_dir}", dirname(path));
  return { argv: [argv[0] === "node" ? process.execPath : argv[0], ...argv.slice(1).map(fill)], env: env ?? {} };
}

/** A connection on five ports that were free a moment ago. */
async function freeConnection(): Promise<Connection> {
  const servers = await Promise.all(Array.from({ length: 5 }, listen));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] = ports;
  const names = { shell_port, iopub_port, stdin_port, control_port, hb_port };
  const key = randomBytes(16).toString("hex");
  return {
    transport: "tcp",
    ip: "127.0.0.1",
    ...names,
    key,
    signature_scheme: "hmac-sha256",
    kernel_name: KERNEL_NAME,
  };
}

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}
