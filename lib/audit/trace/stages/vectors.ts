/** The stages of the forward pass: the encoder's layers, types, words, LSTM, spans, scores and the loss. */
import type { NamedArray } from "../../../weights/tensor-file";
import { type Difference, difference } from "../difference";
import type { Dump } from "../dump";
import type { Here } from "../here";
import { absent, measured, type StageResult } from "../stage";
import { span } from "./batch";

/** What a row of a stage stands for: which rows count, and where one lies in words. */
interface Axis {
  /** Whether a row is of a text, not of its padding. */
  counts(row: number, here: Here): boolean;
  place(row: number, here: Here): string;
  /** The text that a row belongs to. */
  text(row: number, here: Here): number;
}

const SUBWORDS: Axis = {
  counts: (row, { batch }) => batch.attentionMask[row] === 1,
  text: (row, { batch }) => Math.floor(row / batch.T),
  place: (row, { batch: { T } }) => `text ${Math.floor(row / T) + 1}, subword ${(row % T) + 1}`,
};

const WORDS: Axis = {
  counts: (row, { batch: { W, textLengths } }) => row % W < textLengths[Math.floor(row / W)],
  text: (row, { batch }) => Math.floor(row / batch.W),
  place: (row, { batch: { W, tokens } }) => {
    const b = Math.floor(row / W);
    return `text ${b + 1}, word ${(row % W) + 1} (${JSON.stringify(tokens[b][row % W])})`;
  },
};

const TYPES: Axis = {
  counts: (row, { batch }) => batch.typePositions[row] >= 0,
  text: (row, { batch }) => Math.floor(row / batch.C),
  place: (row, { batch: { C, classes } }) => {
    const b = Math.floor(row / C);
    return `text ${b + 1}, type ${(row % C) + 1} (${JSON.stringify(classes[b][row % C])})`;
  },
};

const SPANS: Axis = {
  counts: (row, { batch }) => batch.spanMask[row] === 1,
  text: (row, { batch: { W, K } }) => Math.floor(row / (W * K)),
  place: span,
};

/** A row is a span with a type. */
const SCORES: Axis = {
  counts: (row, here) => {
    const { C, classes } = here.batch;
    const own = classes[SCORES.text(row, here)].length;
    return SPANS.counts(Math.floor(row / C), here) && row % C < own;
  },
  text: (row, here) => SPANS.text(Math.floor(row / here.batch.C), here),
  place: (row, here) => {
    const { C, classes } = here.batch;
    const type = classes[SCORES.text(row, here)][row % C];
    return `${span(Math.floor(row / C), here)}, type ${JSON.stringify(type)}`;
  },
};

const ALL: Axis = { counts: () => true, text: () => 0, place: () => "the batch" };

/** In the order in which they are made. */
export function vectorStages(dump: Dump, here: Here, tolerance: number): StageResult[] {
  const layers = [...here.tensors.keys()].filter((name) => name.startsWith("encoder."));
  const hasProjection = dump.tensor("tokens") !== undefined;
  const found: [string, Axis][] = [
    ...layers.map((name): [string, Axis] => [name, SUBWORDS]),
    ...(hasProjection ? [["tokens", SUBWORDS] as [string, Axis]] : []),
    ["types", TYPES],
    ["words", WORDS],
    ["lstm", WORDS],
    ["spans", SPANS],
    ["types_projected", TYPES],
    ["scores", SCORES],
    ["loss", ALL],
  ];
  return found.map(([name, axis]) => {
    const [ours, theirs] = [here.tensors.get(name), dump.tensor(name)];
    if (!ours || !theirs) return absent(titleOf(name), ours ? "not in the dump" : "not in the model here");
    return stageOf(titleOf(name), axis, { ours, theirs }, here, tolerance);
  });
}

/** What a dump's name is called where words and types have had their stage already. */
const TITLES: Readonly<Record<string, string>> = {
  types: "type vectors",
  types_projected: "type vectors, projected",
  words: "word vectors",
  spans: "span vectors",
};
const titleOf = (name: string) => TITLES[name] ?? name;

function stageOf(
  name: string,
  axis: Axis,
  { ours, theirs }: { ours: NamedArray; theirs: NamedArray },
  here: Here,
  tolerance: number,
): StageResult {
  if (ours.data.length !== theirs.data.length)
    return {
      ...measured(name, NOTHING, () => ""),
      state: "differs",
      size: 1,
      where: `shape [${ours.shape}] here, [${theirs.shape}] there`,
    };
  const width = axis === SCORES || axis === ALL ? 1 : (ours.shape.at(-1) ?? 1);
  const row = (at: number) => Math.floor(at / width);
  const counts = (at: number) => axis.counts(row(at), here);
  // Padding is as large as can be: it is no measure of a size.
  let scale = 0;
  for (let at = 0; at < theirs.data.length; at++) if (counts(at)) scale = Math.max(scale, Math.abs(theirs.data[at]));
  const found = difference(ours.data, theirs.data, { tolerance, scale, counts });
  const place = (at: number) => `${axis.place(row(at), here)}${width > 1 ? `, value ${(at % width) + 1}` : ""}`;
  const hint = hintOf(axis, found, row, here);
  return { ...measured(name, found, place), ...(hint ? { hint } : {}) };
}

const NOTHING: Difference = {
  size: 0,
  at: 0,
  ours: 0,
  theirs: 0,
  compared: 0,
  different: 0,
  places: [],
};

/** Differences in the shorter texts alone are what padding does. */
function hintOf(axis: Axis, { places }: Difference, row: (at: number) => number, here: Here): string | undefined {
  const { size, T, W, textLengths, attentionMask } = here.batch;
  if (axis === ALL || places.length === 0 || size === 1) return undefined;
  const touched = new Set(places.map((at) => axis.text(row(at), here)));
  const isFull = (b: number) => (axis === SUBWORDS ? attentionMask[b * T + T - 1] === 1 : textLengths[b] === W);
  const texts = Array.from({ length: size }, (_, b) => b);
  const short = texts.filter((b) => !isFull(b));
  if (short.length === size || short.length === 0 || touched.size !== short.length) return undefined;
  return short.every((b) => touched.has(b))
    ? "only texts shorter than the longest differ: their padding is read"
    : undefined;
}
