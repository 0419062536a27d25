import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "../tiny";

/** What a verb said and how it ended. */
export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** Runs dist/lib/cli/VERB.js as a command does, with this standard input and these variables besides one's own. */
export function verb(
  name: string,
  words: readonly string[],
  input = "",
  variables: Record<string, string> = {},
): Ended {
  const script = join(ROOT, "dist", "lib", "cli", `${name}.js`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...words], {
    input,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...process.env, ...variables },
  });
  return { code: status, out: stdout, err: stderr };
}
