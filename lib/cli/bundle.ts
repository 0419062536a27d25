/** `npm run -s bundle`: one archive that sets up the laptops of a class without a network. */
import { join, resolve } from "node:path";
import { PROJECT_ROOT } from "../backend";
import { run } from "../backend/install/run";
import { usageError } from "../errors";
import { checkWritable } from "../files/atomic";
import { type Command, required, runCommand } from "./command";
import { pack } from "./setup/bundle/pack";
import { BUNDLE_FOLDER, bundleParts } from "./setup/bundle/parts";
import { downloadJupyter } from "./setup/bundle/wheels";

const log = (line: string) => process.stderr.write(`${line}\n`);

const bundle: Command = {
  name: "bundle",
  summary:
    "Packs the repository at HEAD with all that it needs: laptops of this machine's kind set themselves up from it without a network.",
  usage: "--out class.tar.gz [--python 3.11,3.12] [--no-jupyter]",
  help: [
    ["--out FILE", "the archive, .tar.gz: about half a gigabyte"],
    ["--python V,...", "the versions of Python that the laptops have; default: this machine's"],
    ["--no-jupyter", "leaves JupyterLab out: the notebooks run without it and are read as pages"],
  ],
  options: { out: { type: "string" }, python: { type: "string" }, "no-jupyter": { type: "boolean" } },
  async run(values) {
    const out = resolve(required(values, "out", bundle));
    if (!/\.(tar\.gz|tgz)$/.test(out)) throw usageError(`--out got "${out}", wanted a name that ends in .tar.gz.`);
    checkWritable(out);
    const versions = pythonVersions(values.python);
    await sayUncommitted();
    const add = values["no-jupyter"]
      ? undefined
      : {
          name: "JupyterLab",
          fill: (folder: string) => downloadJupyter(join(folder, BUNDLE_FOLDER, "wheels"), versions, log),
        };
    const packed = await pack({ root: PROJECT_ROOT, out, parts: bundleParts(), add, log });
    for (const [name, size] of Object.entries(packed.parts_mb)) console.log(`${name.padEnd(12)} ${size} MB`);
    console.log(`${out}: ${packed.megabytes} MB, ${packed.unpacked_mb} MB unpacked, of ${packed.commit.slice(0, 10)}`);
    console.log("on a laptop: tar -xzf FILE, then gliner-workbook/class.sh start --check");
    return packed;
  },
};

function pythonVersions(given: unknown): string[] {
  if (typeof given !== "string") return [];
  const versions = given.split(",").map((version) => version.trim());
  for (const version of versions)
    if (!/^3\.\d+$/.test(version)) throw usageError(`--python got "${version}", wanted versions such as 3.11,3.12.`);
  return versions;
}

/** What is not committed is not packed, and whoever has just executed a notebook should know. */
async function sayUncommitted(): Promise<void> {
  const changed = await run("git", ["-C", PROJECT_ROOT, "status", "--porcelain"]).catch(() => "");
  const count = changed.split("\n").filter((line) => line !== "").length;
  if (count > 0) log(`warning: ${count} files are not as committed; the bundle has them as committed`);
}

if (require.main === module) runCommand(bundle);
