/** The stages of a batch as arrays of whole numbers: ids, masks, labels. */
import type { Dump } from "../dump";
import type { Here } from "../here";
import { absent, exact, type StageResult } from "../stage";

/** Each with what its axes are. */
const ARRAYS: readonly { name: string; place(at: number, here: Here): string }[] = [
  { name: "ids", place: subword },
  { name: "attention_mask", place: subword },
  { name: "words_mask", place: subword },
  { name: "span_mask", place: (at, here) => span(at, here) },
  {
    name: "labels",
    place: (at, here) => {
      const { W, K, C, classes } = here.batch;
      const b = Math.floor(at / (W * K * C));
      return `${span(Math.floor(at / C), here)}, type ${JSON.stringify(classes[b][at % C] ?? "(none)")}`;
    },
  },
];

/** All of them, in the order in which they are made. */
export function batchStages(dump: Dump, here: Here): StageResult[] {
  return ARRAYS.map(({ name, place }) => {
    const theirs = dump.tensor(name);
    const ours = here.tensors.get(name);
    if (!theirs || !ours) return absent(name, "not in the dump");
    if (theirs.data.length !== ours.data.length)
      return exact(name, 0, [`shape [${ours.shape}] here, [${theirs.shape}] there`]);
    const places = [...theirs.data.keys()].filter((at) => theirs.data[at] !== ours.data[at]);
    const words = places.map((at) => `${place(at, here)}: ${ours.data[at]} here, ${theirs.data[at]} there`);
    return exact(name, theirs.data.length, words);
  });
}

function subword(at: number, { batch: { T } }: Here): string {
  return `text ${Math.floor(at / T) + 1}, subword ${(at % T) + 1} of ${T}`;
}

/** A span by its words. @param at its place in [B, W, K] */
export function span(at: number, { batch: { W, K, tokens } }: Here): string {
  const b = Math.floor(at / (W * K));
  const start = Math.floor(at / K) % W;
  const words = tokens[b].slice(start, start + (at % K) + 1).join(" ");
  return `text ${b + 1}, words ${start + 1} to ${start + (at % K) + 1} (${JSON.stringify(words)})`;
}
