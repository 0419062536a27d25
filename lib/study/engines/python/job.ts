/** What data/python/run.py is told: a recipe in the words of a release of Python's GLiNER, and the questions for its model. */
import type { NerRecord } from "../../../data/records";
import { versionOf } from "../../../era";
import { UserError } from "../../../errors";
import type { Recipe } from "../../../gliner/recipe/recipe";
import { eraSettings } from "../../../gliner/recipe/settings";
import { parseConfig } from "../../../model/config";

/** A file job.json; data/python/run.py says what each key is. */
export interface PythonJob {
  version: string;
  config: Record<string, unknown>;
  training: Record<string, unknown>;
  seed: number;
  records: string;
  weights: string | null;
  draws: string | null;
  out: string;
  tests: { texts: string; labels: readonly string[] }[];
  floor: number;
}

const PREFIX = "python:";

/** The release of an engine "python:0.1.2"; undefined for another engine. @throws UserError (usage) where it names no release */
export function releaseOf(engine: string): string | undefined {
  if (!engine.startsWith(PREFIX)) return undefined;
  const version = engine.slice(PREFIX.length);
  versionOf(version);
  if (version === "v0")
    throw new UserError("python:v0: of the paper's code there is no release; python:0.1.2 is nearest.", 2);
  return version;
}

/** Keys that a yaml of the release's day sets, and its code obeys; what else decides is in its code alone. */
const SET_BY_YAML: Readonly<Record<string, string>> = {
  random_drop: "0.1.0",
  max_grad_norm: "0.2.3",
  loss_alpha: "0.2.17",
  loss_gamma: "0.2.17",
  loss_prob_margin: "0.2.22",
  loss_reduction: "0.2.22",
  negatives: "0.2.23",
  masking: "0.2.23",
};
/** Here only, and without a meaning where nothing is thinned out, averaged or kept: they cannot make a difference. */
const IDLE = new Set([
  "mean_over",
  "margin_floor",
  "manual_negatives",
  "ask_empty",
  "sort_labels",
  "masking",
  "dice_gamma",
]);

/**
 * Refuses a recipe that this release cannot train: what its code alone decides, and what it does not read, must be what the recipe says.
 * @throws UserError naming the first key
 */
export function checkTrainable({ model, training }: Recipe, release: string): void {
  const order = (version: string) => versionOf(version).reduce((sum, part) => 1000 * sum + part, 0);
  const now = order(release);
  const readable = (key: string) =>
    (key in SET_BY_YAML && order(SET_BY_YAML[key]) <= now) ||
    (["loss_alpha", "loss_gamma", "loss_reduction"].includes(key) && now >= order("0.1.14") && now < order("0.2.3"));
  const own = { ...eraSettings(release, release, 2), ...(now >= order("0.2.0") ? { random_drop: false } : {}) };
  for (const [key, value] of Object.entries(own)) {
    const wanted = training[key as keyof typeof training];
    const isSet = readable(key) && !(key === "random_drop" && now >= order("0.2.0"));
    if (isSet || IDLE.has(key) || wanted === value) continue;
    throw new UserError(
      `python:${release} has ${key} ${JSON.stringify(value)} in its code; the recipe says ${JSON.stringify(wanted)}: set ${key} so, or take \`recipe:\` of that release.`,
    );
  }
  if (now < order("0.1.14") && (training.weight_decay_encoder !== 0.01 || training.weight_decay_other !== 0.01))
    throw new UserError(
      `python:${release} has torch's own weight decay, .01; set weight_decay_encoder and weight_decay_other to 0.01.`,
    );
  const strange = [
    [training.freeze_components.length > 0, "freeze_components"],
    [training.gradient_accumulation_steps !== 1, "gradient_accumulation_steps"],
    [training.warmup_steps !== 0, "warmup_steps"],
    [training.early_stopping_patience !== 0, "early_stopping_patience"],
    [training.prev_path !== null, "prev_path"],
    [(model.num_rnn_layers ?? 1) !== 1, "num_rnn_layers"],
  ] as const;
  const found = strange.find(([is]) => is);
  if (found)
    throw new UserError(`python:${release}: the engine does not hand ${found[1]} on; leave it out of the recipe.`);
}

/** The keys of the model's configuration, and of its training, as the release's own yaml spells them. @param encoder a folder */
export function keysOf(recipe: Recipe, encoder: string): Pick<PythonJob, "config" | "training" | "seed"> {
  const { config } = parseConfig({ ...recipe.model }, "the recipe");
  const { training } = recipe;
  const { max_width, hidden_size, dropout, subtoken_pooling, span_mode, max_types, max_neg_type_ratio, max_len } =
    config;
  const { random_drop, shuffle_types, loss_alpha, loss_gamma, loss_reduction } = training;
  return {
    config: {
      ...{ model_name: encoder, name: "workbook", fine_tune: true, size_sup: -1 },
      ...{ max_width, hidden_size, dropout, subtoken_pooling, span_mode, max_types, max_neg_type_ratio, max_len },
      ...{ random_drop, shuffle_types, loss_alpha, loss_gamma, loss_reduction },
    },
    training: { ...training },
    seed: training.seed,
  };
}

/** A record as the release's train.py reads it; its own list of types stands under `label` until 0.2.22. */
export function pythonLine(record: NerRecord, index: number, release: string): string {
  const { tokens: tokenized_text, ner, labels, negatives, negativesKey = "negatives" } = record;
  const [major, minor, patch] = versionOf(release);
  const key = major === 0 && (minor < 2 || (minor === 2 && patch < 23)) ? "label" : "ner_labels";
  const own = { ...(labels && { [key]: labels }), ...(negatives && { [negativesKey]: negatives }) };
  return `${JSON.stringify({ tokenized_text, ner, ...own, index })}\n`;
}
