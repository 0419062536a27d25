/** The one way to an effect: measured here, else published, else null, which is shown as "unknown". */
import type { Effect } from "./effect";
import { measuredKey } from "./measured";
import { publishedKey } from "./published";

/** What it is worth that a key has our value and not theirs. */
export const worthOfKey = (key: string, ours: unknown, theirs: unknown): Effect | null =>
  measuredKey(key, ours, theirs) ?? publishedKey(key, ours, theirs);
