/** `evaluate --thresholds FILE --recall N`: a threshold for each type with a promised recall, as a file that `predict --threshold FILE` takes. */
import { usageError } from "../errors";
import type { Asking } from "../evaluate/prompts/asking";
import type { PromisedThresholds } from "../evaluate/thresholds";
import { checkWritable, writeAtomically } from "../files/atomic";
import { GLiNER } from "../gliner/gliner";
import { ASKING_OPTIONS } from "./asking";
import { columns } from "./columns";
import type { Values } from "./command";
import { openSet, type SetChoice } from "./evaluation-sets";

/** What the thresholds are of. */
export interface ThresholdsAsked extends SetChoice {
  models: readonly string[];
  files: readonly string[];
  batchSize: number;
  asking: Asking;
}

/** Options of scoring, and of asking otherwise than predictions do, which would be left out in silence. */
const OF_SCORES = [
  ...Object.keys(ASKING_OPTIONS).filter((name) => name !== "labels-at-once"),
  ...["threshold", "nested", "multi-label", "preset", "predictions", "details", "trained-on", "published"],
  ...["fail-on-truncation", "seed", "queue"],
];

/**
 * Asks one model about one set, as predictions read it, writes the file and prints what is known of each type.
 * @throws UserError (usage) where one of the two options is missing, or others would do nothing
 */
export async function promisedThresholds(
  values: Values,
  asked: ThresholdsAsked,
): Promise<PromisedThresholds & { model: string; data: string }> {
  const { file, recall } = optionsOf(values, asked);
  const { asking, batchSize } = asked;
  const [folder] = asked.models;
  checkWritable(file);
  const { name, records, types } = await openSet(asked.files[0], asked);
  const model = await GLiNER.fromPretrained(folder);
  const promised = await model
    .thresholdsFor(records, { recall, entityTypes: types, batchSize, labelsAtOnce: asking.labels_at_once })
    .finally(() => model.dispose());
  const result = { model: folder, data: name, ...promised };
  writeAtomically(file, `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(report(promised, file));
  return result;
}

function optionsOf(values: Values, { models, files }: ThresholdsAsked): { file: string; recall: number } {
  const { thresholds: file, recall } = values;
  if (typeof file !== "string" || typeof recall !== "string")
    throw usageError("--thresholds FILE and --recall N belong together; give both.");
  const idle = OF_SCORES.find((name) => values[name] !== undefined);
  if (idle) throw usageError(`--thresholds gives no scores, for which --${idle} is; leave one of the two out.`);
  if (models.length !== 1 || files.length !== 1)
    throw usageError(
      `--thresholds got ${models.length} models and ${files.length} files of --data, wanted one of each: thresholds are a model's, for texts of one kind.`,
    );
  const share = recall.trim() === "" ? Number.NaN : Number(recall);
  if (!(share > 0 && share < 1))
    throw usageError(`--recall got "${recall}", wanted a number between 0 and 1, such as .9.`);
  return { file, recall: share };
}

/** A row a type, then what is promised of whom. */
function report({ types, recall, thresholds }: PromisedThresholds, file: string): string {
  const rows = types.map(({ type, sentences, mentions, threshold, missed, missedAfterDecoding, precision, why }) => [
    type,
    String(sentences),
    String(mentions),
    threshold?.toFixed(4) ?? "none",
    percent(missed),
    percent(missedAfterDecoding),
    precision === undefined ? "" : percent(precision),
    why ?? "",
  ]);
  const head = ["type", "sentences", "mentions", "threshold", "missed", "decoded", "precision", ""];
  const promised = Object.keys(thresholds).length;
  const rest = types.length - promised;
  const others = rest > 0 ? `; the other ${rest} have .5 and no promise` : "";
  return `${columns([head, ...rows])}${file}: thresholds for ${promised} of ${types.length} types, which miss on average at most ${percent(1 - recall)} % of a new sentence's mentions before decoding, if it comes from where these came from${others}.\n`;
}

const percent = (share: number) => (100 * share).toFixed(1);
