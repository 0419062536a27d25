/**
 * GLiNER-large as its official yaml builds it, with random weights, written and read back: names, shapes and every value, and no
 * more memory than twice the file. Each way runs in a process of its own, whose peak is then its own.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { type PublishedModel, publishedModels } from "../../lib/gliner/checkpoint/published";
import { saveModel } from "../../lib/gliner/checkpoint/save";
import { GLiNER } from "../../lib/gliner/gliner";
import { initialValues } from "../../lib/model/initialise";
import { modelShapes } from "../../lib/model/uni-encoder-span";
import { SubwordTokenizer } from "../../lib/text/tokenizer";
import { Parameters } from "../../lib/weights/parameters";
import { SafetensorsFile } from "../../lib/weights/safetensors";
import { ROOT } from "../tiny";

const PARAMETERS = 459_495_168;

/** What a process says at its end. */
interface Report {
  /** sha256 of every tensor, by name. */
  digests: Record<string, string>;
  shapes: Record<string, readonly number[]>;
  /** Bytes. */
  peak: number;
  seconds: number;
}

const scratch = mkdtempSync(join(tmpdir(), "gliner-large-"));
const WORK = process.env.GLINER_LARGE;

if (WORK) void work(WORK, process.argv[2]);
else {
  after(() => rmSync(scratch, { recursive: true }));
  test("GLiNER-large is written and read back, within twice the file's size", (context) => {
    const folder = join(scratch, "model");
    const written = run("write", folder);
    const path = join(folder, "model.safetensors");
    const bytes = statSync(path).size;
    const file = SafetensorsFile.open(path);
    const stored = [...file.entries].map(([name, { shape }]) => [name, [...shape]] as const);
    file.close();
    assert.deepEqual(new Map(stored), new Map(modelShapes(official().config, official().encoder)), "names and shapes");
    const read = run("read", folder);
    assert.deepEqual(read.shapes, written.shapes);
    assert.deepEqual(read.digests, written.digests);
    for (const [what, { peak, seconds }] of Object.entries({ written, read })) {
      context.diagnostic(
        `${what} in ${seconds.toFixed(0)} s, peak ${gigabytes(peak)} GB, the file ${gigabytes(bytes)} GB`,
      );
      assert.ok(peak < 2 * bytes, `${what}: peak ${peak}, file ${bytes}`);
    }
  });
}

const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(2);

function run(work: string, folder: string): Report {
  const env = { ...process.env, GLINER_LARGE: work, NODE_TEST_CONTEXT: undefined };
  const { status, stdout, stderr } = spawnSync(process.execPath, [__filename, folder], {
    env,
    encoding: "utf8",
    maxBuffer: 1e8,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Report;
}

async function work(what: string, folder: string): Promise<void> {
  await useBackend();
  const start = performance.now();
  const parameters = what === "write" ? write(folder) : (await GLiNER.fromPretrained(folder)).model.parameters;
  const seconds = (performance.now() - start) / 1000;
  const peak = process.resourceUsage().maxRSS * 1024;
  assert.equal(parameters.count(), PARAMETERS);
  const entries = [...parameters.entries()];
  const report: Report = {
    digests: Object.fromEntries(entries.map(([name, variable]) => [name, digest(variable)])),
    shapes: Object.fromEntries(entries.map(([name, variable]) => [name, variable.shape])),
    peak,
    seconds,
  };
  process.stdout.write(JSON.stringify(report));
}

function digest(variable: tf.Variable): string {
  const values = variable.dataSync<"float32">();
  return createHash("sha256")
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex");
}

function official(): PublishedModel {
  const found = publishedModels().find(({ name }) => name === "GLiNER-large, official yaml");
  assert.ok(found);
  return found;
}

/** Builds the model in memory and saves it as a user would. */
function write(folder: string): Parameters {
  const { config: published, encoder } = official();
  // A small tokenizer's ids are valid in the large vocabulary; the class token is its own.
  const tokenizer = SubwordTokenizer.load(join(ROOT, "test/golden/tiny_deberta"));
  const config = { ...published, class_token_index: Number(tokenizer.tokenId(published.ent_token)) };
  const parameters = new Parameters();
  const shapes = modelShapes(config, encoder);
  for (const [name, shape] of shapes) parameters.set(name, initialValues(name, shapes, 0), shape);
  saveModel(
    { config, encoder, parameters, tokenizer, encoderJson: { ...encoder }, random: [], precision: "float32" },
    folder,
  );
  return parameters;
}
