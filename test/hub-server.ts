import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A hub on this machine, over real sockets: models under `/owner/name/resolve/REVISION/FILE` with the headers of the Hugging Face
 * hub, and a second host for large files, to which the first sends with their sha256.
 */

export interface Repository {
  commit: string;
  files: Record<string, Buffer>;
  /** Files that lie on the second host. */
  large?: readonly string[];
  /** The revision that is called by this commit; default "main". */
  revision?: string;
}

export interface Call {
  method: string;
  url: string;
  host: "hub" | "storage";
  range?: string;
  token?: string;
}

export type Answer = (call: IncomingMessage, response: ServerResponse, host: Call["host"]) => boolean;

export class HubServer {
  readonly calls: Call[] = [];
  readonly models = new Map<string, Repository>();
  /** Answers first, and says by true that it has. */
  interfere: Answer = () => false;
  private readonly servers: Server[] = [];
  endpoint = "";
  storage = "";

  static async start(): Promise<HubServer> {
    const hub = new HubServer();
    hub.endpoint = await hub.listen("hub", (call, response) => hub.answer(call, response));
    hub.storage = await hub.listen("storage", (call, response) => hub.store(call, response));
    return hub;
  }

  stop(): void {
    for (const server of this.servers) {
      server.closeAllConnections();
      server.close();
    }
  }

  private async listen(host: Call["host"], answer: (call: IncomingMessage, response: ServerResponse) => void) {
    const server = createServer((call, response) => {
      const { range, authorization: token } = call.headers;
      this.calls.push({ method: call.method ?? "", url: call.url ?? "", host, range, token });
      if (!this.interfere(call, response, host)) answer(call, response);
    });
    this.servers.push(server.listen(0, "127.0.0.1"));
    await once(server, "listening");
    // By another name, as the real hub's storage has: its clients tell hosts apart by their names.
    return `http://${host === "hub" ? "127.0.0.1" : "localhost"}:${(server.address() as AddressInfo).port}`;
  }

  private answer(call: IncomingMessage, response: ServerResponse): void {
    const [, name, revision, file] = /^\/(.+?)\/resolve\/([^/]+)\/(.+)$/.exec(call.url ?? "") ?? [];
    const model = this.models.get(name);
    const isKnown = model && [model.commit, model.revision ?? "main"].includes(decodeURIComponent(revision));
    const content = isKnown ? model.files[file] : undefined;
    if (isKnown) response.setHeader("x-repo-commit", model.commit);
    if (!model) response.writeHead(404, { "x-error-code": "RepoNotFound" }).end();
    else if (!isKnown) response.writeHead(404, { "x-error-code": "RevisionNotFound" }).end();
    else if (!content) response.writeHead(404, { "x-error-code": "EntryNotFound" }).end();
    else if (model.large?.includes(file)) {
      const linked = { "x-linked-etag": `"${sha256(content)}"`, "x-linked-size": String(content.length) };
      response.writeHead(302, { location: `${this.storage}/${name}/${file}`, ...linked }).end();
    } else {
      response.setHeader("etag", `"${gitSha1(content)}"`);
      serve(call, response, content);
    }
  }

  private store(call: IncomingMessage, response: ServerResponse): void {
    const content = [...this.models].flatMap(([name, { files }]) =>
      Object.entries(files).flatMap(([file, bytes]) => (call.url === `/${name}/${file}` ? [bytes] : [])),
    )[0];
    if (content) serve(call, response, content);
    else response.writeHead(404).end();
  }
}

/** Answers ranges as a storage host does. */
export function serve(call: IncomingMessage, response: ServerResponse, content: Buffer): void {
  const start = Number(/bytes=(\d+)-/.exec(call.headers.range ?? "")?.[1] ?? 0);
  const range = start > 0 ? { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` } : {};
  response.writeHead(start > 0 ? 206 : 200, { "content-length": content.length - start, ...range });
  response.end(call.method === "HEAD" ? undefined : content.subarray(start));
}

export const sha256 = (content: Buffer) => createHash("sha256").update(content).digest("hex");
export const gitSha1 = (content: Buffer) =>
  createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");

/** Runs work with these environment variables, and with what was set before afterwards. */
export async function withEnvironment(values: Record<string, string>, work: () => Promise<void>): Promise<void> {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, values);
  try {
    await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
