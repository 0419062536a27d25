/** What a worker does with shards: asks the model that they name. */
import { isDeepStrictEqual } from "node:util";
import { UserError } from "../../errors";
import { predict } from "../../evaluate/predictions/predict";
import type { Asking } from "../../evaluate/prompts/asking";
import { type Announcement, refuseOther } from "../../queue/announcement";
import type { Trade } from "../../queue/worker";
import { modelIdentity } from "../checkpoint/identity";
import type { GLiNER } from "../gliner";
import { askedReader, loadAsked } from "../reading/asked";
import { SHARDS } from "./order";
import {
  type Answers,
  predictionsOf,
  type RecordAnswers,
  type RecordShard,
  type Shard,
  type TextAnswers,
  type TextShard,
  titleOfShard,
} from "./shard";

const MODEL = /^model (.*)$/s;

/** One model at a time is held in memory: that of the last shard, loaded as it asked. */
export function shardTrade(): Trade<Shard, Answers> {
  let held: { sha256: string; asking: Asking; model: GLiNER } | undefined;
  const modelOf = async (shard: Shard, work: Announcement) => {
    const { name, sha256 } = shard.model;
    const asking = shard.kind === "records" ? shard.asking : {};
    if (held?.sha256 === sha256 && isDeepStrictEqual(held.asking, asking)) return held.model;
    held?.model.dispose();
    held = undefined;
    const model = await loadAsked(name, asking);
    // Only now: a folder that was changed while it was read is another model.
    refuseOther(work, { [`model ${name}`]: (await modelIdentity(name)).sha256 });
    held = { sha256, asking, model };
    return model;
  };
  return {
    kind: SHARDS,
    // One model computes on all cores.
    together: false,
    async admit(work) {
      refuseOther(work, {});
      for (const key of Object.keys(work.data))
        refuseOther(work, { [key]: await hashHere(MODEL.exec(key)?.[1] ?? "") });
    },
    title: titleOfShard,
    async perform(shard, work, { signal, onProgress }) {
      const model = await modelOf(shard, work);
      const told = {
        signal,
        onProgress: (done: number, all: number) => onProgress(done / all, `${done} of ${all} texts`),
      };
      return shard.kind === "texts" ? answerTexts(model, shard, told) : answerRecords(model, shard, told);
    },
  };
}

async function hashHere(name: string): Promise<string> {
  try {
    return (await modelIdentity(name)).sha256;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`refused: this worker does not have the model ${name}: ${error.message}`);
  }
}

interface Told {
  signal: AbortSignal;
  onProgress(done: number, all: number): void;
}

/** As `predict --lines` reads them. */
export async function answerTexts(model: GLiNER, shard: TextShard, told: Told): Promise<TextAnswers> {
  const lost = new Map<number, number>();
  const before = model.textsInWindows;
  const entities = await model.inference(shard.texts, shard.labels, {
    ...shard.options,
    ...told,
    onWordsLost: (text, words) => void lost.set(text, (lost.get(text) ?? 0) + words),
  });
  return { entities, lost: [...lost], in_windows: model.textsInWindows - before };
}

/** As `evaluate` asks them. */
export async function answerRecords(model: GLiNER, shard: RecordShard, told: Told): Promise<RecordAnswers> {
  const { set, tokens, labels, floor, batchSize, asking } = shard;
  const records = tokens.map((words) => ({ tokens: words, ner: [] }));
  const task = { model: shard.model, name: set, records, labels, labelsAtOnce: asking.labels_at_once, floor };
  return { texts: predictionsOf(await predict(askedReader(model, asking, labels), task, { batchSize, ...told })) };
}
