import { spawnSync } from "node:child_process";
import { basename } from "node:path";
import { usageError } from "../lib/errors";

/** What is said of test files that ran. */
interface NamedRun {
  files: string[];
  passed: boolean;
}

/**
 * Runs test files one at a time with the test runner's own output; sets the exit code.
 * @param words only files whose path holds one of them; none = all
 * @param variables what the files need, made once it is known that there are some
 */
export async function runNamed(
  files: readonly string[],
  words: readonly string[],
  variables: () => Record<string, string> | Promise<Record<string, string>>,
): Promise<NamedRun> {
  const chosen = files.filter((path) => words.length === 0 || words.some((word) => path.includes(word)));
  if (chosen.length === 0)
    throw usageError(
      `no test's name holds ${words.join(" or ")}; wanted a word of ${files.map((path) => basename(path)).join(", ")}.`,
    );
  const { status } = spawnSync(process.execPath, ["--test", "--test-concurrency=1", ...chosen], {
    stdio: "inherit",
    env: { ...process.env, ...(await variables()) },
  });
  process.exitCode = status ?? 1;
  return { files: chosen.map((path) => basename(path)), passed: status === 0 };
}
