/** `bench`: how fast this project trains and predicts, alone or beside other programs. */
import { useBackend } from "../backend";
import { type BenchMode, measure } from "../bench/measure";
import { runProcess } from "../bench/process";
import { BUSY, type Contender, type RoundsResult, takeRounds, type Work } from "../bench/rounds";
import { type Agreement, type Answers, compareAnswers, ownAnswers } from "../bench/same-scores";
import { type BenchText, givenTexts, ownTexts } from "../bench/work";
import { fileOf } from "../data/named";
import { usageError } from "../errors";
import { environmentOf } from "../provenance/environment";
import { benchReport } from "./bench-report";
import { type Command, number, runCommand, type Values, whole } from "./command";

export const command: Command = {
  name: "bench",
  summary:
    "Measures training steps and inference in processes of their own, alternating with other programs that are given the same work; a table on standard output.",
  usage: "[--mode train,infer] [--batch 8,16] [--hidden 384] [--beside NAME=COMMAND]... --json FILE",
  help: [
    ["--mode LIST", "train, infer; default both"],
    ["--batch LIST", "sentences at once; default 8"],
    ["--hidden LIST", "widths of the head; default 384"],
    ["--threshold LIST", "of inference; default 0.5"],
    ["--rounds N", "how often everything is measured in turn; default 5"],
    ["--iters N", "steps, or passes over the texts, of one measurement; default 10 and 5"],
    ["--warmup N", "of them before it counts; default 10 and 2"],
    [
      "--model-dir DIR",
      "a model folder, with {hidden} in its name for several widths; default: MiniLM-L6, random head",
    ],
    ["--data FILE", "examples as bench_torch.py --dump-data writes them; default: 64 texts out of the repository's"],
    ["--beside NAME=COMMAND", "another program; {mode} {batch} {hidden} {threshold} {iters} {warmup} {model} {data}"],
    ["", "are filled in, its last line must be JSON with sentences_per_s and peak_rss_mb"],
    ["--same COMMAND", "prints {loss, entities} of {model} on {data} as JSON; compared before anything is timed"],
    ["--once", "one measurement in this process, as one line of JSON"],
  ],
  options: {
    mode: { type: "string" },
    batch: { type: "string" },
    hidden: { type: "string" },
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
    const same = await checkSame(values);
    for (const work of worksOf(values)) {
      const taken = await takeRounds(work, contendersFor(work, values), whole(values, "rounds", 5, 1, 1000), say);
      all.results.push(...taken.results);
      all.ratios.push(...taken.ratios);
      all.busy.push(...taken.busy);
    }
    process.stdout.write(`${info.library}\n${benchReport(all)}`);
    const trusted = all.busy.every((share) => share <= BUSY);
    if (!trusted) say("others used the machine in some rounds: these ratios are to be taken again.");
    return { environment: environmentOf(), protocol: protocolOf(values), same, trusted, ...all };
  },
};

const say = (line: string) => void process.stderr.write(`${line}\n`);

/** How it was measured, in words that lead to it again; folders and addresses are left out. */
function protocolOf(values: Values) {
  return {
    order: "every round asks all in turn; ratios are taken within a round",
    rounds: whole(values, "rounds", 5, 1, 1000),
    model: values["model-dir"] ? "the same folder for all" : "MiniLM-L6, markerV0, random head",
    texts: values.data ? "those of --data" : "64 texts of 30 to 60 words out of data/sentences, 15 types",
  };
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

function worksOf(values: Values): Work[] {
  const modes = list(values, "mode", "train,infer");
  const unknown = modes.find((mode) => mode !== "train" && mode !== "infer");
  if (unknown !== undefined) throw usageError(`--mode got "${unknown}", wanted train, infer or both.`);
  const batches = numbers(values, "batch", "8", 1, 64);
  const widths = numbers(values, "hidden", "384", 2, 4096);
  const thresholds = numbers(values, "threshold", "0.5", 0, 1);
  return (modes as BenchMode[]).flatMap((mode) =>
    widths.flatMap((hidden) =>
      batches.flatMap((batch): Work[] =>
        mode === "train"
          ? [{ mode, batch, hidden }]
          : thresholds.map((threshold) => ({ mode, batch, hidden, threshold })),
      ),
    ),
  );
}

function timesOf(values: Values, mode: BenchMode): { iters: number; warmup: number } {
  const [iters, warmup] = mode === "train" ? [10, 10] : [5, 2];
  return { iters: whole(values, "iters", iters, 1, 10_000), warmup: whole(values, "warmup", warmup, 0, 10_000) };
}

function modelOf(values: Values, hidden: number): string | undefined {
  return values["model-dir"] === undefined
    ? undefined
    : String(values["model-dir"]).replaceAll("{hidden}", `${hidden}`);
}

function contendersFor(work: Work, values: Values): Contender[] {
  const { mode, batch, hidden, threshold = 0.5 } = work;
  const { iters, warmup } = timesOf(values, mode);
  const model = modelOf(values, hidden);
  const own = ["--once", "--mode", mode, "--batch", `${batch}`, "--hidden", `${hidden}`, "--threshold", `${threshold}`];
  own.push("--iters", `${iters}`, "--warmup", `${warmup}`);
  if (model) own.push("--model-dir", model);
  if (values.data) own.push("--data", String(values.data));
  const filled = { ...work, threshold, iters, warmup, model: model ?? "", data: String(values.data ?? "") };
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

/** Correctness first: the same scores on both sides, of every width. */
async function checkSame(values: Values): Promise<Record<string, Agreement>> {
  const agreements: Record<string, Agreement> = {};
  if (values.same === undefined) return agreements;
  for (const hidden of numbers(values, "hidden", "384", 2, 4096)) {
    const model = modelOf(values, hidden);
    if (!model || !values.data)
      throw usageError("--same needs --model-dir and --data, so that both sides have the same.");
    const own = await ownAnswers(model, await textsOf(values));
    const words = fill(String(values.same), { model, data: values.data, hidden });
    const other = (await runProcess("--same", words)) as Answers;
    const agreement = compareAnswers(own, other, "the other side");
    agreements[`hidden ${hidden}`] = agreement;
    say(`D ${hidden}: ${agreement.entities} entities on both sides, scores within ${agreement.max_score_difference}`);
  }
  return agreements;
}

async function textsOf(values: Values): Promise<BenchText[]> {
  if (values.data) return givenTexts(String(values.data));
  return ownTexts(fileOf("sentences:train"));
}

/** One measurement in this process. */
async function once(values: Values): Promise<unknown> {
  const [work] = worksOf(values);
  await useBackend();
  const model = modelOf(values, work.hidden) ?? null;
  const settings = { threshold: 0.5, ...work, model, ...timesOf(values, work.mode) };
  const result = await measure(await textsOf(values), settings);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return result;
}

if (require.main === module) void runCommand(command);
