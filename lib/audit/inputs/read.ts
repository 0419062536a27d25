/** Which kind of input a path is, and what it adds to the evidence. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError, usageError } from "../../errors";
import { type Predictions, readPredictions } from "../../evaluate/predictions/predictions";
import { isObject, type JsonObject } from "../../files/json-object";
import { fileLines } from "../../files/lines";
import { readYaml } from "../../files/yaml";
import { readManifest } from "../../provenance/manifest";
import { readTrainedTypes } from "../../provenance/trained-types";
import { isNamed, ofManifest, openConfiguration } from "../configuration/open";
import type { Evidence, SetFacts } from "../evidence";
import { setOf } from "./benchmark";
import { metricsCurve, readState, trainerCurve } from "./curve";
import { readModel } from "./model";
import { recordFacts } from "./records";
import { averageOf, looksLikeScores, NOTHING, scoresOf, scoresOfText } from "./scores";

/** What one input gives. */
type Gift = { kind: string; answers?: Predictions } & Partial<Omit<Gathered, "inputs" | "era" | "predictions">>;

/** What the inputs say, before anything is concluded. */
export type Gathered = Omit<Evidence, "against" | "definitions" | "difficulty">;

/** @throws UserError in one sentence where an input is missing, of no known kind, or unsound; where two say the same thing */
export async function gather(paths: readonly string[], era: string | null): Promise<Gathered> {
  const evidence: Gathered = {
    inputs: [],
    era,
    configuration: null,
    model: null,
    run: null,
    curve: null,
    tests: null,
    records: null,
    trained: null,
    predictions: new Map(),
  };
  for (const path of paths.flatMap(opened)) add(evidence, path, await readInput(path, era));
  evidence.era ??= evidence.configuration?.era ?? null;
  return evidence;
}

/** A folder of answers (`evaluate --predictions DIR/MODEL`) stands for its files. */
function opened(path: string): string[] {
  if (!existsSync(path) || !statSync(path).isDirectory()) return [path];
  const names = readdirSync(path);
  const answers = names.filter((name) => name.endsWith(".jsonl")).map((name) => join(path, name));
  return answers.length === 0 || names.some((name) => /^(manifest|gliner_config)\.json$/.test(name)) ? [path] : answers;
}

function add(evidence: Gathered, path: string, { kind, tests, answers, ...gift }: Gift): void {
  for (const [key, value] of Object.entries(gift)) {
    if (value === null || value === undefined) continue;
    const before = evidence[key as keyof typeof gift];
    // A model's own configuration yields to the yaml that trained it.
    if (before && !(key === "configuration" && yields(evidence, gift)))
      throw usageError(`${path}: there is already ${WORDS[key] ?? key} among the inputs; audit one run at a time.`);
    const kept = before && gift.configuration?.kind === "gliner_config.json" ? before : value;
    Object.assign(evidence, { [key]: kept });
  }
  if (tests) evidence.tests = mergeTests(evidence.tests, tests);
  if (answers) {
    const set = setNameOf(answers);
    if (evidence.predictions.has(set))
      throw usageError(`${path}: there are already predictions for ${set} among the inputs; audit one run at a time.`);
    evidence.predictions.set(set, answers);
  }
  evidence.inputs.push({ path, kind });
}

const WORDS: Readonly<Record<string, string>> = {
  configuration: "a configuration",
  model: "a model folder",
  run: "a run folder",
  curve: "a training curve",
  records: "a file of training records",
  trained: "a list of trained types",
};

const yields = (evidence: Gathered, { configuration }: Partial<Gift>) =>
  [evidence.configuration?.kind, configuration?.kind].includes("gliner_config.json");

/** Scores and predictions of the same set complete each other. @throws UserError where a set has two scores */
function mergeTests(before: Evidence["tests"], { path, sets }: NonNullable<Evidence["tests"]>): Evidence["tests"] {
  if (!before) return { path, sets, average: averageOf(sets) };
  const merged = new Map(before.sets);
  for (const [name, facts] of sets) {
    const other = before.sets.get(name)?.f1 ?? null;
    if (other !== null && facts.f1 !== null && other !== facts.f1)
      throw usageError(
        `${path} gives ${name} the F1 ${facts.f1}, and ${before.path} ${other}; audit one run's scores at a time.`,
      );
    const known = Object.entries(facts).filter(([, value]) => value !== null);
    merged.set(name, { ...(before.sets.get(name) ?? NOTHING), ...Object.fromEntries(known) });
  }
  return { path: before.path, sets: merged, average: averageOf(merged) };
}

async function readInput(path: string, era: string | null): Promise<Gift> {
  if (isNamed(path)) {
    const configuration = openConfiguration(path);
    return { kind: configuration.kind, configuration };
  }
  if (!existsSync(path))
    throw usageError(
      `${path} does not exist; wanted a run folder, a yaml, a gliner_config.json, a trainer_state.json, predictions or a table of scores.`,
    );
  if (statSync(path).isDirectory()) return readFolder(path, era);
  if (/\.ya?ml$/.test(path)) return readYamlFile(path, era);
  if (path.endsWith(".jsonl")) return readLines(path);
  if (path.endsWith(".json")) return readJsonFile(path, era);
  if (/\.(csv|tsv|txt|md)$/.test(path)) return { kind: "scores", tests: scoresOfText(path) };
  throw new UserError(
    `${path} is of no kind that is known here; wanted .yaml, .json, .jsonl, .csv, .tsv, .txt, or a folder.`,
  );
}

/** A run folder, with the model that it holds; or a model folder alone. */
async function readFolder(path: string, era: string | null): Promise<Gift> {
  const model = ["", "best", "last"]
    .map((name) => join(path, name))
    .find((at) => existsSync(join(at, "gliner_config.json")));
  const state = join(path, "trainer_state.json");
  if (existsSync(join(path, "manifest.json"))) {
    const run = readManifest(join(path, "manifest.json"));
    const metrics = join(path, "metrics.jsonl");
    const curve = existsSync(metrics) ? metricsCurve(metrics) : null;
    return {
      kind: "run",
      run,
      configuration: ofManifest(run, path),
      curve,
      trained: readTrainedTypes(path) ?? null,
      model: model ? await readModel(model) : null,
    };
  }
  if (!model)
    throw new UserError(
      `${path} has neither manifest.json nor gliner_config.json; wanted a run folder or a model folder.`,
    );
  return {
    kind: "model",
    configuration: openConfiguration(model, era),
    model: await readModel(model),
    trained: readTrainedTypes(model) ?? null,
    curve: curveBeside(state),
  };
}

/** transformers' state beside a model; this project's file of that name holds no curve. */
function curveBeside(path: string): Evidence["curve"] {
  const state = existsSync(path) ? readState(path) : undefined;
  return isObject(state) && "log_history" in state ? trainerCurve(state, path) : null;
}

function readYamlFile(path: string, era: string | null): Gift {
  const raw = readYaml(path, "a configuration or a table of scores, as YAML");
  if (looksLikeScores(raw)) return { kind: "scores", tests: scoresOf(raw, path) };
  const configuration = openConfiguration(path, era);
  return { kind: configuration.kind, configuration };
}

function readJsonFile(path: string, era: string | null): Gift {
  const raw = readState(path);
  if (Array.isArray(raw)) return { kind: "training records", records: recordFacts(raw, path) };
  if (!isObject(raw))
    throw new UserError(`${path} is no JSON object; wanted scores, a configuration or a trainer_state.json.`);
  if ("log_history" in raw || basename(path) === "trainer_state.json")
    return { kind: "trainer_state.json", curve: trainerCurve(raw, path) };
  if (looksLikeScores(raw) || Array.isArray(raw.datasets)) return { kind: "scores", tests: scoresOf(raw, path) };
  return { kind: "gliner_config.json", configuration: openConfiguration(path, era) };
}

async function readLines(path: string): Promise<Gift> {
  const records: JsonObject[] = [];
  for await (const { text, line } of fileLines(path)) {
    if (text.trim() === "") continue;
    const value = parsed(text, path, line);
    if (records.length === 0 && "format" in value) {
      const answers = readPredictions(path);
      return { kind: "predictions", answers, tests: testsOf(answers, path) };
    }
    records.push(value);
  }
  return { kind: "training records", records: recordFacts(records, path) };
}

function parsed(line: string, path: string, number: number): JsonObject {
  try {
    const value: unknown = JSON.parse(line);
    if (isObject(value)) return value;
  } catch (error) {
    throw new UserError(`${path}, line ${number}: not JSON (${error instanceof Error ? error.message : error}).`);
  }
  throw new UserError(`${path}, line ${number}: wanted a JSON object.`);
}

/** Predictions without a score: how the set was asked, and of which texts. */
function testsOf({ header }: Pick<Predictions, "header">, path: string): NonNullable<Evidence["tests"]> {
  const { texts, sha256 } = header.data;
  const facts: SetFacts = {
    ...NOTHING,
    texts,
    types: header.labels,
    typeCount: header.labels.length,
    wordsSha256: sha256,
  };
  return { path, sets: new Map([[setNameOf({ header }), facts]]), average: null };
}

/** The benchmark's name of the set, or the predictions' own. */
const setNameOf = ({ header }: Pick<Predictions, "header">) => setOf(header.data.name) ?? header.data.name;
