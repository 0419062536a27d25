/** `trace`: the first stage at which two programs differ. */
import { type DivergenceTrace, TRACE_TOLERANCE, trace } from "../audit/trace/trace";
import { usageError } from "../errors";
import { checkWritable } from "../files/atomic";
import { traceFigure, writePicture } from "../notebook/trace-figure";
import { columns } from "./columns";
import { type Command, number, required, runCommand } from "./command";

export const command: Command = {
  name: "trace",
  summary: "Where do two programs part? One batch stage by stage, here and in Python's GLiNER or a fork of it.",
  usage: "--model DIR --data FILE --against DUMP [--figure FILE.png]",
  help: [
    ["--model DIR", "the model folder that the dump was made with, or owner/name of the hub"],
    ["--data FILE", "the records that it was made of"],
    ["--against DUMP", "what `python data/python/dump_batch.py --model DIR --data FILE --out DUMP` wrote"],
    ["--era V", "the version of GLiNER whose loss, labels and optimiser are used here (default: the dump's)"],
    ["--tolerance N", `share of a stage's largest value by which it may differ (default ${TRACE_TOLERANCE})`],
    ["--figure FILE.png", "also draws the differences, a point a stage"],
  ],
  options: {
    model: { type: "string" },
    data: { type: "string" },
    against: { type: "string" },
    era: { type: "string" },
    tolerance: { type: "string" },
    figure: { type: "string" },
  },
  async run(values) {
    const picture = values.figure;
    if (typeof picture === "string" && !/\.png$/i.test(picture))
      throw usageError(`--figure got "${picture}", wanted a name that ends in .png.`);
    const options = {
      model: required(values, "model", command),
      data: required(values, "data", command),
      against: required(values, "against", command),
      era: typeof values.era === "string" ? values.era : undefined,
      tolerance: number(values, "tolerance", TRACE_TOLERANCE, SMALLEST, 1),
    };
    // Before the work: the result in --json must not be lost to a misspelt folder.
    if (typeof picture === "string") checkWritable(picture);
    const result = await trace(options);
    process.stdout.write(report(result));
    if (typeof picture === "string") writePicture(traceFigure(result), picture);
    return result;
  },
};

/** Finer than any float32 can be. */
const SMALLEST = 1e-12;

function report({ against, era, stages, first, tolerance }: DivergenceTrace): string {
  const head = `${against.dump}: GLiNER ${against.gliner}, torch ${against.torch}, ${against.texts} texts; here with the settings of ${era}\n\n`;
  const rows = stages.map(({ stage, state, size, compared, different }) => [
    stage === first?.stage ? `> ${stage}` : `  ${stage}`,
    state,
    state === "absent" ? "" : size === 0 ? "0" : size.toExponential(1),
    state === "absent" ? "" : `${different} of ${compared}`,
  ]);
  const table = columns([["  stage", "", "largest difference", "values that differ"], ...rows]);
  const gone = stages.filter(({ state }) => state === "absent");
  const lacks = gone.length
    ? `\nnot compared: ${gone.map(({ stage, where }) => `${stage} (${where})`).join(", ")}\n`
    : "";
  if (!first) return `${head}${table}${lacks}\nNo stage differs by more than ${tolerance} of its largest value.\n`;
  const hint = first.hint ? `\n  ${first.hint}` : "";
  return `${head}${table}${lacks}\nThe first stage that differs: ${first.stage}\n  ${first.where}${hint}\n`;
}

if (require.main === module) void runCommand(command);
