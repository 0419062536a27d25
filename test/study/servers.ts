/** Real servers for the tests of the queue, on free ports, started and ended here; where one is not installed its tests are skipped. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface Server {
  url: string;
  /** Ends it as a power cut would, and starts it again with what is on its disk. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export const SERVERS: Readonly<Record<string, () => Promise<Server | string>>> = { redis, postgres };

/** @returns the server, or why there is none */
async function redis(): Promise<Server | string> {
  if (!onPath("redis-server")) return "redis-server is not installed";
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "redis-"));
  const words = [
    "--port",
    String(port),
    "--dir",
    folder,
    "--appendonly",
    "yes",
    "--appendfsync",
    "always",
    "--save",
    "",
  ];
  const start = async () => {
    const child = spawn("redis-server", words, { stdio: "ignore" });
    await answering(port);
    return child;
  };
  let child = await start();
  const end = () => ended(child, "SIGKILL");
  return {
    url: `redis://127.0.0.1:${port}`,
    async restart() {
      await end();
      child = await start();
    },
    async stop() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses root: there it runs as the user postgres. @returns the server, or why there is none */
async function postgres(): Promise<Server | string> {
  const bin = newestBin();
  if (!bin) return "PostgreSQL is not installed";
  const owner = process.getuid?.() === 0 ? ids("postgres") : undefined;
  if (process.getuid?.() === 0 && !owner) return "PostgreSQL refuses root, and there is no user postgres";
  const folder = mkdtempSync(join(tmpdir(), "postgres-"));
  if (owner) chownSync(folder, owner.uid, owner.gid);
  const as = owner ? { uid: owner.uid, gid: owner.gid } : {};
  const data = join(folder, "data");
  execFileSync(join(bin, "initdb"), ["-D", data, "-U", "study", "--auth=trust", "--no-sync"], {
    ...as,
    stdio: "ignore",
    cwd: folder,
  });
  const port = await freePort();
  const start = async () => {
    const words = ["-D", data, "-p", String(port), "-k", folder, "-c", "listen_addresses=127.0.0.1"];
    const child = spawn(join(bin, "postgres"), words, { ...as, stdio: "ignore", cwd: folder });
    await answering(port);
    await accepting(bin, port, as, folder);
    return child;
  };
  let child = await start();
  return {
    url: `postgres://study@127.0.0.1:${port}/postgres`,
    async restart() {
      // Immediate shutdown: no checkpoint, recovery at the next start.
      await ended(child, "SIGQUIT");
      child = await start();
    },
    async stop() {
      await ended(child, "SIGQUIT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const onPath = (name: string) => (process.env.PATH ?? "").split(":").some((folder) => existsSync(join(folder, name)));

function newestBin(): string | undefined {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(root, version, "bin")).find((bin) => existsSync(join(bin, "initdb")));
}

function ids(user: string): { uid: number; gid: number } | undefined {
  try {
    const [uid, gid] = ["-u", "-g"].map((flag) => Number(execFileSync("id", [flag, user], { encoding: "utf8" })));
    return { uid, gid };
  } catch {
    return undefined;
  }
}

/** A port that nobody has just now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

async function answering(port: number): Promise<void> {
  for (let i = 0; i < 600; i++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: "127.0.0.1" });
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (open) return;
    await sleep(50);
  }
  throw new Error(`nothing answers on port ${port}`);
}

async function accepting(bin: string, port: number, as: object, cwd: string): Promise<void> {
  for (let i = 0; i < 600; i++) {
    try {
      execFileSync(join(bin, "pg_isready"), ["-h", "127.0.0.1", "-p", String(port)], { ...as, stdio: "ignore", cwd });
      return;
    } catch {
      await sleep(50);
    }
  }
  throw new Error("PostgreSQL does not accept connections");
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill(signal);
  });
}
