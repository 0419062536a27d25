/** How the benchmark talks to another program: a command line in, one line of JSON out. */
import { run } from "../backend/install/run";
import { UserError } from "../errors";

/**
 * Linux counts a process's peak memory from what its parent had when it forked, and a benchmark that has written a model is large: the
 * program is forked by a shell, which is not.
 */
const SHELL = ["/bin/sh", "-c", '"$0" "$@"; exit $?'] as const;

/**
 * Runs a program and reads the last line that it prints as JSON.
 * @param variables of its environment, beside this process's own
 * @throws UserError where it does not start, fails, or prints none
 */
export async function runProcess(
  name: string,
  words: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const env = { ...process.env, ...variables };
  const [shell, ...options] = SHELL;
  const output = await run(shell, [...options, ...words], { env }).catch((error: Error) => {
    throw new UserError(`${name} does not start, or fails: ${error.message}.`);
  });
  const last = output.trim().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(last);
  } catch {
    throw new UserError(`${name} ends with "${last.slice(0, 120)}"; wanted a last line of JSON.`);
  }
}
