/** What is known of the keys in GLiNER's yaml files: which versions read them, what a value does, what is lost where nothing reads it. */
import { versionOf } from "../../era";

/** Versions from `since` on, up to the one before `until`. */
interface Span {
  since: string;
  until?: string;
}

export interface PythonKey {
  key: string;
  /** In words that a student understands: "how long a span may be, in words". */
  words: string;
  /** Versions whose train.py, or what it calls, reads the key; [] = none ever did. */
  read: readonly Span[];
  /** What the code does where it does not read the key: a file that says the same loses nothing. Absent = it depends on the version. */
  otherwise?: unknown;
  /** Names, paths and counts of files: they decide no score. */
  aside?: true;
}

const ALWAYS: readonly Span[] = [{ since: "v0" }];
/** train.py has passed none of the loss keys on from 0.2.3 to 0.2.16 (77f59b3, d1706be). */
const LOSS: readonly Span[] = [{ since: "0.1.14", until: "0.2.3" }, { since: "0.2.17" }];

/** Dice and the weight by width came with 0.2.29. */
const LATEST: readonly Span[] = [{ since: "0.2.29" }];

const key = (name: string, words: string, read = ALWAYS, more: Partial<PythonKey> = {}): PythonKey => ({
  key: name,
  words,
  read,
  ...more,
});
const aside = (name: string, words: string): PythonKey => key(name, words, ALWAYS, { aside: true });

/** Read in the public history of urchade/GLiNER; test/audit holds it to data/recipes/official. The weightiest come first. */
export const PYTHON_KEYS: readonly PythonKey[] = [
  key("model_name", "the encoder"),
  key("span_mode", "how a span becomes a vector"),
  key("loss_alpha", "how much mentions weigh against everything else in the loss", LOSS),
  key("loss_gamma", "how much easy decisions are played down in the loss", LOSS),
  key("max_neg_type_ratio", "how many types without a mention a sentence is asked"),
  key("random_drop", "whether types are left out of a question at random", [{ since: "0.1.0", until: "0.2.0" }]),
  key("shuffle_types", "whether types are asked in a random order", [], { otherwise: true }),
  key("size_sup", "a limit on the examples of supervised data", [], { otherwise: -1 }),
  key("num_steps", "steps of training"),
  key("train_batch_size", "sentences a step, which also bounds the types that negatives are drawn from"),
  key("lr_encoder", "learning rate of the encoder"),
  key("lr_others", "learning rate of the head"),
  key("warmup_ratio", "share of the steps in which the rate rises"),
  key("warmup_steps", "steps in which the rate rises", [], { otherwise: 0 }),
  key("scheduler_type", "how the rate falls", [{ since: "0.1.14" }], { otherwise: "cosine" }),
  key("weight_decay_encoder", "weight decay of the encoder", [{ since: "0.1.14" }], { otherwise: 0.01 }),
  key("weight_decay_other", "weight decay of the head", [{ since: "0.1.14" }], { otherwise: 0.01 }),
  key("max_grad_norm", "limit of the gradient's norm; 0 = none", [{ since: "0.2.3" }], { otherwise: 0 }),
  key("dropout", "share of the head that is switched off in a training step"),
  key("hidden_size", "width of the head"),
  key("max_width", "longest span, in words"),
  key("max_types", "most types that a sentence is asked in training", [{ since: "0.1.0" }]),
  key("max_len", "longest text, in words", [{ since: "0.1.0" }]),
  key("subtoken_pooling", "how subwords become a word", [{ since: "v0", until: "0.2.3" }, { since: "0.2.28" }], {
    otherwise: "first",
  }),
  key("fine_tune", "whether the encoder is trained", [{ since: "v0", until: "0.2.3" }], { otherwise: true }),
  key("label_smoothing", "how far targets are drawn towards 1/2", [], { otherwise: 0 }),
  key("loss_reduction", "sum or mean of the loss", LOSS, { otherwise: "sum" }),
  key("loss_prob_margin", "probability below which a negative costs nothing", [{ since: "0.2.23" }], { otherwise: 0 }),
  key("negatives", "share of the negatives that stay in the loss", [{ since: "0.2.19" }], { otherwise: 1 }),
  key("masking", "which negatives are thinned out of the loss", [{ since: "0.2.19" }], { otherwise: "none" }),
  key("mixed_precision", "precision of the computation"),
  key("num_rnn_layers", "layers of the LSTM over the words", [{ since: "0.2.23" }], { otherwise: 1 }),
  key("has_rnn", "whether there is an LSTM over the words", [{ since: "v0", until: "0.2.23" }], { otherwise: true }),
  key("labels_encoder", "a second encoder for the types: another architecture", [{ since: "0.2.10" }], {
    otherwise: null,
  }),
  key("fuse_layers", "whether the encoder's layers are mixed", [{ since: "0.2.10" }], { otherwise: false }),
  key("post_fusion_schema", "a fusion of texts and types that only bi-encoders have", [], { otherwise: "" }),
  key("num_post_fusion_layers", "layers of that fusion", [], { otherwise: 1 }),
  // What no version reads from a yaml: its code decides it, and recipes of this project may.
  key("positive_weight", "how many times a mention counts in the loss", []),
  key("neg_source", "where types without a mention are drawn from, and whether anew for each sentence", []),
  key("manual_negatives", "the key of a record that names its negative types", []),
  key("cap_types", "whether max_types is obeyed", []),
  key("ask_empty", "whether a batch without types is asked an empty one", []),
  key("sort_labels", "whether a record's own list of types is asked in alphabetical order", []),
  key("one_type_per_span", "whether a span with two types keeps only the last", []),
  key("preprocess_text", "whether words that the tokenizer cannot give back become [UNK]", []),
  key("decay_exclusions", "which parameters have no weight decay", []),
  key("mean_over", "what a mean of the loss divides by", []),
  key("loss_type", "the formula of the loss", LATEST),
  key("margin_floor", "whether probability less margin stops at 0", []),
  key("use_span_width_weight", "whether wider mentions weigh more", LATEST),
  key("dice_gamma", "an exponent of the dice loss", LATEST),
  key("gradient_accumulation_steps", "batches a step"),
  key("seed", "the number that all random choices follow from"),
  key("held_out_types", "types kept out of training to measure on"),
  key("num_held_out_types", "how many types are kept out of training"),
  key("exclude_sources", "sources of records that are left out"),
  key("keep_empty", "whether sentences without a mention are trained on"),
  key("record_labels", "whether a record's own list of types is used"),
  key("metric_for_best_model", "what the best checkpoint is chosen by"),
  key("benchmark", "test sets that the run was shown while it trained"),
  ...(
    [
      ["benchmark_records", "sentences of each of those test sets"],
      ["eval_records", "sentences of an evaluation in training"],
      ["eval_threshold", "threshold of an evaluation in training"],
      ["histogram_every", "steps between histograms"],
      ["keep_every", "steps between checkpoints that stay"],
      ["max_skipped_steps", "steps that may fail"],
      ["early_stopping_patience", "evaluations without a gain before the run ends"],
      ["early_stopping_threshold", "what counts as a gain"],
      ["prev_path", "the model to start from"],
      ["name", "a name"],
      ["root_dir", "where checkpoints go"],
      ["log_dir", "where logs go"],
      ["train_data", "the training file"],
      ["val_data_dir", "the test files"],
      ["val_data", "the development file"],
      ["eval_every", "steps between checkpoints"],
      ["save_every", "steps between checkpoints"],
      ["save_total_limit", "checkpoints that are kept"],
      ["freeze_token_rep", "whether the encoder is frozen"],
      ["freeze_components", "parts that are not trained"],
      ["words_splitter_type", "how texts become words"],
      ["model_type", "the architecture"],
      ["class_token_index", "the id of the token that stands before a type"],
      ["vocab_size", "rows of the embedding table"],
      ["ent_token", "the token before a type"],
      ["sep_token", "the token behind the types"],
      ["embed_ent_token", "whether that token is a type's vector"],
      ["encoder_config", "the encoder's own configuration"],
      ["transformers_version", "the version of transformers that wrote the file"],
      ["era", "the version of GLiNER"],
    ] as const
  ).map(([name, words]) => aside(name, words)),
];

const BY_NAME = new Map(PYTHON_KEYS.map((entry) => [entry.key, entry]));

export const keyOf = (name: string): PythonKey | undefined => BY_NAME.get(name);

const PLACES = new Map(PYTHON_KEYS.map(({ key: name }, i) => [name, i]));

/** For sorting: the weightiest keys first, those that are not known last. */
export const weightOf = (name: string): number => PLACES.get(name) ?? PYTHON_KEYS.length;

/** Whether a version reads a key. @throws UserError where the era is no version */
export function isRead({ read }: PythonKey, era: string): boolean {
  const at = (version: string) => {
    const [a, b, c] = versionOf(version);
    return a * 1e6 + b * 1e3 + c;
  };
  const now = at(era);
  return read.some(({ since, until }) => at(since) <= now && (until === undefined || now < at(until)));
}

/** In words: "0.1.0 to before 0.2.0", "no version". */
export function readBy({ read }: PythonKey): string {
  if (read.length === 0) return "no version";
  return read.map(({ since, until }) => (until ? `${since} until before ${until}` : `${since} and later`)).join(", ");
}

/** The known key that a misspelt one most resembles: at most two letters away. */
export function resembling(name: string): string | undefined {
  const near = [...BY_NAME.keys()]
    .map((known) => ({ known, distance: editDistance(name.toLowerCase(), known) }))
    .filter(({ distance }) => distance <= 2)
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.known;
}

/** Letters to add, drop or change (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length];
}
