/** The report on one training run, from its manifest and from what `evaluate --json` wrote of its model. */
import { basename } from "node:path";
import { UserError } from "../../errors";
import { readJson } from "../../files/json";
import { isObject } from "../../files/json-object";
import type { Manifest } from "../../provenance/manifest";
import { describeNotLearned } from "../../provenance/not-learned";
import { scrubbed } from "../../provenance/scrub";
import { byPerson, markdownTable, percent, type Report, type ReportSection, shown } from "./report";

/** What `evaluate --json` says of one model, as far as it is read here. */
export interface StoredEvaluation {
  model: string;
  datasets: { name: string; f1: number; ci95: Ends; support: number; types: number }[];
  average: { f1: number; ci95: Ends };
}

type Ends = readonly [number, number];

/** @throws UserError where a file is no evaluation of one model */
export function readEvaluation(path: string): StoredEvaluation {
  const raw = readJson(path);
  if (!isObject(raw) || !Array.isArray(raw.datasets) || !isObject(raw.average))
    throw new UserError(`${path} has no datasets and average; wanted what \`evaluate --json\` wrote of one model.`);
  const rows: unknown[] = [...raw.datasets, { name: "", support: 0, types: 0, ...raw.average }];
  const unsound = rows.findIndex((row) => !isScored(row));
  if (unsound >= 0)
    throw new UserError(
      `${path}: ${unsound < raw.datasets.length ? `data set ${unsound + 1}` : "the average"} lacks name, f1, ci95, support or types; wanted what \`evaluate --json\` wrote of one model.`,
    );
  return { ...(raw as unknown as StoredEvaluation), model: basename(String(raw.model)) };
}

const isScored = (row: unknown): boolean =>
  isObject(row) &&
  typeof row.name === "string" &&
  [row.f1, row.support, row.types].every(isNumber) &&
  Array.isArray(row.ci95) &&
  row.ci95.length === 2 &&
  row.ci95.every(isNumber);

const isNumber = (value: unknown) => typeof value === "number";

/** @param evaluations of this run's model; none = the scores are not on file */
export function runReport(raw: Manifest, evaluations: readonly StoredEvaluation[]): Report {
  const manifest = scrubbed(raw);
  const { model } = manifest.config as { model: Record<string, unknown> };
  return {
    title: `Reproduction report: ${String(model.model_name).split("/").pop()} with ${model.span_mode}, run ${manifest.id}`,
    date: manifest.sessions.at(-1)?.ended ?? null,
    sections: [
      scope(manifest),
      byPerson(
        "The claim under test",
        "Which claim of the paper, which number and table, and what would count as its reproduction?",
      ),
      methodology(manifest),
      environment(manifest),
      results(manifest, evaluations),
      byPerson("What was easy", "What could be taken from the paper and its code as it was?"),
      byPerson("What was difficult", "What had to be guessed, asked, or tried? How long did it take?"),
      deviations(manifest),
      notEstablished(evaluations),
      byPerson("Communication with the authors", "Who was asked what, and what did they answer?"),
    ],
  };
}

function scope({ official, result, config }: Manifest): ReportSection {
  const { num_steps } = config.training as { num_steps: number };
  return {
    title: "Scope",
    person: false,
    body: `One training run of ${result.steps} of ${num_steps} steps, held against ${official.name} (${official.source}). One run has no spread over seeds.`,
  };
}

const RECIPE =
  `num_steps train_batch_size gradient_accumulation_steps lr_encoder lr_others weight_decay_encoder weight_decay_other
  scheduler_type warmup_ratio max_grad_norm loss_type loss_alpha loss_gamma loss_reduction neg_source random_drop era`.split(
    /\s+/,
  );

function methodology({
  config,
  data,
  weights,
  held_out_types,
  selection,
  streams,
  tokenizer,
}: Manifest): ReportSection {
  const { model, training } = config as Record<"model" | "training", Record<string, unknown>>;
  const keys = [
    "model_name",
    "span_mode",
    "hidden_size",
    "max_width",
    "max_types",
    "max_len",
    "max_neg_type_ratio",
    "dropout",
  ];
  const rows = [...keys.map((key) => [key, shown(model[key])]), ...RECIPE.map((key) => [key, shown(training[key])])];
  const sets = Object.entries(data).map(([key, { name, records, mentions, types, sha256 }]) => {
    return [key, name, String(records), String(mentions), String(types), sha256.slice(0, 16)];
  });
  return {
    title: "Methodology",
    person: false,
    body: [
      `${weights.parameters.toLocaleString("en")} parameters, ${weights.frozen.toLocaleString("en")} of them not trained, starting from ${weights.start} (sha256 of all before step 0: ${weights.sha256.slice(0, 16)}). Tokenizer of ${tokenizer.size} entries (${tokenizer.sha256.slice(0, 16)}).`,
      markdownTable(["data", "name", "records", "mentions", "types", "sha256"], sets),
      held_out_types.length ? `Types held out of training: ${held_out_types.join(", ")}.` : "No types were held out.",
      `Best checkpoint chosen by ${selection}.`,
      markdownTable(["key", "value"], rows),
      `Seed ${streams.seed}; named streams: ${Object.keys(streams.names).join(", ")}.`,
    ].join("\n\n"),
  };
}

function environment({
  environment: { backend, machine, software, flags },
  project,
  sessions,
}: Manifest): ReportSection {
  const peaks = sessions.flatMap(({ peak_rss_mb }) => peak_rss_mb ?? []);
  const rows = [
    ["library", `${backend.library}, ${backend.gpu ? "GPU" : `${backend.threads} threads`}`],
    [
      "processor",
      `${machine.processor}, ${machine.cores} cores, ${machine.memory_gb} GB, ${machine.platform}, ${machine.libc}`,
    ],
    [
      "software",
      Object.entries(software)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    ],
    [
      "flags",
      Object.entries(flags)
        .map(([name, value]) => `${name}=${value}`)
        .join(", ") || "none",
    ],
    [
      "code",
      `version ${project.version}, commit ${project.git.commit}${project.git.dirty === true ? " with uncommitted changes" : ""}`,
    ],
    [
      "sessions",
      sessions.map(({ started, ended, status }) => `${started} to ${ended ?? "unknown"}: ${status}`).join("; "),
    ],
    ["peak memory", peaks.length ? `${Math.max(...peaks)} MB` : "unknown"],
  ];
  return { title: "Environment", person: false, body: markdownTable(["what", "value"], rows) };
}

function results({ result }: Manifest, evaluations: readonly StoredEvaluation[]): ReportSection {
  const tables = evaluations.map(({ model, datasets, average }) => {
    const rows = datasets.map(({ name, f1, ci95, support, types }) => [
      name,
      percent(f1),
      `${percent(ci95[0])} to ${percent(ci95[1])}`,
      String(support),
      String(types),
    ]);
    const mean = ["average", percent(average.f1), `${percent(average.ci95[0])} to ${percent(average.ci95[1])}`, "", ""];
    const head = ["data set", "F1", "95 % interval over sentences", "mentions", "types"];
    return `${model}:\n\n${markdownTable(head, [...rows, mean])}`;
  });
  const losses = Object.entries(result.losses).map(([step, loss]) => `${step}: ${loss.toPrecision(4)}`);
  return {
    title: "Results",
    person: false,
    body: [
      ...(tables.length
        ? tables
        : [
            "No scores are on file: `npm run -s evaluate -- --model RUN/last --data ... --json RUN/evaluation.json` makes some.",
          ]),
      `Loss at steps ${losses.join(", ") || "unknown"}.${result.clipped_share === null ? "" : ` ${percent(result.clipped_share)} % of the steps were clipped.`}${result.best ? ` Best checkpoint: step ${result.best.step}, ${result.best.value.toPrecision(4)}.` : ""}`,
    ].join("\n\n"),
  };
}

function deviations({ official, not_learned, result, sessions, project }: Manifest): ReportSection {
  const rows = official.differences.map(({ key, ours, theirs }) => [key, shown(ours), shown(theirs)]);
  const lost = not_learned && describeNotLearned(not_learned);
  const changes = sessions.flatMap(({ environment_changes }) => environment_changes.map(({ key }) => key));
  const notes = [
    ...(lost ? [`Not learnt: ${lost}.`] : []),
    ...(result.skipped.length
      ? [
          `${result.skipped.length} steps failed and were left out (the first: step ${result.skipped[0].step}, ${result.skipped[0].reason}).`,
        ]
      : []),
    ...(changes.length ? [`The run went on in another environment: ${[...new Set(changes)].join(", ")}.`] : []),
    ...(project.git.dirty === true ? ["The code had changes that are in no commit."] : []),
  ];
  const table = rows.length
    ? `Keys that differ from ${official.name}:\n\n${markdownTable(["key", "here", "there"], rows)}`
    : `No key differs from ${official.name}.`;
  return { title: "Deviations", person: false, body: [table, ...notes].join("\n\n") };
}

function notEstablished(evaluations: readonly StoredEvaluation[]): ReportSection {
  const lines = [
    "What another seed gives: one run has no spread, and its interval is over sentences alone.",
    "The cause of any difference from a published number: a difference in a key is no cause, and the gap of issue 36 (March 2024) and that of issue 209 (November 2024) are two.",
    ...(evaluations.length ? [] : ["Any score: none is on file."]),
  ];
  return { title: "Not established", person: false, body: lines.map((line) => `* ${line}`).join("\n") };
}
