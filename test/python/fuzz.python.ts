/**
 * Damaged files that are read here, read again by torch and safetensors themselves. COUNT files (default 4,000) from SEED.
 * Where Python reads a file that is read here, both read the same; where it refuses one, the file must still hold nothing else
 * than before it was damaged.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { SafetensorsFile } from "../../lib/weights/safetensors";
import type { TensorFile } from "../../lib/weights/tensor-file";
import { TorchFile } from "../../lib/weights/torch/torch-file";
import { ROOT } from "../tiny";
import { fuzz } from "../weights/fuzz/run";
import { python } from "./exchange";

const { COUNT = "4000", SEED = "2" } = process.env;
type Described = Record<string, [shape: number[], sha256: string]>;

/** What exchange.py says of a file, said here. */
async function describe(path: string): Promise<Described> {
  const file: TensorFile = path.includes("safetensors") ? SafetensorsFile.open(path) : await TorchFile.open(path);
  try {
    return Object.fromEntries(
      [...file.entries.keys()].map((name) => {
        const { shape, data } = file.read(name);
        if (data instanceof Float32Array)
          for (let i = 0; i < data.length; i++) if (Number.isNaN(data[i])) data[i] = Number.NaN;
        const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
        return [name, [shape, createHash("sha256").update(bytes).digest("hex")]];
      }),
    );
  } finally {
    file.close();
  }
}

test("damaged files that are read here are what torch and safetensors read", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "fuzz-python-"));
  const kept = join(folder, "kept");
  mkdirSync(kept);
  const { failures } = await fuzz(join(folder, "damaged"), Number(COUNT), Number(SEED), (path, target) => {
    if (["safetensors", "zip", "pickle", "legacy"].includes(target))
      cpSync(path, join(kept, path.slice(path.lastIndexOf("/") + 1)));
  });
  assert.deepEqual(failures, []);
  const paths = readdirSync(kept).map((name) => join(kept, name));
  const theirs = await python<Record<string, Described | string>>(["tensors", ...paths]);
  const golden = await Promise.all(
    readdirSync(join(ROOT, "test/golden/torch")).map((name) => describe(join(ROOT, "test/golden/torch", name))),
  );
  const undamaged = new Set(golden.map((all) => JSON.stringify(all)));
  const refused: string[] = [];
  for (const path of paths) {
    const ours = await describe(path);
    const python = theirs[path];
    if (typeof python !== "string") assert.deepEqual(ours, python, path);
    else {
      refused.push(`${path.slice(kept.length + 1)}: ${python}`);
      assert.ok(undamaged.has(JSON.stringify(ours)), `${path}: ${python}`);
    }
  }
  context.diagnostic(`${paths.length} of ${COUNT} were read here; ${refused.length} of these Python refused`);
  for (const line of refused.slice(0, 20)) context.diagnostic(line);
  assert.ok(paths.length > 100);
  rmSync(folder, { recursive: true });
});
