/** `audit`: why did my run differ? */
import { type Audit, audit, withPath } from "../audit/audit";
import { inWords } from "../audit/findings/scores/definition";
import { usageError } from "../errors";
import { measuredPath, pathLines } from "./audit-path";
import { type Command, runCommand } from "./command";

export const command: Command = {
  name: "audit",
  summary:
    "Why did my run differ? Signs of known pitfalls in a run, a configuration, weights, curves or scores, ranked by what they are worth.",
  usage: "INPUT... [--era 0.2.13] [--against RECIPE|YAML|RUN] [--measure --out DIR]",
  help: [
    ["INPUT", "a run folder, a model folder, a yaml, a gliner_config.json, a trainer_state.json, training records,"],
    [
      "",
      "predictions, a table of scores (json, yaml, csv or lines `name, F1`), or the name of an official recipe; any mix of one run",
    ],
    [
      "--era V",
      "the version of GLiNER that trained and scored: v0, 0.1.2 ... 0.2.29; which keys are read depends on it",
    ],
    [
      "--against",
      "a recipe's name, a yaml or a run: every key that differs is listed too (a yaml on deberta-v3-large: the paper's)",
    ],
    [
      "--measure",
      "trains a small task with each key changed in turn and says what each is worth, from INPUT to --against; goes on where it stopped",
    ],
    ["--out DIR", "with --measure: the results folder"],
    [
      "--on RECIPE",
      "the small task's recipe (default: --against, where it is one of this project's; else the laboratory's)",
    ],
    ["--data SET", "what the small task is scored on, may be repeated (default: the seven tests without else)"],
    ["--seeds N", "by which the order of the keys is chosen, and as many others that it is reported by (default 5)"],
    ["--steps N", "steps of training in place of the small task's own"],
    ["--threshold N", "above which an answer counts (default .5)"],
    ["--jobs N", "runs at once (default: as many as cores and memory allow)"],
  ],
  options: {
    era: { type: "string" },
    against: { type: "string" },
    measure: { type: "boolean" },
    out: { type: "string" },
    on: { type: "string" },
    data: { type: "string", multiple: true },
    seeds: { type: "string" },
    steps: { type: "string" },
    threshold: { type: "string" },
    jobs: { type: "string" },
  },
  allowPositionals: true,
  async run(values, positionals) {
    const text = (name: string) => (typeof values[name] === "string" ? values[name] : null);
    const stray = ONLY_MEASURED.find((name) => values[name] !== undefined);
    if (!values.measure && stray) throw usageError(`--${stray} is for --measure; give both.`);
    if (values.measure && positionals.length !== 1)
      throw usageError(`--measure goes from one configuration to --against, got ${positionals.length} inputs.`);
    const seen = await audit(positionals, { era: text("era"), against: text("against"), minutes: !values.measure });
    const result = values.measure ? withPath(seen, await measuredPath(positionals[0], values, command)) : seen;
    process.stdout.write(report(result));
    return result;
  },
};

const ONLY_MEASURED = ["out", "on", "data", "seeds", "steps", "threshold", "jobs"];

function report({
  inputs,
  against,
  findings,
  gap,
  explained,
  unexplained,
  unknown,
  nearest,
  definitions,
  next,
  path,
  difficulty,
}: Audit): string {
  const head = inputs.map(({ path, kind }) => `${kind}: ${path}\n`).join("");
  const lines = findings.map(
    ({ what, evidence, effect, certain }, i) =>
      `\n${i + 1}. ${what}\n   seen: ${evidence}\n   worth: ${worth(effect)}${certain ? "" : "\n   suspected, not certain"}\n`,
  );
  return [
    head,
    against ? `held against ${against}\n` : "",
    lines.length ? lines.join("") : "\nNothing found.\n",
    gap === null
      ? ""
      : `\ngap ${points(gap)}; the known effects add up to ${explained === null ? "nothing known" : points(explained)}, measured one by one on other models; unexplained ${points(unexplained ?? 0)}\n`,
    path ? pathLines(path) : "",
    difficulty
      ? `\nhow familiar training made it with each set's types (Familiarity 0 to 1; types trained by name):\n${difficulty.map(familiar).join("")}`
      : "",
    nearest.length ? `\nnearest published scores:\n${nearest.map(line).join("")}` : "",
    definitions.length
      ? `\nways of scoring these predictions, by their distance from the reported numbers:\n${definitions.slice(0, 5).map(way).join("")}`
      : "",
    unknown.length ? `\ncannot be told from this:\n${unknown.map((one) => `  ${one}\n`).join("")}` : "",
    next.length
      ? `\nwhat to run next:\n${next.map(({ command: words, minutes, why }) => `  ${words}\n      ${why} ${time(minutes)}\n`).join("")}`
      : "",
  ].join("");
}

const line = ({ model, source, distance, sets, certainty }: Audit["nearest"][number]) =>
  `  ${distance.toFixed(1)} points a set (${sets} sets): ${model}, ${source}; ${certainty}\n`;

const familiar = ({ set, familiarity, seen }: NonNullable<Audit["difficulty"]>[number]) =>
  `  ${set}: ${familiarity === null ? "not computed" : familiarity.toFixed(2)}; ${(100 * seen).toFixed(0)} %\n`;

const way = (one: Audit["definitions"][number]) =>
  `  ${one.distance.toFixed(2)} points a set${one.agrees ? " (agrees)" : ""}: ${inWords(one)}\n`;

function worth(effect: Audit["findings"][number]["effect"]): string {
  if (!effect) return "unknown: nobody has measured it";
  const interval = effect.ci95 ? ` [${points(effect.ci95[0])}, ${points(effect.ci95[1])}]` : " (no interval)";
  return `${points(effect.f1)}${interval}; ${effect.source}`;
}

function time(minutes: number | null): string {
  if (minutes === null) return "(how long it takes is not known here)";
  return minutes < 120 ? `(about ${minutes} minutes here)` : `(about ${Math.round(minutes / 60)} hours here)`;
}

const points = (f1: number) => `${f1 < 0 ? "" : "+"}${(100 * f1).toFixed(1)} points`;

if (require.main === module) void runCommand(command);
