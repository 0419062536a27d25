import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Command, runCommand } from "../lib/cli/command";
import { runNamed } from "./named-files";

/** Files of dist/test/long, and the kernels' test with 100 of them; one at a time, for some need most of the memory. */
const command: Command = {
  name: "test:long",
  summary: "What is too long or too large for `npm test`; with words, only the files whose name holds one of them.",
  usage: "[WORD...]",
  help: [["WORD", "e.g. `fuzz` for dist/test/long/fuzz.long.js"]],
  options: {},
  allowPositionals: true,
  async run(_values, words) {
    const folder = join(__dirname, "long");
    const long = readdirSync(folder).filter((name) => name.endsWith(".long.js"));
    const files = [...long.map((name) => join(folder, name)), join(__dirname, "kernel", "leftovers.test.js")];
    return runNamed(files, words, () => ({ KERNELS: process.env.KERNELS ?? "100" }));
  },
};

if (require.main === module) void runCommand(command);
