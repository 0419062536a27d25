/** `bench`: how fast this project trains and predicts, alone or beside other programs. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { useBackend } from "../backend";
import { BENCH_ENCODERS, writeBenchModel } from "../bench/encoders";
import { instructionSets } from "../bench/instructions";
import { type BenchMode, measure } from "../bench/measure";
import { runProcess } from "../bench/process";
import { BUSY, type Contender, type RoundsResult, takeRounds, type Work } from "../bench/rounds";
import { type Agreement, type Answers, compareAnswers, ownAnswers } from "../bench/same-scores";
import { type BenchText, givenTexts, ownTexts, writeTexts } from "../bench/work";
import { fileOf } from "../data/named";
import { usageError } from "../errors";
import { machineFacts } from "../machine";
import { environmentOf } from "../provenance/environment";
import { benchReport } from "./bench-report";
import { type Command, number, runCommand, type Values, whole } from "./command";

export const command: Command = {
  name: "bench",
  summary:
    "Measures training steps and inference in processes of their own, alternating with other programs that are given the same work; a table on standard output.",
  usage:
    "[--mode train,infer] [--encoder minilm,deberta-v3-small] [--batch 8,16] [--beside NAME=COMMAND]... --json FILE",
  help: [
    ["--mode LIST", "train, infer, cold (a process from its start to the first answer); default train, infer"],
    ["--encoder LIST", `${Object.keys(BENCH_ENCODERS).join(", ")}: models of that shape, written for all contenders`],
    ["--batch LIST", "sentences at once; default 8, with --encoder those that go with it"],
    ["--hidden LIST", "widths of the head; default 384, with --encoder the one that goes with it"],
    ["--threshold LIST", "of inference; default 0.5"],
    ["--threads LIST", "of every contender; default: their own choice"],
    ["--rounds N", "how often everything is measured in turn; default 5"],
    ["--iters N", "steps, or passes over the texts, of one measurement; default 10 and 5"],
    ["--warmup N", "of them before it counts; default 10 and 2"],
    [
      "--model-dir DIR",
      "a model folder, with {hidden} in its name for several widths; default: MiniLM-L6, random head",
    ],
    ["--data FILE", "examples as bench_torch.py --dump-data writes them; default: 64 texts out of the repository's"],
    ["--beside NAME=COMMAND", "another program; {mode} {batch} {hidden} {threshold} {iters} {warmup} {threads}"],
    ["", "{model} {data} are filled in, its last line must be JSON with sentences_per_s and peak_rss_mb"],
    ["--same COMMAND", "prints {loss, entities} of {model} on {data} as JSON; compared before anything is timed"],
    ["--once", "one measurement in this process, as one line of JSON"],
  ],
  options: {
    mode: { type: "string" },
    batch: { type: "string" },
    hidden: { type: "string" },
    encoder: { type: "string" },
    threads: { type: "string" },
    threshold: { type: "string" },
    rounds: { type: "string" },
    iters: { type: "string" },
    warmup: { type: "string" },
    "model-dir": { type: "string" },
    data: { type: "string" },
    beside: { type: "string", multiple: true },
    same: { type: "string" },
    once: { type: "boolean" },
  },
  async run(values) {
    if (values.once) return once(values);
    const info = await useBackend();
    const all: RoundsResult = { results: [], ratios: [], busy: [] };
    const scratch = mkdtempSync(join(tmpdir(), "bench-"));
    const same: Record<string, Agreement> = {};
    try {
      for (const given of await givenTo(values, scratch)) {
        Object.assign(same, await checkSame(values, given));
        for (const work of given.works) {
          const taken = await takeRounds(work, contendersFor(work, given, values), rounds(values), say);
          all.results.push(...taken.results);
          all.ratios.push(...taken.ratios);
          all.busy.push(...taken.busy);
        }
      }
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
    process.stdout.write(`${info.library}\n${benchReport(all)}`);
    const trusted = all.busy.every((share) => share <= BUSY);
    if (!trusted) say("others used the machine in some rounds: these ratios are to be taken again.");
    return { environment: environmentOf(), protocol: protocolOf(values), same, trusted, ...all };
  },
};

const say = (line: string) => void process.stderr.write(`${line}\n`);

const rounds = (values: Values) => whole(values, "rounds", 5, 1, 1000);

/** How it was measured, in words that lead to it again; folders and addresses are left out. */
function protocolOf(values: Values) {
  return {
    order: "every round asks all in turn; ratios are taken within a round",
    rounds: rounds(values),
    model: values.encoder
      ? "that of --encoder, random head, the same folder for all"
      : values["model-dir"]
        ? "the same folder for all"
        : "MiniLM-L6, markerV0, random head",
    texts: values.data ? "those of --data" : "64 texts of 30 to 60 words out of data/sentences, 15 types",
    instructions: instructionSets(),
  };
}

/** A model that contenders are given, the texts, and what is measured with them. */
interface Given {
  /** As the results name it. */
  name: string;
  hidden: number;
  works: Work[];
  model?: string;
  data?: string;
}

/** The models of --encoder are written into `scratch`, and the texts beside them; else model and texts are those named. */
async function givenTo(values: Values, scratch: string): Promise<Given[]> {
  const names = values.encoder === undefined ? [undefined] : list(values, "encoder", "");
  if (values.encoder !== undefined && values["model-dir"] !== undefined)
    throw usageError("--encoder writes the model that is measured, and --model-dir names one; wanted one of them.");
  const unknown = names.find((name) => name !== undefined && !Object.hasOwn(BENCH_ENCODERS, name));
  if (unknown !== undefined)
    throw usageError(`--encoder got "${unknown}", wanted some of ${Object.keys(BENCH_ENCODERS).join(", ")}.`);
  const given: Given[] = [];
  for (const encoder of names)
    for (const hidden of widthsOf(values, encoder)) {
      const works = worksOf(values, hidden, encoder);
      if (encoder === undefined) {
        const data = values.data === undefined ? undefined : String(values.data);
        given.push({ name: `hidden ${hidden}`, hidden, works, model: modelOf(values, hidden), data });
        continue;
      }
      const model = join(scratch, `${encoder}-${hidden}`);
      await writeBenchModel(encoder, hidden, model);
      const data = values.data === undefined ? join(scratch, "examples.json") : String(values.data);
      if (values.data === undefined) writeTexts(data, await textsOf(values));
      given.push({ name: `${encoder}, hidden ${hidden}`, hidden, works, model, data });
    }
  return given;
}

/** The words of a list option, each one of those allowed. */
function list(values: Values, name: string, fallback: string): string[] {
  return String(values[name] ?? fallback)
    .split(",")
    .map((word) => word.trim());
}

function numbers(values: Values, name: string, fallback: string, low: number, high: number): number[] {
  return list(values, name, fallback).map((word) => number({ [name]: word }, name, Number.NaN, low, high));
}

function widthsOf(values: Values, encoder?: string): number[] {
  return numbers(values, "hidden", `${encoder ? BENCH_ENCODERS[encoder].hidden : 384}`, 2, 4096);
}

function worksOf(values: Values, hidden: number, encoder?: string): Work[] {
  const modes = list(values, "mode", "train,infer");
  const unknown = modes.find((mode) => mode !== "train" && mode !== "infer" && mode !== "cold");
  if (unknown !== undefined) throw usageError(`--mode got "${unknown}", wanted some of train, infer and cold.`);
  const thresholds = numbers(values, "threshold", "0.5", 0, 1);
  const threads = values.threads === undefined ? [undefined] : numbers(values, "threads", "", 1, 1024);
  return (modes as BenchMode[]).flatMap((mode) => {
    const usual = encoder ? BENCH_ENCODERS[encoder].batches[mode].join(",") : "8";
    // One text is all that a cold start reads.
    const batches = mode === "cold" ? [1] : numbers(values, "batch", usual, 1, 64);
    const asked = mode === "train" ? [undefined] : thresholds;
    return batches.flatMap((batch) =>
      threads.flatMap((count) =>
        asked.map((threshold): Work => {
          const own = { ...(encoder && { encoder }), ...(count && { threads: count }) };
          return { mode, batch, hidden, ...own, ...(threshold !== undefined && { threshold }) };
        }),
      ),
    );
  });
}

function timesOf(values: Values, mode: BenchMode): { iters: number; warmup: number } {
  if (mode === "cold") return { iters: 1, warmup: 0 };
  const [iters, warmup] = mode === "train" ? [10, 10] : [5, 2];
  return { iters: whole(values, "iters", iters, 1, 10_000), warmup: whole(values, "warmup", warmup, 0, 10_000) };
}

function modelOf(values: Values, hidden: number): string | undefined {
  return values["model-dir"] === undefined
    ? undefined
    : String(values["model-dir"]).replaceAll("{hidden}", `${hidden}`);
}

function contendersFor(work: Work, { model, data }: Given, values: Values): Contender[] {
  const { mode, batch, hidden, threshold = 0.5, threads = machineFacts().cores } = work;
  const { iters, warmup } = timesOf(values, mode);
  const own = ["--once", "--mode", mode, "--batch", `${batch}`, "--hidden", `${hidden}`, "--threshold", `${threshold}`];
  own.push("--iters", `${iters}`, "--warmup", `${warmup}`);
  if (model) own.push("--model-dir", model);
  if (data) own.push("--data", data);
  const filled = { ...work, threshold, iters, warmup, threads, model: model ?? "", data: data ?? "" };
  const beside = (Array.isArray(values.beside) ? values.beside : []).map((entry): Contender => {
    const at = String(entry).indexOf("=");
    if (at < 1) throw usageError(`--beside got "${entry}", wanted NAME=COMMAND.`);
    return { name: String(entry).slice(0, at), words: fill(String(entry).slice(at + 1), filled) };
  });
  return [{ name: "TypeScript", words: [process.execPath, __filename, ...own] }, ...beside];
}

/** A command's words with the work filled in. */
function fill(command: string, given: object): string[] {
  const values = new Map(Object.entries(given).map(([name, value]) => [name, String(value)]));
  return command
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/\{(\w+)\}/g, (whole, name) => values.get(name) ?? whole));
}

/** Correctness first: the same scores on both sides. */
async function checkSame(values: Values, { name, hidden, model, data }: Given): Promise<Record<string, Agreement>> {
  if (values.same === undefined) return {};
  if (!model || !data)
    throw usageError("--same needs --encoder, or --model-dir and --data, so that both sides have the same.");
  const own = await ownAnswers(model, givenTexts(data));
  const words = fill(String(values.same), { model, data, hidden });
  const other = (await runProcess("--same", words)) as Answers;
  const agreement = compareAnswers(own, other, "the other side");
  say(`${name}: ${agreement.entities} entities on both sides, scores within ${agreement.max_score_difference}`);
  return { [name]: agreement };
}

async function textsOf(values: Values): Promise<BenchText[]> {
  if (values.data) return givenTexts(String(values.data));
  return ownTexts(fileOf("sentences:train"));
}

/** One measurement in this process. */
async function once(values: Values): Promise<unknown> {
  const [work] = worksOf(values, widthsOf(values)[0]);
  await useBackend();
  const model = modelOf(values, work.hidden) ?? null;
  const settings = { threshold: 0.5, ...work, model, ...timesOf(values, work.mode) };
  const result = await measure(await textsOf(values), settings);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return result;
}

if (require.main === module) void runCommand(command);
