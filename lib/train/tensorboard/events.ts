/** Encodes and decodes TensorBoard's events: a step's scalars and histograms as protobuf bytes. */
import { fields } from "../../text/protobuf";

/**
 * The part of TensorFlow's `Event` message that scalars and histograms need, in Protocol Buffers' wire format.
 * @see tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto
 */
export interface TrainingEvent {
  /** In seconds since 1970. */
  wallTime: number;
  step: number;
  scalars: Record<string, number>;
  histograms: Record<string, Histogram>;
}

/** Counts of values between edges: `counts[i]` lie below `edges[i]` and not below the edge before it. */
export interface Histogram {
  edges: readonly number[];
  counts: readonly number[];
}

/** The first event of a file: TensorBoard reads no file without it. */
export function versionEvent(wallTime: number): Buffer {
  return Buffer.concat([double(1, wallTime), text(3, "brain.Event:2")]);
}

export function encodeEvent({ wallTime, step, scalars, histograms }: TrainingEvent): Buffer {
  const values = [
    ...Object.entries(scalars).map(([tag, value]) => Buffer.concat([text(1, tag), float(2, value)])),
    ...Object.entries(histograms).map(([tag, value]) => Buffer.concat([text(1, tag), bytes(5, histogram(value))])),
  ];
  const summary = Buffer.concat(values.map((value) => bytes(1, value)));
  return Buffer.concat([double(1, wallTime), key(2, 0), varint(step), bytes(5, summary)]);
}

/** @returns undefined for an event without a summary */
export function decodeEvent(data: Uint8Array): TrainingEvent | undefined {
  const event: TrainingEvent = { wallTime: 0, step: 0, scalars: {}, histograms: {} };
  let summary: Uint8Array | undefined;
  for (const [field, value] of fields(data)) {
    if (field === 1) event.wallTime = doubleOf(value);
    if (field === 2 && "number" in value) event.step = Number(value.number);
    if (field === 5 && "bytes" in value) summary = value.bytes;
  }
  if (!summary) return undefined;
  for (const [, value] of fields(summary)) if ("bytes" in value) decodeValue(value.bytes, event);
  return event;
}

function decodeValue(data: Uint8Array, event: TrainingEvent): void {
  let tag = "";
  for (const [field, value] of fields(data)) {
    if (!("bytes" in value)) continue;
    if (field === 1) tag = Buffer.from(value.bytes).toString("utf8");
    if (field === 2) event.scalars[tag] = Buffer.from(value.bytes).readFloatLE(0);
    if (field === 5) event.histograms[tag] = decodeHistogram(value.bytes);
  }
}

/** HistogramProto: min, max, num, sum, sum of squares (here of the middles), then edges and counts. */
function histogram({ edges, counts }: Histogram): Buffer {
  const total = counts.reduce((a, b) => a + b, 0);
  const middles = edges.map((edge, i) => (i === 0 ? edge : (edge + edges[i - 1]) / 2));
  const filled = counts.flatMap((count, i) => (count > 0 ? [i] : []));
  const sum = (power: number) => counts.reduce((all, count, i) => all + count * middles[i] ** power, 0);
  const [low, high] = filled.length ? [middles[filled[0]], middles[filled[filled.length - 1]]] : [0, 0];
  const packed = (values: readonly number[]) => Buffer.from(Float64Array.from(values).buffer);
  const head = [low, high, total, sum(1), sum(2)].map((value, i) => double(i + 1, value));
  return Buffer.concat([...head, bytes(6, packed(edges)), bytes(7, packed(counts))]);
}

function decodeHistogram(data: Uint8Array): Histogram {
  const lists: Record<number, number[]> = { 6: [], 7: [] };
  for (const [field, value] of fields(data))
    if (field in lists && "bytes" in value) lists[field] = [...new Float64Array(Uint8Array.from(value.bytes).buffer)];
  return { edges: lists[6], counts: lists[7] };
}

const doubleOf = (value: { number: bigint } | { bytes: Uint8Array }) =>
  "bytes" in value ? Buffer.from(value.bytes).readDoubleLE(0) : Number.NaN;

/** A field's number and its kind: 0 = varint, 1 = eight bytes, 2 = bytes with their length, 5 = four bytes. */
const key = (field: number, kind: number) => varint(field * 8 + kind);
const bytes = (field: number, data: Uint8Array) => Buffer.concat([key(field, 2), varint(data.length), data]);
const text = (field: number, value: string) => bytes(field, Buffer.from(value, "utf8"));

function double(field: number, value: number): Buffer {
  const data = Buffer.alloc(8);
  data.writeDoubleLE(value);
  return Buffer.concat([key(field, 1), data]);
}

function float(field: number, value: number): Buffer {
  const data = Buffer.alloc(4);
  data.writeFloatLE(value);
  return Buffer.concat([key(field, 5), data]);
}

function varint(value: number): Buffer {
  const out: number[] = [];
  for (let rest = BigInt(value); ; rest >>= 7n) {
    if (rest < 128n) return Buffer.from([...out, Number(rest)]);
    out.push(Number(rest & 127n) | 128);
  }
}
