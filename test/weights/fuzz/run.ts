import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../lib/errors";
import { readJsonObject } from "../../../lib/files/json-object";
import { parseConfig } from "../../../lib/model/config";
import { type RandomStream, randomStream } from "../../../lib/random";
import { readSentencePiece } from "../../../lib/text/sentencepiece";
import { SubwordTokenizer } from "../../../lib/text/tokenizer";
import { openCompact, writeCompact } from "../../../lib/weights/compact";
import { SafetensorsFile } from "../../../lib/weights/safetensors";
import { readIndex } from "../../../lib/weights/sharded";
import type { TensorFile } from "../../../lib/weights/tensor-file";
import { TorchFile } from "../../../lib/weights/torch/torch-file";
import { storedZip } from "../../backend/stored-zip";
import { ROOT } from "../../tiny";
import { mutate } from "./mutate";
import { members, type Read, readSafetensors, readTorch } from "./oracle";

/**
 * Damaged files, thousands of them: each is either refused by a UserError, or read as the oracle reads it. Anything else that is
 * thrown, and any other value, is a failure, and the file is kept.
 */

export interface FuzzResult {
  refused: number;
  read: number;
  /** Files that were neither, by their path. */
  failures: { path: string; why: string }[];
  /** Milliseconds of the slowest file. */
  slowest: number;
}

/** One kind of file: what is damaged, and how it is read. */
interface Target {
  name: string;
  seeds: readonly Buffer[];
  /** Damages a seed; by default its bytes. */
  damage?(seed: Buffer, random: RandomStream, seeds: readonly Buffer[]): Buffer;
  /** @throws UserError where the file is refused, AssertionError where it is read wrongly */
  read(path: string, bytes: Buffer): Promise<void>;
}

const GOLDEN = join(ROOT, "test/golden");
const golden = (folder: string, pattern: RegExp) =>
  readdirSync(join(GOLDEN, folder))
    .filter((name) => pattern.test(name))
    .map((name) => readFileSync(join(GOLDEN, folder, name)));

/** @param folder for the damaged files */
export async function fuzz(
  folder: string,
  count: number,
  seed: number,
  onRead: (path: string, target: string) => void = () => undefined,
): Promise<FuzzResult> {
  const result: FuzzResult = { refused: 0, read: 0, failures: [], slowest: 0 };
  const targets = makeTargets(folder);
  for (let i = 0; i < count; i++) {
    const target = targets[i % targets.length];
    const random = randomStream(seed, "fuzz", target.name, i);
    const original = target.seeds[random.integer(0, target.seeds.length - 1)];
    const damage = target.damage ?? mutate;
    const bytes = damage(original, random, target.seeds);
    const path = join(folder, `${target.name}-${i}`);
    writeFileSync(path, bytes);
    const start = performance.now();
    try {
      await target.read(path, bytes);
      result.read++;
      onRead(path, target.name);
    } catch (error) {
      if (error instanceof UserError) result.refused++;
      else result.failures.push({ path, why: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
    result.slowest = Math.max(result.slowest, performance.now() - start);
    const kept = result.failures.at(-1)?.path === path;
    if (!kept) writeFileSync(path, "");
  }
  return result;
}

function makeTargets(folder: string): Target[] {
  mkdirSync(folder, { recursive: true });
  const zips = golden("torch", /^(?!legacy).*\.bin$/);
  return [
    {
      name: "safetensors",
      seeds: golden("torch", /\.safetensors$/),
      read: readsAs(SafetensorsFile.open, readSafetensors),
    },
    { name: "zip", seeds: zips, read: readsAs(TorchFile.open, readTorch) },
    { name: "pickle", seeds: zips, damage: damagePickle, read: readsAs(TorchFile.open, readTorch) },
    { name: "legacy", seeds: golden("torch", /^legacy.*\.bin$/), read: readsAs(TorchFile.open, readTorch) },
    compactTarget(folder),
    ...jsonTargets(),
  ];
}

/** The same tensors by the library and by the oracle, every value. */
function readsAs(
  open: (path: string) => TensorFile | Promise<TensorFile>,
  oracle: (bytes: Buffer) => Read,
): Target["read"] {
  return async (path, bytes) => {
    const file = await open(path);
    try {
      const ours = [...file.entries].map(([name]) => {
        const { shape, data } = file.read(name);
        return [name, { shape, values: [...data] }] as const;
      });
      assert.deepEqual(new Map(ours), oracle(bytes));
    } finally {
      file.close();
    }
  };
}

/** Damage behind the checksum: the pickle alone, in a zip that is sound. */
function damagePickle(seed: Buffer, random: RandomStream, seeds: readonly Buffer[]): Buffer {
  const all = members(seed);
  const pickles = seeds.map((other) => pickleOf(members(other)));
  return storedZip(
    [...all].map(([name, content]) => {
      return { name, content: name.endsWith("/data.pkl") ? mutate(content, random, pickles) : content };
    }),
  );
}

const pickleOf = (all: Map<string, Buffer>) =>
  [...all].find(([name]) => name.endsWith("/data.pkl"))?.[1] ?? Buffer.alloc(1);

/** The oracle of the compact form: eight bits times a scale, from the safetensors oracle. */
function compactTarget(folder: string): Target {
  const path = join(folder, "compact-seed");
  const values = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i));
  writeCompact(
    path,
    [
      ["matrix", [4, 3], () => values],
      ["vector", [12], () => values],
    ],
    "int8",
  );
  const oracle = (bytes: Buffer): Read => {
    const stored = readSafetensors(bytes);
    const found: Read = new Map();
    for (const [name, { shape, values: own }] of stored) {
      const scales = stored.get(`${name}.scale`)?.values;
      const row = (i: number) => Math.floor(i / (own.length / (scales?.length ?? 1)));
      if (!name.endsWith(".scale") || !stored.has(name.slice(0, -6)))
        found.set(name, { shape, values: scales ? own.map((v, i) => Math.fround(v * scales[row(i)])) : own });
    }
    return found;
  };
  const nowhere = async (): Promise<TensorFile> => {
    throw new UserError("there is no encoder here.");
  };
  const open = (file: string) => openCompact(file, nowhere);
  return { name: "compact", seeds: [readFileSync(path)], read: readsAs(open, oracle) };
}

/** Files of JSON: what is read of them is what JSON.parse finds there. */
function jsonTargets(): Target[] {
  const index = Buffer.from('{"metadata":{"total_size":9},"weight_map":{"a.b":"m-1.safetensors","c":"m-2.bin"}}');
  const configs = ["tiny_bert", "tiny_deberta"].flatMap((name) => golden(name, /^gliner_config\.json$/));
  return [
    {
      name: "index",
      seeds: [index],
      read: async (path, bytes) =>
        assert.deepEqual(readIndex(path), new Map(Object.entries(JSON.parse(bytes.toString()).weight_map))),
    },
    {
      name: "config",
      seeds: configs,
      read: async (path, bytes) => {
        const { config } = parseConfig(readJsonObject(path, "a configuration"), path);
        const written = JSON.parse(bytes.toString());
        for (const key of [
          "max_width",
          "hidden_size",
          "dropout",
          "span_mode",
          "ent_token",
          "class_token_index",
        ] as const)
          if (Object.hasOwn(written, key)) assert.equal(config[key], written[key], key);
      },
    },
    { name: "tokenizer", seeds: golden("tiny_bert", /^tokenizer\.json$/), read: readTokenizer },
    {
      name: "spm",
      seeds: golden("tiny_deberta", /^spm\.model$/),
      read: async (path) => assert.ok(readSentencePiece(path).pieces.length > 0),
    },
  ];
}

/** No oracle but the library itself: a damaged tokenizer may be another tokenizer, but it answers. */
async function readTokenizer(path: string): Promise<void> {
  const folder = `${path}.folder`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "tokenizer.json"), readFileSync(path));
  writeFileSync(join(folder, "tokenizer_config.json"), readFileSync(join(GOLDEN, "tiny_bert/tokenizer_config.json")));
  const tokenizer = SubwordTokenizer.load(folder);
  assert.ok(tokenizer.size > 0);
}
