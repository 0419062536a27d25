import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PROJECT_ROOT } from "../../lib/backend";
import { DEFAULT_ENCODER } from "../../lib/weights/encoders";

/** The project in a folder of its own, on a machine from which tools have been taken away. */

/** What a copy needs to set itself up; the dependencies are shared, except for the package that set-up writes into. */
const FILES = ["package.json", "package-lock.json", "tsconfig.json", "biome.json", "lib", "data"];
const NATIVE = "@tensorflow/tfjs-node-gpu";

export interface Copy {
  root: string;
  /** Environment with no other programs than Node and those asked for, and a cache of its own. */
  environment(programs: readonly string[], more?: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
  remove(): void;
}

/** @param parts what is copied beside the sources, e.g. "dist" or "notebooks" */
export function copyProject(...parts: string[]): Copy {
  const root = mkdtempSync(join(tmpdir(), "workbook-copy-"));
  for (const name of [...FILES, ...parts]) cpSync(join(PROJECT_ROOT, name), join(root, name), { recursive: true });
  shareDependencies(root);
  let made = 0;
  const environment: Copy["environment"] = (programs, more = {}) => {
    const bin = join(root, `bin-${made++}`);
    mkdirSync(bin);
    symlinkSync(process.execPath, join(bin, "node"));
    for (const program of programs) symlinkSync(findProgram(program), join(bin, program));
    const { HOME, LANG } = process.env;
    return { HOME, LANG, PATH: bin, CI: "true", WORKBOOK_CACHE: join(root, "cache"), ...more };
  };
  return { root, environment, remove: () => rmSync(root, { recursive: true, force: true }) };
}

function shareDependencies(root: string): void {
  const from = join(PROJECT_ROOT, "node_modules");
  const to = join(root, "node_modules");
  mkdirSync(join(to, dirname(NATIVE)), { recursive: true });
  for (const name of readdirSync(from)) if (name !== dirname(NATIVE)) symlinkSync(join(from, name), join(to, name));
  for (const name of readdirSync(join(from, dirname(NATIVE)))) {
    const path = join(dirname(NATIVE), name);
    if (path !== NATIVE) symlinkSync(join(from, path), join(to, path));
  }
  const unlinked = (path: string) => !path.endsWith("napi-v8");
  cpSync(join(from, NATIVE), join(to, NATIVE), { recursive: true, filter: unlinked });
}

/** The encoder that this machine has, put into the copy's cache. */
export function lendEncoder(copy: Copy, folder: string): void {
  mkdirSync(join(copy.root, "cache/encoders"), { recursive: true });
  symlinkSync(folder, join(copy.root, "cache/encoders", DEFAULT_ENCODER.replaceAll("/", "--")));
}

/** The program itself: a version manager's script in its place would need a shell, and that is taken away too. */
function findProgram(name: string): string {
  if (name === "python3")
    return execFileSync(name, ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();
  const found = (process.env.PATH ?? "").split(":").find((folder) => existsSync(join(folder, name)));
  if (!found) throw new Error(`this test needs ${name} on the PATH`);
  return join(found, name);
}

export interface Ended {
  code: number | NodeJS.Signals | null;
  out: string;
  err: string;
}

/** A running program whose words can be waited for. */
export interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves with the first match in what it has said so far on either stream. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
}

const started = new Set<ChildProcess>();

/** Ends whatever a test that failed has left running. */
export function killAll(): void {
  for (const { pid } of started) if (pid !== undefined) process.kill(-pid, "SIGKILL");
  started.clear();
}

/** Starts a program as the leader of a process group, so that all of it can be killed. */
export function startProgram(root: string, words: readonly string[], env: NodeJS.ProcessEnv): Running {
  const child = spawn(words[0], words.slice(1), { cwd: root, env, detached: true });
  started.add(child);
  child.once("close", () => started.delete(child));
  let [out, err] = ["", ""];
  const waiting = new Set<() => void>();
  const hear = (text: Buffer, keep: (text: string) => void) => {
    keep(text.toString());
    for (const look of waiting) look();
  };
  child.stdout.on("data", (text: Buffer) => hear(text, (part) => (out += part)));
  child.stderr.on("data", (text: Buffer) => hear(text, (part) => (err += part)));
  const ended = once(child, "close").then(([code, signal]): Ended => ({ code: signal ?? code, out, err }));
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((done, failed) => {
      const look = () => {
        const found = pattern.exec(out) ?? pattern.exec(err);
        if (!found) return;
        waiting.delete(look);
        done(found);
      };
      waiting.add(look);
      look();
      ended.then(
        (end) => failed(new Error(`ended with ${end.code} without ${pattern}:\n${end.out}\n${end.err}`)),
        failed,
      );
    });
  return { child, ended, says };
}

/** Runs the launcher to its end. */
export function launch(copy: Copy, words: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return startProgram(copy.root, [process.execPath, "lib/cli/launch.cjs", ...words], env).ended;
}

/** Asks for a path as it is written, over a connection of its own. */
export function get(address: string, path = new URL(address).pathname): Promise<{ status?: number; text: string }> {
  const { hostname, port } = new URL(address);
  return new Promise((done, failed) => {
    request({ hostname, port, path, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      answer.once("end", () => done({ status: answer.statusCode, text }));
    })
      .once("error", failed)
      .end();
  });
}

/** Writes a notebook of code cells. */
export function putNotebook(copy: Copy, name: string, ...cells: string[]): void {
  // The rules by which cells are compiled lie beside the notebooks.
  mkdirSync(join(copy.root, "notebooks"), { recursive: true });
  cpSync(join(PROJECT_ROOT, "notebooks/tsconfig.json"), join(copy.root, "notebooks/tsconfig.json"));
  mkdirSync(join(copy.root, "notebooks"), { recursive: true });
  const content = {
    cells: cells.map((source, at) => ({
      cell_type: "code",
      execution_count: null,
      id: `c${at}`,
      metadata: {},
      outputs: [],
      source,
    })),
    metadata: { kernelspec: { display_name: "x", language: "typescript", name: "tslab-workbook" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  writeFileSync(join(copy.root, "notebooks", name), JSON.stringify(content));
}
