/** Contenders measured in turn, round after round, and the ratios between them. */
import { readFileSync } from "node:fs";
import { UserError } from "../errors";
import { median } from "../median";
import type { BenchMode } from "./measure";
import { runProcess } from "./process";

/** Something that is measured by a process of its own, which prints one JSON line. */
export interface Contender {
  name: string;
  /** Its command line, word by word. */
  words: readonly string[];
}

/** What such a line must hold; whatever else it says is kept. */
export interface Measurement {
  sentences_per_s: number;
  peak_rss_mb: number;
  [key: string]: unknown;
}

/** The work that all contenders are given. */
export interface Work {
  mode: BenchMode;
  batch: number;
  hidden: number;
  threshold?: number;
  /** One of BENCH_ENCODERS; absent: the model is somebody's own. */
  encoder?: string;
  /** Threads that all contenders are given; absent: their own choice. */
  threads?: number;
}

/** All rounds of one contender at one piece of work. */
export interface ContenderResult extends Work {
  runtime: string;
  /** Medians over the rounds; the extremes beside them. */
  sentences_per_s: number;
  sentences_per_s_range: readonly [low: number, high: number];
  /** The highest of all rounds. */
  peak_rss_mb: number;
  rounds: Measurement[];
}

/** How this project did against another, round by round: more than 1 = faster. */
export interface Ratio extends Work {
  against: string;
  median: number;
  range: readonly [low: number, high: number];
  /** Ours over theirs. */
  memory: number;
}

export interface RoundsResult {
  results: ContenderResult[];
  ratios: Ratio[];
  /** Share of the processors that others used before each measurement. */
  busy: number[];
}

/** Of the processors, in use by others, above which a measurement is not to be trusted. */
export const BUSY = 0.15;

/** Every round asks all contenders in turn, so that a machine that slows down slows all of them. The first one is ours. */
export async function takeRounds(
  work: Work,
  contenders: readonly Contender[],
  rounds: number,
  say: (line: string) => void,
): Promise<RoundsResult> {
  const taken = contenders.map((): Measurement[] => []);
  const busy: number[] = [];
  for (let round = 0; round < rounds; round++)
    for (const [i, contender] of contenders.entries()) {
      busy.push(await busyShare());
      const measurement = await runOnce(contender, work);
      taken[i].push(measurement);
      const { sentences_per_s: speed, peak_rss_mb: memory } = measurement;
      const warn = busy[busy.length - 1] > BUSY ? "  (the machine was busy)" : "";
      say(`${describe(work)}, round ${round + 1}: ${contender.name} ${speed} sentences/s, ${memory} MB${warn}`);
    }
  const results = contenders.map(({ name }, i) => summarise(work, name, taken[i]));
  const ratios = results.slice(1).map((other): Ratio => {
    const speeds = results[0].rounds.map((own, i) => own.sentences_per_s / other.rounds[i].sentences_per_s);
    const memory = results[0].peak_rss_mb / other.peak_rss_mb;
    return { ...work, against: other.runtime, median: median(speeds), range: extremes(speeds), memory };
  });
  return { results, ratios, busy };
}

function summarise(work: Work, runtime: string, rounds: Measurement[]): ContenderResult {
  const speeds = rounds.map((round) => round.sentences_per_s);
  const peak = Math.max(...rounds.map((round) => round.peak_rss_mb));
  return {
    runtime,
    ...work,
    sentences_per_s: median(speeds),
    sentences_per_s_range: extremes(speeds),
    peak_rss_mb: peak,
    rounds,
  };
}

const extremes = (values: readonly number[]) => [Math.min(...values), Math.max(...values)] as const;

export function describe({ mode, batch, hidden, threshold, encoder, threads }: Work): string {
  const parts = [
    ...(encoder === undefined ? [] : [encoder]),
    ...[mode, `batch ${batch}`, `D ${hidden}`],
    ...(threshold === undefined ? [] : [`threshold ${threshold}`]),
    ...(threads === undefined ? [] : [threads === 1 ? "1 thread" : `${threads} threads`]),
  ];
  return parts.join(", ");
}

/** What tells TensorFlow.js, PyTorch and onnxruntime how many threads there are. */
function threadVariables(threads: number | undefined): Record<string, string> {
  if (threads === undefined) return {};
  const names = ["TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"];
  return Object.fromEntries(names.map((name) => [name, `${threads}`]));
}

/** @throws UserError where the process fails or says something else than a measurement */
async function runOnce({ name, words }: Contender, { mode, threads }: Work): Promise<Measurement> {
  const start = performance.now();
  const measurement = await runProcess(name, words, threadVariables(threads));
  if (isMeasurement(measurement)) {
    // A process cannot time its own start, and what a reader waits for has its end in it.
    const seconds = (performance.now() - start) / 1000;
    return mode === "cold" ? { ...measurement, sentences_per_s: 1 / seconds, seconds } : measurement;
  }
  throw new UserError(`${name} printed JSON without sentences_per_s and peak_rss_mb, which a measurement has.`);
}

function isMeasurement(value: unknown): value is Measurement {
  if (typeof value !== "object" || value === null) return false;
  const { sentences_per_s: speed, peak_rss_mb: memory } = value as Partial<Measurement>;
  return typeof speed === "number" && speed > 0 && typeof memory === "number";
}

/** The share of all processors that is in use while we do nothing, over half a second; 0 where the system does not tell. */
async function busyShare(): Promise<number> {
  const before = processorTimes();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const after = processorTimes();
  if (!before || !after) return 0;
  const total = after.total - before.total;
  return total > 0 ? 1 - (after.idle - before.idle) / total : 0;
}

function processorTimes(): { idle: number; total: number } | undefined {
  try {
    const fields = readFileSync("/proc/stat", "utf8").split("\n")[0].split(/\s+/).slice(1).map(Number);
    return { idle: fields[3] + fields[4], total: fields.slice(0, 8).reduce((a, b) => a + b, 0) };
  } catch {
    return undefined;
  }
}
