/** Collects what a run's manifest states before training: settings, data, weights, random streams, first batch. */
import { createHash } from "node:crypto";
import type { Batch } from "../../batch/collate";
import type { Wordings } from "../../data/wordings";
import type { RunFacts } from "../../provenance/manifest";
import type { NotLearned } from "../../provenance/not-learned";
import type { GLiNER } from "../gliner";
import { DEFAULT_OFFICIAL, officialDifferences } from "../recipe/official";
import type { TrainingConfig } from "../recipe/training-config";
import type { HeldOut } from "./held-out";

/** What each named stream decides; each is seeded by the run's seed or by `<stream>_seed`, but for those that no run may change. */
const STREAMS: Record<string, string> = {
  init: "the head's weights and the embeddings of added tokens, a stream a tensor",
  order: "the order of the records, a stream an epoch",
  types: "negatives and the order of the types, a stream a batch",
  wordings: "synonyms and descriptions in place of types, a stream a batch",
  "dev types": "the same for the development records",
  dropout: "the masks, a stream a batch and place in the model",
  negatives: "which negatives the loss masks, a stream a batch",
  "held-out types": "seed 0: which types are held out, where none are named",
  "held-out records": "seed 0: which sentences an evaluation reads",
  bootstrap: "seed 0: resamples of the intervals",
};

/** What the caller knows of a run and the model does not say. */
export interface FactsGiven {
  config: TrainingConfig;
  /** The recipe's section `data`, where there is a recipe. */
  dataConfig?: Record<string, unknown>;
  data: RunFacts["data"];
  notLearned: NotLearned;
  heldOut?: HeldOut;
  wordings?: Wordings;
  selection: string;
  trained: readonly string[];
  firstBatch: Batch;
}

/** Everything that a run knows about itself before step 0. */
export function factsOf(model: GLiNER, given: FactsGiven): RunFacts {
  const { config, dataConfig = {}, data, heldOut, selection, firstBatch } = given;
  const { encoder_config, ...modelConfig } = model.config;
  const tokenizer = model.model.tokenizer.identity();
  const frozen = new Set(model.model.parameters.names());
  for (const name of given.trained) frozen.delete(name);
  return {
    config: { model: modelConfig, data: dataConfig, training: { ...config } },
    official: officialDifferences({ model: { ...modelConfig }, training: { ...config } }, DEFAULT_OFFICIAL),
    data,
    ...(given.wordings && { wordings: { name: given.wordings.name, sha256: given.wordings.sha256 } }),
    not_learned: given.notLearned,
    held_out_types: heldOut?.types ?? [],
    tokenizer,
    weights: {
      start: config.prev_path ?? modelConfig.model_name,
      parameters: model.size,
      frozen: [...frozen].reduce((sum, name) => sum + model.model.parameters.get(name).size, 0),
      sha256: parametersSha256(model),
    },
    selection,
    streams: { seed: config.seed, names: STREAMS },
    first_batch: {
      sha256: batchSha256(firstBatch),
      texts: firstBatch.size,
      subwords: firstBatch.attentionMask.reduce((a, b) => a + b, 0),
      types: firstBatch.classes,
    },
  };
}

/** Of all parameters, by name: two models with the same one compute the same. */
export function parametersSha256(model: GLiNER): string {
  const hash = createHash("sha256");
  for (const name of model.model.parameters.names().sort()) {
    const values = model.model.parameters.get(name).dataSync<"float32">();
    hash.update(name).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest("hex");
}

/** Of the ids and the labels' order: two runs with the same one begin with the same examples. */
function batchSha256({ inputIds, classes }: Batch): string {
  const ids = new Uint8Array(inputIds.buffer, inputIds.byteOffset, inputIds.byteLength);
  return createHash("sha256").update(ids).update(JSON.stringify(classes)).digest("hex");
}
