/** A program in a child process: a training blocks its event loop for seconds, and a lock or a heartbeat must go on meanwhile. */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../../errors";

export interface ChildOptions {
  /** What it says goes there, behind what is there. */
  log: string;
  /** Variables besides those of this process; undefined takes one away. */
  environment: Record<string, string | undefined>;
  signal: AbortSignal;
  /** Called every so often while it runs. */
  onBeat?(): void;
}

/** Between two beats. */
const BEAT_MS = 1000;

/**
 * Runs a script of this project to its end.
 * @throws UserError where it fails, with the last thing that it said; where `signal` ends it
 */
export async function runChild(script: string, words: readonly string[], options: ChildOptions): Promise<void> {
  await run(process.execPath, ["-r", join(__dirname, "with-parent.js"), script, ...words], options, "ipc");
}

/**
 * Runs another program to its end. Its standard input stays open for as long as this process lives: one that wants to go with it
 * ends when it ends.
 * @throws UserError like `runChild`
 */
export async function runProgram(program: string, words: readonly string[], options: ChildOptions): Promise<void> {
  await run(program, words, options, "input");
}

async function run(
  program: string,
  words: readonly string[],
  { log, environment, signal, onBeat }: ChildOptions,
  tie: "ipc" | "input",
): Promise<void> {
  if (signal.aborted) throw new UserError("interrupted; the same command goes on.");
  mkdirSync(dirname(log), { recursive: true });
  const descriptor = openSync(log, "a");
  const child = spawn(program, words, {
    env: { ...process.env, ...environment },
    stdio: tie === "ipc" ? ["ignore", descriptor, descriptor, "ipc"] : ["pipe", descriptor, descriptor],
  });
  closeSync(descriptor);
  // SIGINT, not SIGKILL: a training saves before it ends.
  const stop = () => void child.kill("SIGINT");
  signal.addEventListener("abort", stop, { once: true });
  const beat = onBeat && setInterval(onBeat, BEAT_MS);
  try {
    const { code, killed } = await new Promise<{ code: number | null; killed: string | null }>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, killed) => resolve({ code, killed }));
    });
    if (signal.aborted) throw new UserError("interrupted; the same command goes on.");
    if (code !== 0)
      throw new UserError(`${lastLine(log)} (${killed ? `ended by ${killed}` : `exit code ${code}`}; see ${log})`);
  } finally {
    signal.removeEventListener("abort", stop);
    clearInterval(beat);
  }
}

function lastLine(log: string): string {
  const lines = readFileSync(log, "utf8").trimEnd().split("\n");
  return lines.at(-1)?.slice(0, 400) ?? "it said nothing";
}
