/** Runs a few cells the way the reader will: through JupyterLab's sessions and its WebSocket, or in the Node-only runner. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import WebSocket from "ws";
import { PROJECT_ROOT } from "../../backend";
import { UserError } from "../../errors";
import { KernelClient } from "../../kernel/runner/client";
import { call, type Server } from "./jupyter";

/** A cell and what its answer must hold. */
interface CheckCell {
  code: string;
  answer: RegExp;
}

/** The kernel counts, and it finds the project's library under the name that every notebook uses. */
const CELLS: CheckCell[] = [
  { code: "1 + 1", answer: /^2$/m },
  {
    code: 'import { useBackend } from "../lib";\nconst info = await useBackend();\nconsole.log("runs on", info.library);',
    answer: /^runs on TensorFlow.*$/m,
  },
];

/** As much of the Jupyter messaging protocol as is read here. */
interface Message {
  msg_type: string;
  parent_header: { msg_id?: string };
  content: {
    execution_state?: string;
    text?: string;
    data?: Record<string, string | string[]>;
    ename?: string;
    evalue?: string;
  };
}

/** As much of the server's answer as is read here. */
interface Session {
  id: string;
  kernel: { id: string };
}

const PATIENCE = 600_000;

/** Runs a cell and gives what it showed, as text. */
type Ask = (code: string) => Promise<string>;

/**
 * Starts a kernel in notebooks/, runs the cells and ends it again.
 * @returns the matching line of the last cell: which TensorFlow runs inside the kernel
 * @throws UserError where a cell fails, answers something else or not at all
 */
export async function checkKernel(server: Server): Promise<string> {
  const session = await call<Session>(server, "POST", "/api/sessions", {
    path: "notebooks/.check.ipynb",
    name: "check",
    type: "notebook",
    kernel: { name: "tslab-workbook" },
  });
  if (!session) throw new UserError("JupyterLab started no kernel.");
  const socket = await connect(server, session.kernel.id);
  try {
    return await runCells((code) => execute(socket, code));
  } finally {
    socket.close();
    await call(server, "DELETE", `/api/sessions/${session.id}`);
  }
}

/** The same without JupyterLab, through the Node-only runner. */
export async function checkKernelAlone(): Promise<string> {
  const kernel = await KernelClient.start({ folder: join(PROJECT_ROOT, "notebooks") });
  try {
    return await runCells(async (code) => {
      let shown = "";
      const reply = await kernel.execute(code, (message) => {
        shown += textOf(message.content);
      });
      if (reply.status === "ok") return shown;
      const { ename, evalue } = reply.content;
      throw new UserError(`a cell failed: ${ename ?? reply.status}: ${evalue ?? "the kernel ended"}`);
    });
  } finally {
    await kernel.shutdown();
  }
}

async function runCells(ask: Ask): Promise<string> {
  let line = "";
  for (const { code, answer } of CELLS) {
    const text = await ask(code);
    const found = answer.exec(text);
    if (!found) throw new UserError(`the kernel answered ${JSON.stringify(text)} to \`${code.split("\n")[0]}\`.`);
    line = found[0];
  }
  return line;
}

/** What a message shows, whatever its type. */
function textOf(content: Message["content"]): string {
  return `${content.text ?? [content.data?.["text/plain"] ?? ""].flat().join("")}\n`;
}

function connect({ origin, token }: Server, kernel: string): Promise<WebSocket> {
  const url = `${origin.replace("http", "ws")}/api/kernels/${kernel}/channels`;
  const socket = new WebSocket(url, { headers: { Authorization: `token ${token}` } });
  return new Promise((done, failed) => {
    socket.once("open", () => done(socket));
    socket.once("error", failed);
  });
}

/** Sends a cell and collects what it shows, until the kernel says that it is idle again. */
function execute(socket: WebSocket, code: string): Promise<string> {
  const id = randomUUID();
  return new Promise((done, failed) => {
    let shown = "";
    const finish = (error?: Error) => {
      clearTimeout(timer);
      socket.off("message", read);
      error ? failed(error) : done(shown);
    };
    const timer = setTimeout(
      () =>
        finish(new UserError(`the kernel gave no answer to \`${code.split("\n")[0]}\` within ${PATIENCE / 1000} s.`)),
      PATIENCE,
    );
    const read = (data: WebSocket.RawData) => {
      const { msg_type, parent_header, content }: Message = JSON.parse(data.toString());
      if (parent_header.msg_id !== id) return;
      if (msg_type === "error") finish(new UserError(`a cell failed: ${content.ename}: ${content.evalue}`));
      shown += textOf(content);
      if (msg_type === "status" && content.execution_state === "idle") finish();
    };
    socket.on("message", read);
    socket.send(JSON.stringify(executeRequest(id, code)));
  });
}

function executeRequest(id: string, code: string): object {
  return {
    channel: "shell",
    header: {
      msg_id: id,
      msg_type: "execute_request",
      username: "check",
      session: id,
      date: new Date().toISOString(),
      version: "5.3",
    },
    parent_header: {},
    metadata: {},
    content: {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    },
    buffers: [],
  };
}
