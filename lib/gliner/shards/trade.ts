/** What a worker does with shards: asks the model that they name. */

import { UserError } from "../../errors";
import { predict } from "../../evaluate/predictions/predict";
import { type Announcement, refuseOther } from "../../queue/announcement";
import type { Trade } from "../../queue/worker";
import { modelIdentity } from "../checkpoint/identity";
import { GLiNER } from "../gliner";
import { inLabelChunks } from "../reading/label-chunks";
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

/** One model at a time is held in memory: that of the last shard. */
export function shardTrade(): Trade<Shard, Answers> {
  let held: { sha256: string; model: GLiNER } | undefined;
  const modelOf = async (shard: Shard, work: Announcement) => {
    const { name, sha256 } = shard.model;
    if (held?.sha256 === sha256) return held.model;
    held?.model.dispose();
    held = undefined;
    const model = await GLiNER.fromPretrained(name);
    // Only now: a folder that was changed while it was read is another model.
    refuseOther(work, { [`model ${name}`]: (await modelIdentity(name)).sha256 });
    held = { sha256, model };
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
  const { set, tokens, labels, floor, batchSize, labelsAtOnce } = shard;
  const reader = labelsAtOnce === undefined ? model : inLabelChunks(model, labelsAtOnce);
  const records = tokens.map((words) => ({ tokens: words, ner: [] }));
  const task = { model: shard.model, name: set, records, labels, labelsAtOnce, floor };
  return { texts: predictionsOf(await predict(reader, task, { batchSize, ...told })) };
}
