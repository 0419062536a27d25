import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * `npm run -s test:long`: what is too long or too large for `npm test`. With words, only the files whose name holds one.
 * Files of dist/test/long, and the kernels' test with 100 of them; one at a time, for some need most of the memory.
 */
function main(words: readonly string[]): void {
  const folder = join(__dirname, "long");
  const long = readdirSync(folder).filter((name) => name.endsWith(".long.js"));
  const files = [...long.map((name) => join(folder, name)), join(__dirname, "kernel", "leftovers.test.js")];
  const chosen = files.filter((path) => words.length === 0 || words.some((word) => path.includes(word)));
  const env = { ...process.env, KERNELS: process.env.KERNELS ?? "100" };
  if (chosen.length === 0) {
    process.stderr.write(`no long test's name holds ${words.join(" or ")}.\n`);
    process.exitCode = 2;
    return;
  }
  const { status } = spawnSync(process.execPath, ["--test", "--test-concurrency=1", ...chosen], {
    stdio: "inherit",
    env,
  });
  process.exitCode = status ?? 1;
}

if (require.main === module) main(process.argv.slice(2));
