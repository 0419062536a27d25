/** The way from one configuration to another on the command line: its options, its runs, its lines. */
import { join } from "node:path";
import { openConfiguration } from "../audit/configuration/open";
import { checkChanges, measurePath, pathId, type SmallTask } from "../audit/path/measure";
import { differing } from "../audit/path/one-by-one";
import type { AblationPath, PathStep, Worth } from "../audit/path/path";
import { ZERO_SHOT_SETS } from "../data/zero-shot-tests";
import { usageError } from "../errors";
import { jobsThatFit, runProcesses } from "../study/engines/processes";
import { StudyFolder } from "../study/run/folder";
import { LABORATORY } from "../study/suspects/suspect";
import { type Command, number, required, type Values, whole } from "./command";
import { interruptible } from "./interruptible";

/** What a run of a small task is taken to need; more at once only slow each other down. */
const RUN_BYTES = 1.5e9;

/** Runs what is not on file, and says what each key is worth. */
export async function measuredPath(input: string, values: Values, command: Command): Promise<AblationPath> {
  if (typeof values.against !== "string") throw usageError("--measure wants --against, a configuration to go to.");
  const era = typeof values.era === "string" ? values.era : null;
  const [from, to] = [openConfiguration(input, era), openConfiguration(values.against, era)];
  const changes = differing(from, to).map(({ key, words, a, b }) => ({ key, words, from: a.value, to: b.value }));
  const task = taskOf(values, to.kind === "recipe" ? to.name : LABORATORY);
  checkChanges(changes, task);
  const folder = StudyFolder.open(required(values, "out", command), {
    id: pathId(changes, task),
    name: `the path from ${from.name} to ${to.name}`,
  });
  const programs = { train: join(__dirname, "train.js"), evaluate: join(__dirname, "evaluate.js") };
  const jobs = values.jobs === undefined ? jobsThatFit(RUN_BYTES) : whole(values, "jobs", 1, 1, 1000);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  try {
    return await interruptible((signal) =>
      measurePath({ from: from.name, to: to.name, changes }, task, folder, (runs) =>
        runProcesses(runs, folder, { programs, jobs, signal, say }),
      ),
    );
  } finally {
    folder.close();
  }
}

function taskOf(values: Values, reference: string): SmallTask {
  const recipe = typeof values.on === "string" ? values.on : reference;
  const named = Array.isArray(values.data) ? values.data.map(String) : [];
  return {
    recipe,
    tests: {
      sets: named.length ? named : ZERO_SHOT_SETS.map((name) => `zero-shot:${name}`),
      drop: named.length ? [] : ["else"],
      limit: null,
    },
    threshold: number(values, "threshold", 0.5, 0.01, 0.99),
    seeds: whole(values, "seeds", 5, 2, 1000),
    ...(values.steps === undefined ? {} : { set: { num_steps: whole(values, "steps", 1, 1, 10_000_000) } }),
  };
}

/** The waterfall in words. */
export function pathLines({ from, to, how, setting, start, steps, sum, gap, unexplained }: AblationPath): string {
  const measured = steps.filter(({ effect }) => effect !== null);
  if (measured.length === 0 && how === "one by one") return "";
  const rest = steps.filter(({ effect }) => effect === null);
  const lines = [
    `\nfrom ${from} to ${to}, key by key (${how}; ${setting}):`,
    start === null ? "" : `  ${"start".padEnd(WIDTH)} ${(100 * start).toFixed(1)}`,
    ...measured.map((step) => `  ${changeOf(step).padEnd(WIDTH)} ${step.effect ? inPoints(step.effect) : ""}`),
    `  ${"these together".padEnd(WIDTH)} ${sum ? inPoints(sum) : "not measured"}`,
    gap ? `  ${"the gap".padEnd(WIDTH)} ${inPoints(gap)}` : "",
    unexplained ? `  ${"unexplained".padEnd(WIDTH)} ${inPoints(unexplained)}` : "",
    ...rest.map((step) => `  ${changeOf(step).padEnd(WIDTH)} ${step.why}`),
  ];
  return `${lines.filter((line) => line !== "").join("\n")}\n`;
}

const WIDTH = 44;

const changeOf = ({ key, from, to }: PathStep) => `${key}: ${JSON.stringify(from)} -> ${JSON.stringify(to)}`;

function inPoints({ f1, ci95 }: Worth): string {
  const signed = (value: number) => `${value < 0 ? "" : "+"}${(100 * value).toFixed(1)}`;
  return `${signed(f1)}${ci95 ? ` [${ci95.map(signed).join(", ")}]` : " (error not known)"}`;
}
