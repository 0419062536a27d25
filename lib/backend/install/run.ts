/** Running the machine's own tools (pip, a compiler, Node) and finding out whether it has them. */
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** Says what set-up is doing, one line at a time, for the reader who waits. */
export type Log = (line: string) => void;

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Milliseconds until the tool is killed. */
  timeout?: number;
}

/** Runs a tool to its end and gives its standard output. @throws Error with the last lines it wrote, where it failed */
export function run(command: string, args: string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const forward = () => child.kill("SIGTERM");
    // An interrupted set-up must not leave a download or a compiler running behind it.
    process.once("exit", forward);
    let out = "";
    let both = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      both = (both + text).slice(-4000);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      both = (both + text).slice(-4000);
    });
    child.once("error", (error) => {
      process.removeListener("exit", forward);
      reject(new Error(`${command} does not run: ${error.message}`));
    });
    child.once("close", (code, signal) => {
      process.removeListener("exit", forward);
      if (code === 0) resolve(out);
      else reject(new Error(`${command} ended with ${signal ?? `code ${code}`}: ${lastLines(both)}`));
    });
  });
}

/** The end of a tool's chatter as one line: where the cause usually stands. */
function lastLines(text: string): string {
  const lines = stripVTControlCharacters(text)
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const errors = lines.filter((line) => /error|not found|failed|denied/i.test(line));
  return (errors.length > 0 ? errors : lines).slice(-2).join(" | ").slice(0, 400);
}

/** The full path of a program on the PATH, or of one that is named by its path; undefined where there is none. Starts nothing. */
export function which(program: string): string | undefined {
  if (isAbsolute(program)) return isExecutable(program) ? program : undefined;
  const endings = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const ending of endings) {
      const path = join(folder, program + ending);
      if (folder !== "" && isExecutable(path)) return path;
    }
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The C++ compiler: CXX, else the first of c++, g++, clang++. */
export function compiler(): string | undefined {
  const named = process.env.CXX;
  return (named && which(named)) || which("c++") || which("g++") || which("clang++");
}

/** The Python interpreter: python3, or python where that is what the system calls it. */
export function python(): string | undefined {
  return which("python3") ?? which("python");
}
