/** Writes the Markdown model card of a trained model out of its run's manifest. */
import { stringify } from "yaml";
import { sentenceDomains } from "../data/marked/sentences";
import type { DataDescription } from "./data";
import { sourceLicences } from "./data";
import type { Manifest } from "./manifest";
import { describeNotLearned } from "./not-learned";
import { scrubbed } from "./scrub";

/** What a card says of a model that is given away, besides what its run's manifest knows. */
export interface CardAdditions {
  /** Of the front matter, such as `license`. */
  frontMatter?: Record<string, unknown>;
  /** Behind the evaluation, as Markdown. */
  sections?: readonly string[];
  /** How Python gets the model; default: as it is. */
  python?: string;
}

/**
 * A model card (README.md of a model folder, as Hugging Face reads it) made from a run's manifest: nothing in it was typed
 * by hand, and without additions nothing is in it that the manifest does not know.
 */
export function modelCard(raw: Manifest, additions: CardAdditions = {}): string {
  const manifest = scrubbed(raw);
  const python = additions.python ?? 'Python: `GLiNER.from_pretrained("FOLDER")` of the package `gliner`.';
  const sections = [
    `# ${String(nameOf(manifest))}`,
    opening(manifest),
    evaluation(manifest),
    ...(additions.sections ?? []),
    trainingData(manifest.data.train_data) + notLearned(manifest),
    recipe(manifest),
    official(manifest),
    machine(manifest),
    `## Use\n\n\`\`\`ts\nimport { GLiNER } from "gliner-workbook";\nconst model = await GLiNER.fromPretrained("FOLDER");\nawait model.predictEntities("Marie Curie worked in Paris.", ["person", "city"]);\n\`\`\`\n\n${python}`,
  ];
  return `---\n${stringify({ ...frontMatter(manifest), ...additions.frontMatter })}---\n\n${sections.filter((text) => text !== "").join("\n\n")}\n`;
}

function nameOf({ config }: Manifest): unknown {
  const model = config.model as Record<string, unknown>;
  return `${String(model.model_name).split("/").pop()} with ${model.span_mode}`;
}

function frontMatter({ config, data, weights }: Manifest) {
  return {
    library_name: "gliner",
    pipeline_tag: "token-classification",
    tags: ["gliner", "named-entity-recognition", "zero-shot"],
    base_model: weights.start,
    datasets: [data.train_data.name],
    seed: (config.training as Record<string, unknown>).seed,
  };
}

function opening({ result, sessions, config, weights }: Manifest): string {
  const { status } = sessions[sessions.length - 1];
  const steps = (config.training as Record<string, unknown>).num_steps;
  return [
    `A GLiNER model (zero-shot named entity recognition), trained for ${result.steps} of ${steps} steps; the run is ${status === "finished" ? "finished" : `not finished: ${status}`}.`,
    `${weights.parameters.toLocaleString("en")} parameters, ${weights.frozen.toLocaleString("en")} of them not trained, starting from ${weights.start}.`,
  ].join("\n");
}

interface Measured {
  f1: number;
  ci95: [number, number];
  threshold: number;
}

function evaluation({ result, held_out_types, selection }: Manifest): string {
  const { best, last_evaluation: last } = result;
  const lines = [`Best checkpoint chosen by ${selection}${best ? `: step ${best.step}, ${round(best.value)}` : ""}.`];
  const at = last ? `At step ${last.step}` : "";
  const heldOut = last?.heldOut as (Measured & { sentences: number; support: number }) | undefined;
  if (heldOut)
    lines.push(
      `${at}, on types that training never saw: F1 ${percent(heldOut)} at threshold ${heldOut.threshold} (${heldOut.support} mentions in ${heldOut.sentences} sentences; exact match).`,
      `The types: ${held_out_types.join(", ")}.`,
    );
  const benchmark = last?.benchmark as (Measured & { warning: string; sets: { name: string }[] }) | undefined;
  if (benchmark)
    lines.push(
      `${at}, on ${benchmark.sets.map(({ name }) => name).join(", ")}: F1 ${percent(benchmark)} on average (${benchmark.warning}: it was followed during training).`,
    );
  if (last?.devLoss !== undefined) lines.push(`${at}, loss of a development record: ${round(last.devLoss)}.`);
  if (result.skipped.length) lines.push(`${result.skipped.length} steps failed and were left out.`);
  return `## Evaluation\n\n${lines.join("\n")}\n\nOne run: no interval over seeds.`;
}

function percent({ f1, ci95 }: Measured): string {
  const share = (value: number) => (100 * value).toFixed(1);
  return `${share(f1)} % (95 % interval over sentences ${share(ci95[0])} to ${share(ci95[1])})`;
}

function trainingData({ name, records, mentions, types, sources, sha256 }: DataDescription): string {
  const licences = sourceLicences();
  const named = Object.entries(sources).filter(([source]) => Object.hasOwn(licences, source));
  const rows = [
    ...ownTexts(sources),
    ...named.map(([source, count]) => `| ${source} | ${count} | ${licences[source]} |`),
  ];
  const table = rows.length ? `\n\n| source | records | licence |\n|---|---|---|\n${rows.join("\n")}` : "";
  return `## Training data\n\n${name}: ${records} records, ${mentions} mentions of ${types} types (sha256 of the records ${sha256.slice(0, 16)}...).${table}`;
}

/** The project's own texts, whose sources are their domains, as one row. */
function ownTexts(sources: Record<string, number>): string[] {
  const domains = sentenceDomains();
  const own = Object.entries(sources).filter(([source]) => domains.has(source));
  const count = own.reduce((sum, [, records]) => sum + records, 0);
  return count === 0
    ? []
    : [`| data/sentences: ${own.length} domains, written by a language model | ${count} | Apache-2.0 |`];
}

function notLearned({ not_learned: counts }: Manifest): string {
  if (counts === undefined) return "";
  const sentence = describeNotLearned(counts);
  return `\n\n${sentence ? `Not learnt: ${sentence}.` : "Every mention lies within the model's reach."}`;
}

const RECIPE = `num_steps train_batch_size gradient_accumulation_steps lr_encoder lr_others weight_decay_encoder weight_decay_other
  scheduler_type warmup_ratio warmup_steps max_grad_norm freeze_components loss_type loss_alpha loss_gamma loss_reduction seed`;

function recipe({ config, result }: Manifest): string {
  const training = config.training as Record<string, unknown>;
  const rows = RECIPE.split(/\s+/).map((key) => `| ${key} | ${JSON.stringify(training[key])} |`);
  const losses = Object.entries(result.losses).map(([step, loss]) => `${step}: ${round(loss)}`);
  const clipped =
    result.clipped_share === null ? "" : ` ${(100 * result.clipped_share).toFixed(0)} % of the steps were clipped.`;
  return `## Recipe\n\n| key | value |\n|---|---|\n${rows.join("\n")}\n\nLoss at steps ${losses.join(", ")}.${clipped}`;
}

function official({ official: { name, source, differences } }: Manifest): string {
  const rows = differences.map(({ key, ours, theirs }) => `| ${key} | ${cell(ours)} | ${cell(theirs)} |`);
  const head = `## Difference from the official configuration\n\nAgainst ${name} (${source}):`;
  return `${head}\n\n${rows.length ? `| key | here | there |\n|---|---|---|\n${rows.join("\n")}` : "none."}`;
}

function machine({ environment, project, sessions }: Manifest): string {
  const { backend, machine: hardware, software } = environment;
  const git = project.git.dirty === true ? `${project.git.commit} with uncommitted changes` : project.git.commit;
  const peaks = sessions.flatMap(({ peak_rss_mb }) => peak_rss_mb ?? []);
  return [
    "## Where it ran",
    `${backend.library}, ${backend.gpu ? "GPU" : `${backend.threads} threads`}, Node ${software.node}, ${hardware.processor} (${hardware.cores} cores, ${hardware.memory_gb} GB), ${hardware.platform}.`,
    `Code: version ${project.version}, commit ${git}. Sessions: ${sessions.length}. Peak memory ${peaks.length ? `${Math.max(...peaks)} MB` : "unknown"}.`,
  ].join("\n\n");
}

const cell = (value: unknown) => (value === undefined ? "not set" : JSON.stringify(value).replaceAll("|", "\\|"));
const round = (value: unknown) => (typeof value === "number" ? Number(value.toPrecision(4)) : String(value));
