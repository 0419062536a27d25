/**
 * How long a reader waits: a kernel's start, its first cell, a cell like it, the cell that imports the library. Beside
 * the workbook's kernel: Deno's, and Python's with the original package. Rounds alternate, one kernel at a time.
 *
 *   node dist/test/bench/kernels.js [--deno PATH] [--python PATH] [--rounds 5] [--json FILE]
 *
 * PATH of deno: the program (npm package "deno"); PATH of python: one with ipykernel, and gliner for the import.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PROJECT_ROOT } from "../../lib/backend";
import { KernelClient, type KernelOptions } from "../../lib/kernel/runner/client";

interface Candidate {
  name: string;
  version: string;
  spec?: KernelOptions["spec"];
  /** The cell that makes GLiNER available. */
  importCell: string;
}

/** Seconds. */
interface Times {
  start: number;
  firstCell: number;
  nextCell: number;
  importCell: number;
}

const STEPS = ["start", "firstCell", "nextCell", "importCell"] as const;

function candidates(deno?: string, python?: string): Candidate[] {
  const list: Candidate[] = [
    {
      name: "workbook (tslab 1.0.22)",
      version: process.version,
      importCell: 'import { GLiNER } from "../lib";\nif (GLiNER.name !== "GLiNER") throw new Error("not imported");',
    },
  ];
  if (deno) {
    const importCell = `import { createRequire } from "node:module";\nconst { GLiNER } = createRequire("${join(PROJECT_ROOT, "notebooks", "x.ts")}")("../dist/lib/index.js");\nif (GLiNER.name !== "GLiNER") throw new Error("not imported");`;
    const spec = kernelspec([deno, "jupyter", "--kernel", "--conn", "{connection_file}"]);
    list.push({ name: "Deno", version: firstLine(deno, "--version"), spec, importCell });
  }
  if (python) {
    const spec = kernelspec([python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]);
    list.push({
      name: "ipykernel",
      version: firstLine(python, "--version"),
      spec,
      importCell: "from gliner import GLiNER\nassert GLiNER.__name__ == 'GLiNER'",
    });
  }
  return list;
}

/** A kernel.json of its own folder, which goes when this process ends. */
function kernelspec(argv: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "kernelspec-"));
  process.once("exit", () => rmSync(folder, { recursive: true }));
  const path = join(folder, "kernel.json");
  writeFileSync(path, JSON.stringify({ argv }));
  return path;
}

const firstLine = (program: string, word: string) => execFileSync(program, [word], { encoding: "utf8" }).split("\n")[0];

async function measure({ spec, importCell, name }: Candidate): Promise<Times> {
  let mark = performance.now();
  const lap = () => {
    const seconds = (performance.now() - mark) / 1000;
    mark = performance.now();
    return seconds;
  };
  const kernel = await KernelClient.start({ folder: join(PROJECT_ROOT, "notebooks"), spec, stderr: "inherit" });
  try {
    const start = lap();
    // The reply is what counts: Deno's output may come after its reply, and then nobody waits for it.
    const cell = async (code: string) => {
      lap();
      const { status, content } = await kernel.execute(code);
      const seconds = lap();
      if (status !== "ok") throw new Error(`${name}: ${JSON.stringify(content)}`);
      return seconds;
    };
    const firstCell = await cell("1 + 1");
    const nextCell = await cell("2 + 2");
    return { start, firstCell, nextCell, importCell: await cell(importCell) };
  } finally {
    await kernel.shutdown();
  }
}

async function main(): Promise<void> {
  const options = {
    deno: { type: "string" },
    python: { type: "string" },
    rounds: { type: "string" },
    json: { type: "string" },
  } as const;
  const { values } = parseArgs({ options });
  const list = candidates(values.deno, values.python);
  const all: Times[][] = list.map(() => []);
  const load = loadavg()[0];
  for (let round = 0; round < Number(values.rounds ?? 5); round++)
    for (const [at, candidate] of list.entries()) all[at].push(await measure(candidate));
  const results = list.map(({ name, version }, at) => ({ name, version, ...summary(all[at]) }));
  for (const { name, version, ...steps } of results) {
    const text = STEPS.map((step) => `${step} ${steps[step].map((value) => value.toFixed(2)).join("/")}`).join("  ");
    process.stdout.write(`${name} ${version}: ${text}\n`);
  }
  const about =
    "Seconds that a reader waits for a kernel and its first cells, kernels in turn; minimum, median, maximum";
  const again = "node dist/test/bench/kernels.js --deno PATH --python PATH --rounds 5 --json FILE";
  const environment = { processor: cpus()[0]?.model, cores: cpus().length, load, rounds: all[0].length };
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ about, again, environment, results }, null, 2)}\n`);
}

/** Minimum, median, maximum of each step. */
function summary(rounds: Times[]): Record<(typeof STEPS)[number], number[]> {
  const of = (step: (typeof STEPS)[number]) => {
    const sorted = rounds.map((times) => Number(times[step].toFixed(3))).sort((a, b) => a - b);
    return [sorted[0], sorted[sorted.length >> 1], sorted[sorted.length - 1]];
  };
  return { start: of("start"), firstCell: of("firstCell"), nextCell: of("nextCell"), importCell: of("importCell") };
}

void main();
