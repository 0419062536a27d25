/** The stages of parameters by module: before the step, their gradients, and after it. */
import { ENCODER_PREFIX, partOf } from "../../../model/parameter-names";
import { type Difference, difference, largest } from "../difference";
import type { Dump, ParameterStage } from "../dump";
import type { Here } from "../here";
import { measured, type StageResult } from "../stage";

/** The smallest share of a module's largest value that a tensor of it is measured by: below it lies rounding. */
const FLOOR = 1e-2;
/** A gradient of less than this share of the largest is taken for rounding. */
const NOISE = 1e-3;
/** Rounding of a float32, of a sum of two. */
const ROUNDING = 2 ** -22;

const WORDS: Record<ParameterStage, string> = {
  weights: "weights",
  gradients: "gradients",
  after: "weights after a step",
};

/**
 * A stage for each module: weights from the embeddings on, gradients and steps from the head back, as they are computed.
 * After the step it is the change that is compared; where a gradient is rounding, so is the sign of Adam's first step, and it does not count.
 */
export function parameterStages(stage: ParameterStage, dump: Dump, here: Here, tolerance: number): StageResult[] {
  const ours = here[stage];
  const theirs = dump.parameters(stage);
  // A parameter that no step reaches is in Python's model too.
  const names = [...new Set([...theirs, ...(stage === "gradients" ? ours.keys() : here.weights.keys())])];
  const modules = new Map<string, string[]>();
  for (const name of names) modules.set(moduleOf(name), [...(modules.get(moduleOf(name)) ?? []), name]);
  const list = [...modules].sort(([a], [b]) => depth(a) - depth(b));
  const ordered = stage === "weights" ? list : list.reverse();
  return (
    ordered
      .map(([module, own]) => moduleStage(`${WORDS[stage]}, ${module}`, { stage, own, dump, here, tolerance }))
      // Nothing behind the encoder reads its pooler: no step reaches it.
      .filter(({ compared, state }) => compared > 0 || state !== "same")
  );
}

interface ModuleStage {
  stage: ParameterStage;
  /** The module's parameters. */
  own: readonly string[];
  dump: Dump;
  here: Here;
  tolerance: number;
}

function moduleStage(title: string, module: ModuleStage): StageResult {
  const found = apart(module);
  const { worst, compared, different } = found;
  const result = worst
    ? measured(title, worst.found, () => worst.name)
    : measured(title, difference([], [], module), () => "");
  const odd = unlike(module) ?? (different ? undefined : normPlace(module, found.most));
  const all = { ...result, compared, different };
  return odd ? { ...all, state: "differs", size: odd.size, different: different || 1, where: odd.where } : all;
}

/** The largest difference of all values of a module. */
function apart({ stage, own, dump, here, tolerance }: ModuleStage) {
  const pairs = own.flatMap((name) => pairOf(stage, name, dump, here) ?? []);
  const most = Math.max(0, ...pairs.map(({ theirs }) => largest(theirs)));
  const steepest = Math.max(0, ...pairs.map(({ gradient = [] }) => largest(gradient)));
  let worst: { name: string; found: Difference } | undefined;
  let [compared, different] = [0, 0];
  for (const { name, ours, theirs, gradient, slack } of pairs) {
    const scale = Math.max(largest(theirs), FLOOR * most);
    const least = gradient && NOISE * Math.max(largest(gradient), FLOOR * steepest);
    const counts = (at: number) => !gradient || Math.abs(gradient[at]) > (least ?? 0);
    const found = difference(ours, theirs, { tolerance, scale, counts, slack });
    compared += found.compared;
    different += found.different;
    if (!worst || found.size > worst.found.size) worst = { name, found };
  }
  return { worst, compared, different, most };
}

interface Odd {
  size: number;
  where: string;
}

/** A parameter that one side does not have, or has in another size. */
function unlike({ stage, own, dump, here }: ModuleStage): Odd | undefined {
  for (const name of own) {
    const [ours, theirs] = [here[stage].get(name), dump.tensor(`${stage}/${name}`)];
    if (!ours || !theirs) return { size: 1, where: `${name}: only ${ours ? "here" : "there"}` };
    const kept = sampled(ours, dump.about.keep).length;
    if (kept !== theirs.data.length)
      return { size: 1, where: `${name}: ${kept} values of it here, ${theirs.data.length} there` };
  }
  return undefined;
}

/** A difference that lies between the kept values shows in the norm. */
function normPlace({ stage, own, dump, here, tolerance }: ModuleStage, most: number): Odd | undefined {
  if (stage === "after") return undefined;
  for (const name of own) {
    const theirs = dump.about.norms[name]?.[stage];
    const ours = here[stage].get(name);
    if (theirs === undefined || !ours) continue;
    const norm = normOf(ours);
    const size = Math.abs(norm - theirs) / Math.max(theirs, FLOOR * most, Number.MIN_VALUE);
    if (size > tolerance)
      return { size, where: `${name}: its norm is ${norm.toPrecision(5)} here, ${theirs.toPrecision(5)} there` };
  }
  return undefined;
}

function normOf(values: Float32Array): number {
  let square = 0;
  for (const value of values) square += value * value;
  return Math.sqrt(square);
}

interface Pair {
  name: string;
  ours: Float32Array;
  theirs: Float32Array | Int32Array;
  /** Its gradient there, after the step. */
  gradient?: ArrayLike<number>;
  slack?: (at: number) => number;
}

/** A parameter's values on both sides, those that the dump has kept; undefined where one side has none. */
function pairOf(stage: ParameterStage, name: string, dump: Dump, here: Here): Pair | undefined {
  const theirs = dump.tensor(`${stage}/${name}`);
  const ours = here[stage].get(name);
  if (!theirs || !ours || sampled(ours, dump.about.keep).length !== theirs.data.length) return undefined;
  const kept = (values: Float32Array) => sampled(values, dump.about.keep);
  if (stage !== "after") return { name, ours: kept(ours), theirs: theirs.data };
  const before = dump.tensor(`weights/${name}`)?.data;
  const gradient = dump.tensor(`gradients/${name}`)?.data;
  const own = here.weights.get(name);
  if (!before || !gradient || !own) return undefined;
  const start = kept(own);
  return {
    name,
    ours: kept(ours).map((value, at) => value - start[at]),
    theirs: Float32Array.from(theirs.data, (value, at) => value - before[at]),
    gradient,
    slack: (at) => ROUNDING * Math.abs(before[at]),
  };
}

/** Every n-th value, as dump_batch.py keeps them. */
function sampled(values: Float32Array, keep: number): Float32Array {
  const stride = keep ? Math.ceil(values.length / keep) : 1;
  return stride === 1 ? values : values.filter((_, at) => at % stride === 0);
}

/** A layer of the encoder apart, else the part of the model in words. */
function moduleOf(name: string): string {
  const layer = name.startsWith(ENCODER_PREFIX) && /^encoder\.layer\.(\d+)\./.exec(name.slice(ENCODER_PREFIX.length));
  return layer ? `encoder layer ${Number(layer[1]) + 1}` : partOf(name).words;
}

const ORDER = [
  "embeddings",
  "encoder layer",
  "rest of the encoder",
  "projection",
  "BiLSTM",
  "span layer",
  "prompt projection",
];

/** From the embeddings on. */
function depth(module: string): number {
  const layer = /^encoder layer (\d+)$/.exec(module);
  const at = ORDER.indexOf(layer ? "encoder layer" : module);
  return at * 1000 + (layer ? Number(layer[1]) : 0);
}
