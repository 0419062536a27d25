import { randomUUID } from "node:crypto";
import WebSocket from "ws";
import { UserError } from "../../errors";
import { call, type Server } from "./jupyter";

/** Runs a few cells the way the browser does: through the server's sessions and its WebSocket. */

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

const PATIENCE = 90_000;

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
    let line = "";
    for (const cell of CELLS) line = await runCell(socket, cell);
    return line;
  } finally {
    socket.close();
    await call(server, "DELETE", `/api/sessions/${session.id}`);
  }
}

function connect({ origin, token }: Server, kernel: string): Promise<WebSocket> {
  const url = `${origin.replace("http", "ws")}/api/kernels/${kernel}/channels`;
  const socket = new WebSocket(url, { headers: { Authorization: `token ${token}` } });
  return new Promise((done, failed) => {
    socket.once("open", () => done(socket));
    socket.once("error", failed);
  });
}

async function runCell(socket: WebSocket, { code, answer }: CheckCell): Promise<string> {
  const text = await execute(socket, code);
  const found = answer.exec(text);
  if (!found) throw new UserError(`the kernel answered ${JSON.stringify(text)} to \`${code.split("\n")[0]}\`.`);
  return found[0];
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
      shown += `${content.text ?? [content.data?.["text/plain"] ?? ""].flat().join("")}\n`;
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
