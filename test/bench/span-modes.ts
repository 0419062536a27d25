/**
 * The same small task learnt with several span modes and seeds (notebook 05): loss, and F1 on the very sentences learnt.
 *
 *   node dist/test/bench/span-modes.js [--modes marker,markerV0,...] [--seeds 5] [--steps 80] [--json FILE]
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { useBackend } from "../../lib/backend";
import { smallTask } from "../../lib/laboratory/small-model";
import { compareSpanModes } from "../../lib/laboratory/span-modes";

const TYPES = ["city", "date", "person", "quantity", "duration"];
const MAX_WORDS = 25;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      modes: { type: "string", default: "marker,markerV0,endpoints,markerV1,markerV2" },
      seeds: { type: "string", default: "5" },
      steps: { type: "string", default: "80" },
      json: { type: "string" },
    },
  });
  const { library, threads } = await useBackend();
  const steps = Number(values.steps);
  const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed);
  const task = await smallTask(TYPES, MAX_WORDS);
  const results = await compareSpanModes(task, values.modes.split(","), seeds, {
    steps,
    onStep({ mode, seed, step, loss }) {
      if (step === steps) process.stdout.write(`${mode} seed ${seed}: loss of the last step ${loss.toFixed(3)}\n`);
    },
  });
  const again = `node dist/test/bench/span-modes.js --modes ${values.modes} --seeds ${seeds.length} --steps ${steps} --json FILE`;
  const about =
    "The same sentences of the project's own sample learnt with several span modes: mean loss of a sentence over the last ten steps, F1 on these very sentences at .5 and .3";
  const setting = { types: TYPES, maxWords: MAX_WORDS, sentences: task.records.length, steps, batch: 8, width: 128 };
  const environment = { library, threads, processor: cpus()[0]?.model ?? "unknown", encoder: "all-MiniLM-L6-v2" };
  const text = `${JSON.stringify({ about, again, setting, environment, results }, null, 2)}\n`;
  if (values.json) writeFileSync(values.json, text);
  else process.stdout.write(text);
}

void main();
