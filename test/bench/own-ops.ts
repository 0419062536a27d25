/**
 * What native ops of our own change: training steps and single texts at every level of this machine, in turn, in one process.
 *
 *   TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1 node dist/test/bench/own-ops.js --rounds 5 --json FILE
 *
 * Processor time, not wall-clock time: it counts on a machine that others use too, if only as a ratio.
 */
import { cpuUsage } from "node:process";
import { parseArgs } from "node:util";
import { type Kernels, useBackend, useKernels } from "../../lib/backend";
import { ENCODER } from "../../lib/bench/measure";
import { type BenchText, ownTexts } from "../../lib/bench/work";
import { fileOf } from "../../lib/data/named";
import { UserError } from "../../lib/errors";
import { writeAtomically } from "../../lib/files/atomic";
import { seededDropout } from "../../lib/fused/dropout";
import type { Precision } from "../../lib/fused/eight-bits";
import { GLiNER } from "../../lib/gliner/gliner";
import { median } from "../../lib/median";
import { batchLoss } from "../../lib/model/batch-loss";
import { DEFAULT_LOSS } from "../../lib/model/loss";
import { environmentOf } from "../../lib/provenance/environment";
import { Trainer } from "../../lib/train/trainer";

const BATCH = 8;
/** The first step of a round makes the moments. */
const STEPS = 4;

/** Those of the levels that this processor has. */
function levels(wanted: readonly string[]): Kernels[] {
  const has = (level: Kernels) => {
    try {
      return useKernels(level) === level;
    } catch (error) {
      if (error instanceof UserError) return false;
      throw error;
    }
  };
  return (["off", "plain", "avx2", "avx512"] as const).filter((level) => wanted.includes(level) && has(level));
}

/** Milliseconds of processor time. */
function processorTime(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
}

/** Of each step but the first: the batches are always the same ones. */
async function trainingSteps(model: GLiNER, texts: readonly BenchText[]): Promise<number[]> {
  const batches = [0, 1, 2].map((i) => model.collate(texts.slice(i * BATCH, (i + 1) * BATCH)));
  const parameters = model.model.parameters;
  const loss = { ...DEFAULT_LOSS, alpha: -1, gamma: 0 };
  const times: number[] = [];
  let before = processorTime();
  const trainer = new Trainer(
    {
      parameters: new Map(parameters.entries()),
      loss: (n) => () => batchLoss(model.model, batches[n % batches.length], loss, { dropout: seededDropout(0, n) }),
    },
    {
      steps: STEPS,
      groups: [{ names: parameters.names(), learningRate: 1e-6, weightDecay: 0.01 }],
      schedule: () => 1,
      maxGradNorm: 1,
      onStep() {
        times.push(processorTime() - before);
        before = processorTime();
      },
    },
  );
  await trainer.run();
  trainer.optimizer.dispose();
  return times.slice(1);
}

/** One pass over the texts: of one text. */
async function texts(model: GLiNER, given: readonly BenchText[], { batchSize, threshold, precision }: Pass) {
  const sentences = given.map(({ tokens }) => tokens.join(" "));
  model.model.precision = precision ?? "float32";
  const before = processorTime();
  await model.inference(sentences, given[0].types, { batchSize, threshold });
  return [(processorTime() - before) / sentences.length];
}

interface Pass {
  batchSize: number;
  threshold: number;
  /** Default float32. */
  precision?: Precision;
}

/** Behind the name of work that only ops of our own can do; it is held against the same in float32. */
const INT8 = ", int8";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "5" },
      levels: { type: "string", default: "off,avx2,avx512" },
      json: { type: "string" },
    },
  });
  await useBackend();
  const model = await GLiNER.fromConfig({ model_name: ENCODER, hidden_size: 384, span_mode: "markerV0", dropout: 0.4 });
  const given = await ownTexts(fileOf("sentences:train"));
  const few = given.slice(0, 8);
  const alone = { batchSize: 1, threshold: 0.99 };
  const work: Record<string, () => Promise<number[]>> = {
    [`a training step of ${BATCH} sentences`]: () => trainingSteps(model, given),
    "a text, alone, nothing found": () => texts(model, few, alone),
    [`a text, alone, nothing found${INT8}`]: () => texts(model, few, { ...alone, precision: "int8" }),
    "a text, in batches of 8, nothing found": () => texts(model, few, { ...alone, batchSize: 8 }),
    [`a text, in batches of 8, nothing found${INT8}`]: () =>
      texts(model, few, { ...alone, batchSize: 8, precision: "int8" }),
    "a text, alone, entities found": () => texts(model, few, { ...alone, threshold: 0.5 }),
  };
  const order = levels(values.levels.split(","));
  const taken = new Map<string, number[]>();
  // One round more than is counted: the first of each shape compiles its products.
  for (let round = 0; round <= Number(values.rounds); round++)
    for (const [name, run] of Object.entries(work))
      for (const level of order) {
        if (level === "off" && name.endsWith(INT8)) continue;
        useKernels(level);
        const times = await run();
        if (round > 0) taken.set(`${name} ${level}`, [...(taken.get(`${name} ${level}`) ?? []), ...times]);
      }
  const results = Object.keys(work).flatMap((name) => {
    const times = (level: Kernels, of = name) => taken.get(`${of} ${level}`) ?? [];
    const levels = order.filter((level) => times(level).length > 0);
    return levels.map((level) => ({
      work: name,
      level,
      cpu_ms_median: Math.round(10 * median(times(level))) / 10,
      cpu_ms_min: Math.round(10 * Math.min(...times(level))) / 10,
      to_off: Math.round(1000 * (median(times(level)) / median(times("off", name.replace(INT8, ""))))) / 1000,
      times: times(level).length,
    }));
  });
  console.table(results);
  const about = "MiniLM-L6, markerV0, D = 384, 30 to 60 words, 15 types, random head; processor time, levels in turn";
  if (values.json)
    writeAtomically(values.json, `${JSON.stringify({ about, environment: environmentOf(), results }, null, 2)}\n`);
  model.dispose();
}

void main();
