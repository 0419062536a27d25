/**
 * The length of the gradient at every step of finished runs, before clipping, from their metrics.jsonl; to four digits. For chapter 06.
 *
 *     npm run -s study -- clipping --seeds 2 --fresh --out runs/clipping
 *     node dist/test/bench/gradient-norms.js "clipped at 10=runs/clipping/runs/ID" ... --json data/results/gradient-norms.json
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeAtomically } from "../../lib/files/atomic";
import { isObject } from "../../lib/files/json-object";
import type { GradientNorms } from "../../lib/notebook/study/gradient-norms";
import { readManifest } from "../../lib/provenance/manifest";
import { ROOT } from "../tiny";

const { values, positionals } = parseArgs({
  options: { json: { type: "string", default: join(ROOT, "data", "results", "gradient-norms.json") } },
  allowPositionals: true,
});

function normsOf(folder: string): number[] {
  const lines = readFileSync(join(folder, "metrics.jsonl"), "utf8").trim().split("\n");
  return lines.flatMap((line) => {
    const step: unknown = JSON.parse(line);
    return isObject(step) && typeof step.gradientNorm === "number" ? [Number(step.gradientNorm.toPrecision(4))] : [];
  });
}

const runs = positionals.map((given): GradientNorms => {
  const at = given.indexOf("=");
  if (at < 1) throw new Error(`got "${given}", wanted NAME=FOLDER of a run`);
  const folder = given.slice(at + 1);
  const { training } = readManifest(join(folder, "manifest.json")).config as { training: Record<string, unknown> };
  const [seed, clipped_at] = [Number(training.seed), Number(training.max_grad_norm)];
  return { run: given.slice(0, at), id: folder.split("/").at(-1) ?? "", seed, clipped_at, norms: normsOf(folder) };
});
const about = {
  what: "Length of the gradient of all parameters at every step, before clipping, of runs of the laboratory (MiniLM, 1,500 steps of 8, summed loss)",
  command:
    "npm run -s study -- clipping --seeds 2 --fresh --out runs/clipping; node dist/test/bench/gradient-norms.js NAME=runs/clipping/runs/ID ...",
};
writeAtomically(values.json, `${JSON.stringify({ ...about, runs })}\n`);
