/** Draws a run's batches from the records by seed and number: from records to encoded, labelled examples. */
import type { Batch, Example } from "../../batch/collate";
import { type CorpusTypes, corpusTypes, otherNames, reworded, sampleTypes } from "../../batch/sampling";
import type { NerRecord } from "../../data/records";
import type { Wordings } from "../../data/wordings";
import { type RandomStream, randomStream } from "../../random";
import type { GLiNER } from "../gliner";
import { seedOf, type TrainingConfig } from "../recipe/training-config";

/**
 * The batches of a run: which records, in which order, asked for which types. Everything is a function of (seeds, number of
 * the batch), so that a run can begin anywhere and take the same ones.
 */
export class TrainingBatches {
  /** The types of the whole training set, where negatives are drawn from them. */
  private readonly corpus: CorpusTypes | undefined;
  private order: { epoch: number; indices: number[] } = { epoch: -1, indices: [] };

  constructor(
    private readonly model: GLiNER,
    private readonly all: readonly NerRecord[],
    private readonly config: TrainingConfig,
    private readonly wordings?: Wordings,
  ) {
    this.corpus = ["corpus", "source", "unrelated"].includes(config.neg_source)
      ? corpusTypes(all, wordings)
      : undefined;
  }

  /** The next records of the epoch's order. @param number counted from 0 over the whole run */
  records(number: number): NerRecord[] {
    const { train_batch_size: size } = this.config;
    return Array.from({ length: size }, (_, i) => this.record(number * size + i));
  }

  /** The same with the types that each is asked for. */
  examples(number: number): Example[] {
    const examples = this.draw(this.records(number), randomStream(seedOf(this.config, "types"), "types", number));
    const { wordings, config } = this;
    if (!wordings || otherNames(config) === 0) return examples;
    // A stream of its own: whether names are drawn changes neither the order nor the negatives.
    const random = randomStream(config.seed, "wordings", number);
    return examples.map((example) => reworded(example, wordings, config, random));
  }

  batch(number: number): Batch {
    return this.collate(this.examples(number));
  }

  /** Development records never change their types or names: a loss that moves is then the model's doing. */
  development(records: readonly NerRecord[]): Batch[] {
    const { train_batch_size: size, seed } = this.config;
    return Array.from({ length: Math.ceil(records.length / size) }, (_, i) =>
      this.collate(this.draw(records.slice(i * size, (i + 1) * size), randomStream(seed, "dev types", i * size))),
    );
  }

  private draw(records: readonly NerRecord[], random: RandomStream): Example[] {
    const { max_types, max_neg_type_ratio } = this.model.config;
    return sampleTypes(records, { ...this.config, max_types, max_neg_type_ratio }, random, this.corpus);
  }

  private collate(examples: readonly Example[]): Batch {
    const { preprocess_text, one_type_per_span } = this.config;
    return this.model.collate(examples, { preprocess_text, one_type_per_span });
  }

  private record(position: number): NerRecord {
    const epoch = Math.floor(position / this.all.length);
    if (this.order.epoch !== epoch) {
      const indices = this.all.map((_, i) => i);
      this.order = { epoch, indices: randomStream(seedOf(this.config, "order"), "order", epoch).shuffle(indices) };
    }
    return this.all[this.order.indices[position % this.all.length]];
  }
}
