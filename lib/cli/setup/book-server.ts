/** Shows a folder of pages to a browser on this machine: reading only, nothing above the folder, nothing to others. */
import { createReadStream, statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { UserError } from "../../errors";

export interface PageServer {
  address: string;
  stop(): Promise<void>;
}

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".ipynb": "application/x-ipynb+json",
};

/** @throws UserError where no port can be had */
export async function servePages(folder: string, wantedPort: number): Promise<PageServer> {
  const server = createServer((call, answer) => send(folder, call, answer));
  const listen = (port: number) =>
    new Promise<void>((done, failed) => {
      server.once("error", failed);
      server.listen(port, "127.0.0.1", () => {
        server.off("error", failed);
        done();
      });
    });
  await listen(wantedPort)
    .catch(() => listen(0))
    .catch((error: Error) => {
      throw new UserError(`no port of this machine can be opened for the pages: ${error.message}.`);
    });
  const bound = server.address();
  const port = typeof bound === "object" && bound ? bound.port : wantedPort;
  const stop = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return { address: `http://127.0.0.1:${port}/index.html`, stop };
}

function send(folder: string, call: IncomingMessage, answer: ServerResponse): void {
  const path = requested(folder, call.url ?? "/");
  const size = path === undefined ? undefined : fileSize(path);
  if (!isOurs(call)) answer.writeHead(403, { "content-type": "text/plain" }).end("wanted this machine's own address\n");
  else if (call.method !== "GET" && call.method !== "HEAD") answer.writeHead(405).end();
  else if (path === undefined || size === undefined)
    answer.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
  else {
    const type = TYPES[extname(path)] ?? "application/octet-stream";
    // Pages are replaced while notebooks run: a reload must show the new one.
    answer.writeHead(200, { "content-type": type, "content-length": size, "cache-control": "no-store" });
    if (call.method === "HEAD") answer.end();
    else
      createReadStream(path)
        .once("error", () => answer.destroy())
        .pipe(answer);
  }
}

/**
 * Whether the page was asked for by this machine's own name. A page from elsewhere whose name is made to lead here (DNS
 * rebinding) asks by its own.
 */
function isOurs({ headers: { host = "" }, socket: { localPort } }: IncomingMessage): boolean {
  const [, name, port = "80"] = /^(127\.0\.0\.1|localhost|\[::1\])(?::(\d+))?$/i.exec(host) ?? [];
  return name !== undefined && Number(port) === localPort;
}

/** Undefined for everything that is no file; a path through a file or one that is too long is an error for the system. */
function fileSize(path: string): number | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() ? found.size : undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

/** The file below the folder; undefined for a path that leads out of it or is no path. */
function requested(folder: string, url: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(new URL(url, "http://localhost").pathname);
  } catch (error) {
    if (error instanceof URIError || error instanceof TypeError) return undefined;
    throw error;
  }
  const target = normalize(join(folder, path === "/" ? "index.html" : path));
  return target.startsWith(folder + sep) && !target.includes("\0") ? target : undefined;
}
