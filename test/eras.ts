import { type Dirent, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { trace } from "../lib/audit/trace/trace";
import { cacheFolder, PROJECT_ROOT } from "../lib/backend";
import { run } from "../lib/backend/install/run";
import { type Command, runCommand, type Values, whole } from "../lib/cli/command";
import { ensureVenv, venvProgram } from "../lib/cli/setup/venv";
import { dataPath } from "../lib/data/project";
import { versionOf } from "../lib/era";
import { usageError } from "../lib/errors";
import { officialNames } from "../lib/provenance/official";
import { runGolden } from "./golden";
import { environmentOf } from "./python/environments";
import { TINY_BERT } from "./tiny";

/** Releases that are tried where none is named: those before and after every change that is known. */
const VERSIONS = [
  ...["0.1.2", "0.1.4", "0.1.5", "0.1.6", "0.1.7", "0.1.12", "0.1.13", "0.1.14"],
  ...["0.2.0", "0.2.2", "0.2.3", "0.2.6", "0.2.7", "0.2.8", "0.2.9", "0.2.13", "0.2.15", "0.2.16", "0.2.18", "0.2.19"],
  ...["0.2.21", "0.2.22", "0.2.23", "0.2.24", "0.2.25", "0.2.26", "0.2.27", "0.2.28", "0.2.29"],
];

const command: Command = {
  name: "test:eras",
  summary: "What releases of Python's GLiNER compute by their own code, against the same release's settings here.",
  usage: "[--versions 0.1.2,0.1.12,...] [--seed N]",
  help: [
    ["--versions LIST", `releases on PyPI (default ${VERSIONS.join(", ")})`],
    ["--seed N", "of the inputs, a whole number (default 1)"],
  ],
  options: { versions: { type: "string" }, seed: { type: "string" } },
  run: (values) => compare(versionsOf(values), whole(values, "seed", 1, 0, 2 ** 31)),
};

function versionsOf({ versions }: Values): string[] {
  if (versions === undefined) return VERSIONS;
  const named = String(versions).split(",");
  for (const name of named) {
    versionOf(name);
    if (name === "v0") throw usageError("--versions: v0 is no release; the oldest that can be installed is 0.1.2.");
  }
  return named;
}

/** Fixtures of all releases, made one after the other, then compared; the exit code is 1 where one could not be had. */
async function compare(versions: readonly string[], seed: number): Promise<void> {
  const folder = cacheFolder("eras", "fixtures", `seed-${seed}`);
  let failed = 0;
  let passed = 0;
  for (const version of versions) {
    const lost = await make(version, join(folder, "eras", version), seed);
    for (const { what, why } of lost) say(`FAILED         ${version}, ${what}: ${why}`);
    failed += lost.length;
  }
  for (const version of versions.filter(hasTrace)) {
    const why = await partsAt(version, join(folder, "traces"));
    say(
      why
        ? `FAILED         ${version}, one batch stage by stage: ${why}`
        : `passed         ${version}, one batch stage by stage`,
    );
    if (why) failed++;
    else passed++;
  }
  const asked = (path: string) => versions.some((version) => path.startsWith(`eras/${version}/`));
  const result = await runGolden(folder, say, asked);
  failed += result.failed.length;
  passed += result.passed.length;
  process.exitCode = failed || passed === 0 ? 1 : 0;
  say(`eras: ${passed} passed, ${failed} failed`);
}

/** @returns what could not be made, and why */
async function make(version: string, out: string, seed: number): Promise<{ what: string; why: string }[]> {
  const environment = environmentOf(version);
  rmSync(out, { recursive: true, force: true });
  try {
    await ensureVenv((line) => process.stderr.write(`${line}\n`), environment);
    mkdirSync(out, { recursive: true });
    const scripts = join(PROJECT_ROOT, "test", "python", "eras");
    const python = (name: string, words: string[]) =>
      run(venvProgram("python", environment), [join(scripts, name), ...words]);
    await python("make.py", [out, "--seed", String(seed)]);
    // Not of every release is it written down which keys it reads.
    if (existsSync(dataPath("versions", `${version}.json`)))
      await python("config_keys.py", [join(out, "keys.json"), ...officialFiles()]);
  } catch (error) {
    return [{ what: "the release itself", why: error instanceof Error ? error.message : String(error) }];
  }
  const about = JSON.parse(readFileSync(join(out, "version.json"), "utf8")) as {
    torch: string;
    transformers: string;
    python: string;
    failed: Record<string, string>;
  };
  say(
    `${version}: torch ${about.torch}, transformers ${about.transformers}, Python ${about.python}; ` +
      `${megabytes(environment.folder)} MB of its own in ${environment.folder}`,
  );
  return Object.entries(about.failed).map(([what, why]) => ({ what, why: why.trim() }));
}

/** data/python/dump_batch.py does not know the data pipeline of 0.2.0 to 0.2.2. */
const hasTrace = (version: string) => !/^0\.2\.[0-2]$/.test(version);

/** The small model on one batch, by the release and here. @returns the first stage that differs, or why nothing was compared */
async function partsAt(version: string, folder: string): Promise<string | undefined> {
  const [data, types] = [
    join(PROJECT_ROOT, "test/golden/trace/records.jsonl"),
    "product,person,location,organization,date",
  ];
  const dump = join(folder, `${version}.safetensors`);
  mkdirSync(folder, { recursive: true });
  const script = join(PROJECT_ROOT, "data", "python", "dump_batch.py");
  const words = ["--model", TINY_BERT, "--data", data, "--types", types, "--records", "3", "--out", dump];
  try {
    await run(venvProgram("python", environmentOf(version)), [script, ...words]);
    const { first } = await trace({ model: TINY_BERT, data, against: dump, era: version });
    return first ? `${first.stage}: ${first.where}` : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const officialFiles = () => officialNames().map((name) => dataPath("recipes", "official", `${name}.yaml`));

function megabytes(folder: string): string {
  const sizeOf = (entry: Dirent) =>
    entry.isFile() ? statSync(join(entry.parentPath ?? entry.path, entry.name)).size : 0;
  const bytes = readdirSync(folder, { recursive: true, withFileTypes: true }).reduce(
    (sum, one) => sum + sizeOf(one),
    0,
  );
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}

const say = (line: string) => process.stdout.write(`${line}\n`);

if (require.main === module) void runCommand(command);
