import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../../lib/backend";
import { modelIdentity } from "../../../lib/gliner/checkpoint/identity";
import type { LoadOptions } from "../../../lib/gliner/checkpoint/load";
import { CheckpointError } from "../../../lib/gliner/checkpoint/misfit";
import type { Entity } from "../../../lib/gliner/entity";
import { GLiNER } from "../../../lib/gliner/gliner";
import { readSafetensors, writeSafetensors } from "../../../lib/weights/safetensors";
import { HubServer, withEnvironment } from "../../hub-server";
import { ROOT, TINY_BERT } from "../../tiny";
import { refused } from "../../weights/refused";
import * as p from "../../weights/torch/pickle-writer";

const scratch = mkdtempSync(join(tmpdir(), "load-"));
let hub: HubServer;
let wanted: Entity[];
before(async () => {
  await useBackend();
  hub = await HubServer.start();
  wanted = await entities(TINY_BERT);
  assert.ok(wanted.length > 3);
});
after(() => {
  hub.stop();
  rmSync(scratch, { recursive: true });
});

const TEXT = "Anna Smith met Boris Garcia in Paris last Tuesday.";
const LABELS = ["person", "organization", "location", "date"];

async function entities(name: string, options?: LoadOptions): Promise<Entity[]> {
  const model = await GLiNER.fromPretrained(name, options);
  const found = await model.predictEntities(TEXT, LABELS, { threshold: 0.2, flatNer: false });
  model.dispose();
  return found;
}

type Tensors = Map<string, { shape: number[]; data: Float32Array | Int32Array }>;

/** A copy of the tiny model without weights, and the weights. */
function unpack(): { folder: string; tensors: Tensors } {
  const folder = mkdtempSync(join(scratch, "model-"));
  cpSync(TINY_BERT, folder, { recursive: true });
  for (const name of readdirSync(folder)) if (name.endsWith(".safetensors")) rmSync(join(folder, name));
  return { folder, tensors: readSafetensors(join(TINY_BERT, "model.safetensors")).tensors };
}

const write = (path: string, tensors: Tensors) =>
  writeSafetensors(
    path,
    [...tensors].map(([name, { shape, data }]) => [name, shape, () => data] as const),
  );

function configure(folder: string, change: (config: Record<string, unknown>) => void): void {
  const path = join(folder, "gliner_config.json");
  const config = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  change(config);
  writeFileSync(path, JSON.stringify(config));
}

/** What torch.save writes of these tensors. */
function torchFile(tensors: Tensors): Buffer {
  const storages: Record<string, Buffer> = {};
  const state: Record<string, Buffer> = {};
  for (const [name, { shape, data }] of tensors) {
    const key = String(Object.keys(storages).length);
    storages[key] = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const strides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
    state[name] = p.tensor(p.storage(key, data.length), { shape, strides });
  }
  return p.archive(p.pickle(p.state(state)), storages);
}

test("pytorch_model.bin gives what model.safetensors gives", async () => {
  const { folder, tensors } = unpack();
  writeFileSync(join(folder, "pytorch_model.bin"), torchFile(tensors));
  assert.deepEqual(await entities(folder), wanted);
});

test("shards give it too", async () => {
  const { folder, tensors } = unpack();
  const names = [...tensors.keys()];
  const map = Object.fromEntries(names.map((name, i) => [name, `part-${i % 3}.safetensors`]));
  for (const file of new Set(Object.values(map)))
    write(join(folder, file), new Map([...tensors].filter(([name]) => map[name] === file)));
  writeFileSync(join(folder, "model.safetensors.index.json"), JSON.stringify({ weight_map: map }));
  assert.deepEqual(await entities(folder), wanted);
});

test("AllenNLP's LSTM, torch.compile's and a trainer's names are read as today's", async () => {
  const { folder, tensors } = unpack();
  const old = (name: string) =>
    name.startsWith("prompt") ? `_orig_mod.${name}` : `model.${name.replace("rnn.lstm.", "rnn._module.")}`;
  writeFileSync(
    join(folder, "pytorch_model.bin"),
    torchFile(new Map([...tensors].map(([name, tensor]) => [old(name), tensor]))),
  );
  assert.deepEqual(await entities(folder), wanted);
});

test("buffers that nothing reads are passed over, and a pooler may be missing", async () => {
  const { folder, tensors } = unpack();
  for (const name of [...tensors.keys()]) if (name.includes(".pooler.")) tensors.delete(name);
  const ids = { shape: [1, 64], data: Int32Array.from({ length: 64 }, (_, i) => i) };
  tensors.set("token_rep_layer.bert_layer.model.embeddings.position_ids", ids);
  tensors.set("cross_fuser.layers.0.weight", { shape: [1], data: Float32Array.of(1) });
  write(join(folder, "model.safetensors"), tensors);
  const model = await GLiNER.fromPretrained(folder);
  assert.deepEqual(model.randomParameters, []);
  assert.ok(model.model.parameters.has("token_rep_layer.bert_layer.model.pooler.dense.weight"), "Python wants it");
  model.dispose();
  assert.deepEqual(await entities(folder), wanted);
});

/** Weights with a tensor renamed, one reshaped, one of whole numbers. */
function misfit(): string {
  const { folder, tensors } = unpack();
  const take = (name: string) => {
    const tensor = tensors.get(name);
    assert.ok(tensor);
    tensors.delete(name);
    return tensor;
  };
  tensors.set("prompt_rep_layer.0.offset", take("prompt_rep_layer.0.bias"));
  tensors.set("rnn.lstm.bias_ih_l0", { ...take("rnn.lstm.bias_ih_l0"), shape: [2, 32] });
  const { shape } = take("prompt_rep_layer.3.bias");
  tensors.set("prompt_rep_layer.3.bias", { shape, data: new Int32Array(shape[0]) });
  write(join(folder, "model.safetensors"), tensors);
  return folder;
}

test("a strict load lists every missing, unexpected and misshaped tensor", async () => {
  await assert.rejects(GLiNER.fromPretrained(misfit()), (error) => {
    assert.ok(error instanceof CheckpointError);
    assert.deepEqual(error.misfit, {
      missing: ["prompt_rep_layer.0.bias"],
      unexpected: ["prompt_rep_layer.0.offset"],
      misshaped: [
        "rnn.lstm.bias_ih_l0 has shape [2,32], wanted [64]",
        "prompt_rep_layer.3.bias is of type I32, wanted floats",
      ],
    });
    assert.match(error.message, /missing prompt_rep_layer\.0\.bias; unexpected prompt_rep_layer\.0\.offset; rnn\.lstm/);
    return true;
  });
});

test("the message of a strict load stays short, the error itself has every name", async () => {
  const { folder, tensors } = unpack();
  write(join(folder, "model.safetensors"), new Map([["stranger", { shape: [1], data: Float32Array.of(1) }]]));
  await assert.rejects(GLiNER.fromPretrained(folder), (error) => {
    assert.ok(error instanceof CheckpointError);
    assert.equal(error.misfit.missing.length, [...tensors.keys()].filter((name) => !name.includes("pooler")).length);
    assert.match(error.message, /^[^\n]{100,900} and \d+ more missing; unexpected stranger\.$/);
    return true;
  });
});

test("a load that is not strict says what stayed random, and takes it from the seed", async () => {
  const folder = misfit();
  const random = ["rnn.lstm.bias_ih_l0", "prompt_rep_layer.0.bias", "prompt_rep_layer.3.bias"];
  const draw = async (seed: number) => {
    const model = await GLiNER.fromPretrained(folder, { strict: false, seed });
    assert.deepEqual([...model.randomParameters].sort(), [...random].sort());
    const values = random.map((name) => [...model.model.parameters.get(name).dataSync()]);
    model.dispose();
    return values;
  };
  const [first, again, other] = [await draw(3), await draw(3), await draw(4)];
  assert.deepEqual(first, again);
  assert.notDeepEqual(first, other);
  assert.ok(first.flat().every((value) => Math.abs(value) < 1));
});

test("a failed load leaves no tensor behind", async () => {
  const before = tf.memory().numTensors;
  await assert.rejects(GLiNER.fromPretrained(misfit()));
  const { folder, tensors } = unpack();
  const bytes = torchFile(tensors);
  // The last byte of the last storage, whose checksum is looked at last.
  bytes[bytes.indexOf("model/version") - 31] ^= 1;
  writeFileSync(join(folder, "pytorch_model.bin"), bytes);
  await refused(() => GLiNER.fromPretrained(folder), /a storage "\d+" of another checksum/);
  assert.equal(tf.memory().numTensors, before);
});

test("has_rnn: false has no LSTM, and weights of one are unexpected then", async () => {
  const { folder, tensors } = unpack();
  configure(folder, (config) => {
    config.has_rnn = false;
  });
  write(join(folder, "model.safetensors"), tensors);
  await refused(() => GLiNER.fromPretrained(folder), /unexpected rnn\.lstm\./);
  for (const name of [...tensors.keys()]) if (name.startsWith("rnn.")) tensors.delete(name);
  write(join(folder, "model.safetensors"), tensors);
  const model = await GLiNER.fromPretrained(folder);
  assert.equal(model.config.num_rnn_layers, 0);
  assert.deepEqual(model.randomParameters, []);
  model.dispose();
});

test('the paper\'s "marker" is markerV0', async () => {
  const { folder, tensors } = unpack();
  configure(folder, (config) => {
    config.span_mode = "marker";
  });
  write(join(folder, "model.safetensors"), tensors);
  assert.deepEqual(await entities(folder), wanted);
});

/** An encoder's own folder, as a hub has it: the tiny model's without GLiNER's tokens. */
function encoderFiles(): Record<string, Buffer> {
  const read = (name: string) => JSON.parse(readFileSync(join(TINY_BERT, name), "utf8"));
  const tokenizer = read("tokenizer.json");
  const own = ["[FLERT]", "<<ENT>>", "<<SEP>>"];
  tokenizer.added_tokens = tokenizer.added_tokens.filter(({ content }: { content: string }) => !own.includes(content));
  return Object.fromEntries(
    Object.entries({
      "config.json": read("gliner_config.json").encoder_config,
      "tokenizer.json": tokenizer,
      "tokenizer_config.json": read("tokenizer_config.json"),
    }).map(([name, value]) => [name, Buffer.from(JSON.stringify(value))]),
  );
}

/** A folder of 0.1: weights and a configuration that knows neither the encoder's own nor the tokens' ids. */
function legacy(modelName: string, ids: Record<string, number> = {}): string {
  const { folder, tensors } = unpack();
  configure(folder, (config) => {
    for (const key of ["encoder_config", "vocab_size", "class_token_index"]) delete config[key];
    Object.assign(config, ids, { model_name: modelName, lr_encoder: "1e-5", has_rnn: true });
  });
  for (const name of readdirSync(folder)) if (name !== "gliner_config.json") rmSync(join(folder, name));
  writeFileSync(join(folder, "pytorch_model.bin"), torchFile(tensors));
  return folder;
}

function encoderFolderHere(): string {
  const folder = mkdtempSync(join(scratch, "encoder-"));
  for (const [name, content] of Object.entries(encoderFiles())) writeFileSync(join(folder, name), content);
  return folder;
}

test("a folder of 0.1 takes configuration and tokenizer from its encoder", async () => {
  const encoder = encoderFolderHere();
  assert.deepEqual(await entities(legacy(encoder)), wanted);
  const { class_token_index, vocab_size } = JSON.parse(readFileSync(join(TINY_BERT, "gliner_config.json"), "utf8"));
  assert.deepEqual(await entities(legacy(encoder, { class_token_index, vocab_size })), wanted);
  const wrong = legacy(encoder, { class_token_index: class_token_index + 1, vocab_size });
  await refused(() => GLiNER.fromPretrained(wrong), /"<<ENT>>" has id \d+ in tokenizer\.json, class_token_index is/);
  // 0.2.3 to 0.2.22 added no [FLERT]: the same ids are then one lower, and the embeddings one fewer.
  const without = legacy(encoder, { class_token_index: class_token_index - 1, vocab_size: vocab_size - 1 });
  await refused(() => GLiNER.fromPretrained(without), /word_embeddings\.weight has shape \[\d+,\d+\], wanted/);
});

test("a folder of 0.1 saved again is whole, and Python's", async () => {
  const model = await GLiNER.fromPretrained(legacy(encoderFolderHere()));
  const folder = join(scratch, "renewed");
  await model.savePretrained(folder);
  model.dispose();
  const config = JSON.parse(readFileSync(join(folder, "gliner_config.json"), "utf8"));
  assert.equal(config.encoder_config.vocab_size, config.vocab_size);
  assert.deepEqual(await entities(folder), wanted);
});

const COMMIT = "ab".repeat(20);
const filesOf = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));

/** Loads with the test's hub and a cache of its own. */
const fromHub = (work: () => Promise<void>) =>
  withEnvironment({ HF_ENDPOINT: hub.endpoint, HF_HOME: mkdtempSync(join(scratch, "hub-")), HF_HUB_CACHE: "" }, work);

test("a model of the hub: loaded by its name, then offline; an old one with its encoder", () =>
  fromHub(async () => {
    const { folder, tensors } = unpack();
    write(join(folder, "model.safetensors"), tensors);
    hub.models.set("owner/tiny", { commit: COMMIT, files: filesOf(folder), large: ["model.safetensors"] });
    const lines: string[] = [];
    assert.deepEqual(await entities("owner/tiny", { log: (line) => lines.push(line) }), wanted);
    assert.ok(
      lines.some((line) => /^downloading model\.safetensors of owner\/tiny \(0\.3 MB\)$/.test(line)),
      lines.join(),
    );
    hub.models.set("owner/old", { commit: COMMIT, files: filesOf(legacy("owner/encoder")) });
    hub.models.set("owner/encoder", { commit: COMMIT, files: encoderFiles() });
    assert.deepEqual(await entities("owner/old", { log: () => undefined }), wanted);
    await withEnvironment({ HF_HUB_OFFLINE: "1" }, async () => {
      const before = hub.calls.length;
      for (const name of ["owner/tiny", "owner/old"]) assert.deepEqual(await entities(name), wanted);
      await refused(() => entities("owner/other"), /no folder owner\/other here, and .* forbids a download/);
      assert.equal(hub.calls.length, before);
    });
  }));

test("evaluate knows a model of the hub by the bytes of its files", () =>
  fromHub(async () => {
    hub.models.set("owner/tiny", { commit: COMMIT, files: filesOf(TINY_BERT), large: ["model.safetensors"] });
    const identity = await modelIdentity("owner/tiny");
    assert.deepEqual(identity, { ...(await modelIdentity(TINY_BERT)), name: "owner--tiny" });
  }));

test("a model of the hub whose only tokenizer is spm.model", () =>
  fromHub(async () => {
    const deberta = join(ROOT, "test/golden/tiny_deberta");
    const folder = mkdtempSync(join(scratch, "spm-"));
    for (const name of ["gliner_config.json", "model.safetensors", "spm.model", "added_tokens.json"])
      cpSync(join(deberta, name), join(folder, name));
    writeFileSync(join(folder, "tokenizer_config.json"), '{"do_lower_case": false, "vocab_type": "spm"}');
    hub.models.set("owner/spm", { commit: COMMIT, files: filesOf(folder) });
    const quiet = () => undefined;
    assert.deepEqual(await entities("owner/spm", { log: quiet }), await entities(deberta));
  }));

test("a model as urchade/gliner_small-v2.1 is: pytorch_model.bin, an old configuration, DeBERTa with spm.model alone", () =>
  fromHub(async () => {
    const deberta = join(ROOT, "test/golden/tiny_deberta");
    const config = JSON.parse(readFileSync(join(deberta, "gliner_config.json"), "utf8"));
    const old = {
      name: "correct",
      span_mode: "markerV0",
      hidden_size: config.hidden_size,
      max_width: config.max_width,
    };
    const training = { lr_encoder: "1e-5", num_steps: 30000, warmup_ratio: 3000, has_rnn: true, prev_path: null };
    const { tensors } = readSafetensors(join(deberta, "model.safetensors"));
    hub.models.set("owner/published", {
      commit: COMMIT,
      files: {
        "gliner_config.json": Buffer.from(JSON.stringify({ ...old, ...training, model_name: "owner/deberta" })),
        "pytorch_model.bin": torchFile(tensors),
      },
      large: ["pytorch_model.bin"],
    });
    hub.models.set("owner/deberta", {
      commit: COMMIT,
      files: {
        "config.json": Buffer.from(JSON.stringify({ ...config.encoder_config, vocab_size: 128100 })),
        "spm.model": readFileSync(join(deberta, "spm.model")),
        "tokenizer_config.json": Buffer.from('{"do_lower_case": false, "vocab_type": "spm"}'),
        "pytorch_model.bin": Buffer.from("not needed"),
      },
    });
    const options = { log: () => undefined };
    assert.deepEqual(await entities("owner/published", options), await entities(deberta));
    assert.equal(
      hub.calls.some(({ url }) => /owner\/deberta.*pytorch_model/.test(url)),
      false,
      "the encoder's weights are its own",
    );
  }));

test("what the hub does not have is said", () =>
  fromHub(async () => {
    hub.models.set("owner/bert", { commit: COMMIT, files: encoderFiles() });
    const files = filesOf(TINY_BERT);
    delete files["model.safetensors"];
    hub.models.set("owner/empty", { commit: COMMIT, files });
    const quiet = { log: () => undefined };
    await refused(
      () => entities("owner/none", quiet),
      /no folder owner\/none here, and the hub has no model "owner\/none"/,
    );
    await refused(() => entities("owner/bert", quiet), /no model "owner\/bert" with a gliner_config\.json/);
    await refused(
      () => entities("owner/empty", quiet),
      /no model "owner\/empty" with a model\.safetensors or pytorch_model/,
    );
    await refused(() => entities("owner/bert", { revision: "v9", ...quiet }), /has no revision "v9"/);
    await refused(() => entities("nobody", quiet), /model folder nobody does not exist/);
  }));

test("a configuration that claims the impossible is refused before it costs anything", async () => {
  for (const [key, value] of [
    ["num_rnn_layers", 1e9],
    ["hidden_size", 1e12],
    ["max_width", 1e9],
  ] as const) {
    const { folder, tensors } = unpack();
    write(join(folder, "model.safetensors"), tensors);
    configure(folder, (config) => {
      config[key] = value;
    });
    await refused(() => GLiNER.fromPretrained(folder), new RegExp(`"${key}" is ${value}`));
  }
  for (const key of ["num_hidden_layers", "hidden_size", "vocab_size", "intermediate_size"]) {
    const { folder, tensors } = unpack();
    write(join(folder, "model.safetensors"), tensors);
    configure(folder, (config) => {
      (config.encoder_config as Record<string, unknown>)[key] = 1e15;
    });
    await refused(() => GLiNER.fromPretrained(folder), new RegExp(`"${key}" is 1000000000000000`));
  }
  const { folder } = unpack();
  write(join(folder, "model.safetensors"), new Map());
  configure(folder, (config) => {
    config.hidden_size = 900_000;
  });
  await refused(() => GLiNER.fromPretrained(folder, { strict: false }), /would leave 3\.4e\+13 values random/);
});

test("a damaged tokenizer is refused in one sentence", async () => {
  for (const [content, reason] of [
    ["{}", /has no "model"/],
    ['{"model":{"type":"Nonsense"}}', /tokenizer/],
    ['{"model":{"type":"WordPiece","vocab":3},"added_tokens":[null]}', /tokenizer/],
  ] as const) {
    const { folder, tensors } = unpack();
    write(join(folder, "model.safetensors"), tensors);
    writeFileSync(join(folder, "tokenizer.json"), content);
    await refused(() => GLiNER.fromPretrained(folder), reason);
  }
});
