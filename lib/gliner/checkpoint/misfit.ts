/** Whether a file of weights is the model that its configuration describes, tensor by tensor. */
import { UserError, warnOnce } from "../../errors";
import { initialValues } from "../../model/initialise";
import { Parameters } from "../../weights/parameters";
import type { Shapes } from "../../weights/shapes";
import { isFloat, product, type TensorFile } from "../../weights/tensor-file";

/** Every difference, by the tensors' names. */
export interface Misfit {
  missing: string[];
  unexpected: string[];
  /** Of another shape, or no floats: "NAME has shape [2,3], wanted [3,2]". */
  misshaped: string[];
}

/** A strict load that failed; `misfit` has every difference, the message the first few. */
export class CheckpointError extends UserError {
  constructor(
    path: string,
    readonly misfit: Misfit,
  ) {
    const problems = [
      ...firstFew(
        misfit.missing.map((name) => `missing ${name}`),
        "missing",
      ),
      ...firstFew(
        misfit.unexpected.map((name) => `unexpected ${name}`),
        "unexpected",
      ),
      ...firstFew(misfit.misshaped, "of another shape"),
    ];
    super(`${path} does not fit its configuration: ${problems.join("; ")}.`);
  }
}

const FEW = 5;

function firstFew(problems: string[], kind: string): string[] {
  const more = problems.length - FEW;
  return more > 0 ? [...problems.slice(0, FEW), `and ${more} more ${kind}`] : problems;
}

/** What checkpoints carry and nothing reads: a buffer of older transformers, and the module of `post_fusion_schema`. */
const isDead = (name: string) => name.endsWith("embeddings.position_ids") || name.startsWith("cross_fuser.");

/** BERT's pooler: transformers saves it or not, depending on the class it was loaded by; GLiNER never uses it. */
const isOptional = (name: string) => name.includes(".pooler.");

export function compare(file: TensorFile, shapes: ReadonlyMap<string, readonly number[]>): Misfit {
  const names = [...file.entries.keys()].filter((name) => !isDead(name));
  return {
    missing: [...shapes.keys()].filter((name) => !file.entries.has(name) && !isOptional(name)),
    unexpected: names.filter((name) => !shapes.has(name)),
    misshaped: names.flatMap((name) => shapeProblem(name, file, shapes)),
  };
}

function shapeProblem(name: string, file: TensorFile, shapes: ReadonlyMap<string, readonly number[]>): string[] {
  const entry = file.entries.get(name);
  const wanted = shapes.get(name);
  if (!entry || !wanted) return [];
  if (!isFloat(entry.dtype)) return [`${name} is of type ${entry.dtype}, wanted floats`];
  if (entry.shape.length === wanted.length && entry.shape.every((n, i) => n === wanted[i])) return [];
  return [`${name} has shape [${entry.shape}], wanted [${wanted}]`];
}

/** @throws CheckpointError listing every difference */
export function checkStrictly(file: TensorFile, shapes: ReadonlyMap<string, readonly number[]>): void {
  const misfit = compare(file, shapes);
  if (Object.values(misfit).some((names) => names.length > 0)) throw new CheckpointError(file.path, misfit);
}

export interface FitOptions {
  /** False: what the file lacks, or has in another shape, stays random. Default true. */
  strict?: boolean;
  /** Of the random values, default 0. */
  seed?: number;
}

/**
 * Reads a model's parameters, one tensor at a time.
 * @returns the parameters, and the names of those that stayed random because a non-strict load was asked for
 * @throws CheckpointError where the load is strict and anything differs
 */
export function readParameters(
  file: TensorFile,
  shapes: Shapes,
  { strict = true, seed = 0 }: FitOptions,
): { parameters: Parameters; random: string[] } {
  if (strict) checkStrictly(file, shapes);
  const wrong = (name: string) => shapeProblem(name, file, shapes).length > 0;
  const random = [...shapes.keys()].filter((name) => !file.entries.has(name) || wrong(name));
  checkAmount(random, shapes, file.path);
  const isRandom = new Set(random);
  const values = (name: string) =>
    isRandom.has(name) ? initialValues(name, shapes, seed) : (file.read(name).data as Float32Array);
  const parameters = fill(shapes, values);
  if (!strict) report(file, shapes, random, seed);
  return { parameters, random: random.filter((name) => !isOptional(name)) };
}

/** Parameters of these shapes; where one of them cannot be read, none. */
function fill(shapes: Shapes, values: (name: string) => Float32Array): Parameters {
  const parameters = new Parameters();
  try {
    for (const [name, shape] of shapes) parameters.set(name, values(name), shape);
    return parameters;
  } catch (error) {
    parameters.dispose();
    throw error;
  }
}

/** 8 GB: a configuration may claim any width, and nothing in the file would contradict it. */
const MOST_RANDOM = 2e9;

function checkAmount(names: readonly string[], shapes: Shapes, path: string): void {
  const values = names.reduce((sum, name) => sum + product(shapes.get(name) ?? []), 0);
  if (values > MOST_RANDOM)
    throw new UserError(
      `${path} would leave ${values.toExponential(1)} values random: it is not of this configuration.`,
    );
}

function report(file: TensorFile, shapes: Shapes, random: readonly string[], seed: number): void {
  const unused = [...file.entries.keys()].filter((name) => !shapes.has(name) && !isDead(name));
  const list = (names: readonly string[]) => firstFew([...names], "names").join(", ");
  if (random.length) warnOnce(`${file.path}: stayed random, from seed ${seed}: ${list(random)}.`);
  if (unused.length) warnOnce(`${file.path}: not used: ${list(unused)}.`);
}
