/** Training records: under which key their negative types stand. */
import { UserError } from "../../errors";
import { isObject } from "../../files/json-object";
import type { RecordFacts } from "../evidence";

/** Every spelling that some version, or its own scripts, has used. */
export const NEGATIVE_KEYS = ["negative", "negatives", "ner_negatives"] as const;

/** @throws UserError where these are no records of GLiNER's */
export function recordFacts(records: readonly unknown[], path: string): RecordFacts {
  const sound = records.filter((record) => isObject(record) && ("tokenized_text" in record || "tokens" in record));
  if (sound.length === 0)
    throw new UserError(`${path} holds no training records; wanted objects with tokenized_text (or tokens) and ner.`);
  const named = (key: string) =>
    sound.filter((record) => Array.isArray((record as Record<string, unknown>)[key])).length;
  const counts = NEGATIVE_KEYS.map((key) => [key, named(key)] as const).filter(([, count]) => count > 0);
  return { path, count: sound.length, negativeKeys: new Map(counts) };
}
