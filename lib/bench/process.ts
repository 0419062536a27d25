import { spawn } from "node:child_process";
import { UserError } from "../errors";

/**
 * Runs a program and reads the last line that it prints as JSON.
 * @throws UserError where it does not start, fails, or prints none
 */
export async function runProcess(name: string, [command, ...args]: readonly string[]): Promise<unknown> {
  const done = await new Promise<{ output: string; code: number | null; errors: string }>((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let [output, errors] = ["", ""];
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    child.on("error", (error) => reject(new UserError(`bench: ${name} does not start (${error.message}).`)));
    child.on("close", (code) => resolve({ output, code, errors }));
  });
  const last = done.output.trim().split("\n").at(-1) ?? "";
  if (done.code === 0)
    try {
      return JSON.parse(last);
    } catch {
      // Told below.
    }
  const why = done.errors.trim().split("\n").slice(-3).join(" ");
  throw new UserError(
    `bench: ${name} ended with exit code ${done.code}; wanted a last line of JSON, got "${last.slice(0, 120)}"${why ? `; it says: ${why}` : ""}.`,
  );
}
