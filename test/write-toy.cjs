"use strict";
// Makes data/toy anew: `npm run -s build && node test/write-toy.cjs`. Sentences from a grammar, and a small encoder that has seen it,
// as a real encoder has seen its language: heads on it learn in seconds.
const { mkdirSync, mkdtempSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { GLiNER, train } = require("../dist/lib/index");
const { tinyEncoder } = require("../dist/test/tiny-encoder");
const { toyRecords } = require("../dist/test/toy");

const folder = join(__dirname, "..", "data", "toy");

async function main() {
  const parts = toyRecords();
  for (const [part, records] of Object.entries(parts))
    writeFileSync(join(folder, `${part}.jsonl`), records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  const scratch = mkdtempSync(join(tmpdir(), "toy-"));
  const start = join(scratch, "start");
  mkdirSync(start);
  const config = { model_name: tinyEncoder(start), hidden_size: 32, max_width: 4, max_len: 48, dropout: 0.1 };
  const model = await GLiNER.fromConfig({ ...config, span_mode: "markerV0" }, { seed: 0 });
  await train(model, parts.train, {
    num_steps: 600,
    train_batch_size: 8,
    lr_encoder: 3e-3,
    lr_others: 5e-3,
    max_grad_norm: 10,
    loss_type: "focal_logits",
    loss_alpha: 0.75,
    seed: 0,
    onStep: ({ step, loss }) => step % 50 === 0 && process.stderr.write(`${step}: ${loss}\n`),
  });
  await model.savePretrained(join(scratch, "trained"));
  mkdirSync(join(folder, "encoder"), { recursive: true });
  tinyEncoder(join(folder, "encoder"), undefined, join(scratch, "trained"));
  rmSync(scratch, { recursive: true });
}

void main();
