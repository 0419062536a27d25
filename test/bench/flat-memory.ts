/**
 * What must not grow at all: the tensors, and behind the garbage collector the resident memory, over very many steps of training
 * and very many texts. Tiny models, so that what is forgotten is not lost in the noise; no times.
 *
 *   node dist/test/bench/flat-memory.js --steps 2000 --texts 10000 --json FILE
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as tf from "@tensorflow/tfjs";
import { backendInfo, useBackend } from "../../lib/backend";
import { UserError } from "../../lib/errors";
import { writeAtomically } from "../../lib/files/atomic";
import { seededDropout } from "../../lib/fused/dropout";
import { GLiNER } from "../../lib/gliner/gliner";
import { batchLoss } from "../../lib/model/batch-loss";
import { DEFAULT_LOSS } from "../../lib/model/loss";
import { environmentOf } from "../../lib/provenance/environment";
import { Trainer } from "../../lib/train/trainer";
import { ROOT, TINY_RECORDS } from "../tiny";

/** MB between the third tenth and the last: forgetting 35 kB a step would be found. */
const MOST_MB = 50;
const TENTHS = 10;
const TYPES = ["person", "location", "organization", "date", "product"];

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** At every tenth of the work. */
interface Memory {
  tensors: number[];
  resident_mb: number[];
}

function gauge(total: number): { memory: Memory; note(done: number): void } {
  const memory: Memory = { tensors: [], resident_mb: [] };
  const every = Math.max(1, Math.floor(total / TENTHS));
  return {
    memory,
    note(done) {
      if (done % every !== 0) return;
      collectGarbage();
      memory.tensors.push(tf.memory().numTensors);
      memory.resident_mb.push(Math.round(process.memoryUsage().rss / 1e5) / 10);
    },
  };
}

async function trained(model: GLiNER, steps: number): Promise<Memory> {
  const { memory, note } = gauge(steps);
  const records = TINY_RECORDS.map(({ tokens, ner }) => ({ tokens, ner, types: TYPES }));
  // Batches of other sizes and lengths from step to step.
  const batches = [1, 2, 3, 4].map((size) => model.collate(records.slice(-size)));
  const { parameters } = model.model;
  const trainer = new Trainer(
    {
      parameters: new Map(parameters.entries()),
      loss: (n) => () =>
        batchLoss(model.model, batches[n % batches.length], DEFAULT_LOSS, { dropout: seededDropout(0, n) }),
    },
    {
      steps,
      groups: [{ names: parameters.names(), learningRate: 1e-4, weightDecay: 0.01 }],
      schedule: () => 1,
      maxGradNorm: 1,
      onStep: ({ step }) => note(step),
    },
  );
  await trainer.run();
  trainer.optimizer.dispose();
  return memory;
}

async function streamed(model: GLiNER, count: number): Promise<Memory> {
  const { memory, note } = gauge(count);
  function* texts() {
    for (let i = 0; i < count; i++) yield TINY_RECORDS[i % TINY_RECORDS.length].tokens.slice(i % 3).join(" ");
  }
  let done = 0;
  for await (const _ of model.stream(texts(), TYPES, { threshold: 0.5 })) note(++done);
  return memory;
}

/** @throws UserError where something grew */
function check(what: string, { tensors, resident_mb: resident }: Memory): void {
  if (new Set(tensors).size > 1) throw new UserError(`${what}: the number of tensors changes, ${tensors.join(", ")}.`);
  const grown = resident[resident.length - 1] - resident[2];
  if (grown > MOST_MB)
    throw new UserError(
      `${what}: resident memory grew by ${Math.round(grown)} MB, wanted at most ${MOST_MB}: ${resident}.`,
    );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      steps: { type: "string", default: "2000" },
      texts: { type: "string", default: "10000" },
      json: { type: "string" },
    },
  });
  await useBackend();
  const results: Record<string, Memory> = {};
  for (const name of ["tiny_bert", "tiny_deberta"]) {
    const model = await GLiNER.fromPretrained(join(ROOT, "test/golden", name));
    const { steps, texts } = values;
    results[`${name}, ${steps} steps`] = await trained(model, Number(steps));
    results[`${name}, ${texts} texts`] = await streamed(model, Number(texts));
    model.dispose();
  }
  console.log(JSON.stringify({ kernels: backendInfo().kernels, results }, null, 1));
  for (const [what, memory] of Object.entries(results)) check(what, memory);
  const about = "tensors and resident memory in MB at each tenth; tiny models of the golden fixtures";
  if (values.json)
    writeAtomically(values.json, `${JSON.stringify({ about, environment: environmentOf(), results }, null, 2)}\n`);
}

void main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
