import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import {
  findCheckpoint,
  readTrainerState,
  replaceFolder,
  restoreOptimizer,
  saveTrainerState,
} from "../../lib/train/checkpoint";
import type { RunIdentity } from "../../lib/train/identity";
import { AdamW } from "../../lib/train/optimizer";

before(() => useBackend());
const scratch = mkdtempSync(join(tmpdir(), "checkpoint-"));
after(() => rmSync(scratch, { recursive: true }));

const IDENTITY: RunIdentity = {
  settings: { lr_others: 0.001, seed: 3, held_out_types: ["city"] },
  data: { train_data: { name: "corpus:train", sha256: "aa" } },
};

/** An optimiser with one parameter that has had two updates. */
function optimizer() {
  const variables = new Map([["w", tf.variable(tf.tensor1d([1, 2]))]]);
  const made = new AdamW(variables, [{ names: ["w"], learningRate: 0.1, weightDecay: 0 }]);
  return {
    made,
    update: () => made.apply(new Map([["w", tf.tensor1d([0.5, -3])]]), 1),
    w: variables.get("w") as tf.Variable,
  };
}

function save(name: string) {
  const folder = join(scratch, name);
  const { made, update, w } = optimizer();
  update();
  update();
  replaceFolder(folder, (temporary) => {
    writeFileSync(join(temporary, "model.safetensors"), "weights");
    saveTrainerState(temporary, made, { step: 7, identity: IDENTITY, memory: { clipped: 2 } }, ["model.safetensors"]);
  });
  return { folder, made, update, w };
}

test("an optimiser that is saved and taken up again goes on bit for bit", () => {
  const { folder, update, w } = save("exact");
  const other = optimizer();
  other.w.assign(w);
  const state = readTrainerState(folder, IDENTITY);
  assert.deepEqual([state.step, state.memory], [7, { clipped: 2 }]);
  restoreOptimizer(folder, other.made);
  for (let i = 0; i < 3; i++) {
    update();
    other.update();
  }
  assert.deepEqual(other.w.dataSync(), w.dataSync());
});

test("settings or data that changed are named, and nothing is taken up", () => {
  const { folder } = save("changed");
  const cases: [RunIdentity, RegExp][] = [
    [
      { ...IDENTITY, settings: { ...IDENTITY.settings, lr_others: 5e-4 } },
      /another configuration: "lr_others" was 0\.001 and is 0\.0005 now; resume/,
    ],
    [
      { ...IDENTITY, settings: { ...IDENTITY.settings, held_out_types: [] } },
      /"held_out_types" was \["city"\] and is \[\] now/,
    ],
    [{ ...IDENTITY, settings: { lr_others: 0.001, held_out_types: ["city"] } }, /"seed" was 3 and is unset now/],
    [
      { ...IDENTITY, data: { train_data: { name: "corpus:train", sha256: "bb" } } },
      /other data: train_data was corpus:train and is corpus:train now, with other records/,
    ],
    [{ ...IDENTITY, data: {} }, /other data: train_data was corpus:train and is none now/],
  ];
  for (const [identity, message] of cases)
    assert.throws(() => readTrainerState(folder, identity), { name: "UserError", message });
  readTrainerState(folder, IDENTITY);
});

test("a checkpoint that is truncated, altered or incomplete is refused in one sentence", () => {
  const damage: [string, (folder: string) => void, RegExp][] = [
    [
      "optimizer",
      (folder) => truncateSync(join(folder, "optimizer.safetensors"), 20),
      /optimizer\.safetensors is damaged/,
    ],
    [
      "weights",
      (folder) => writeFileSync(join(folder, "model.safetensors"), "Weights"),
      /model\.safetensors is damaged/,
    ],
    ["gone", (folder) => rmSync(join(folder, "model.safetensors")), /model\.safetensors is missing/],
    ["half", (folder) => truncateSync(join(folder, "trainer_state.json"), 30), /trainer_state\.json cannot be read/],
    ["other", (folder) => writeFileSync(join(folder, "trainer_state.json"), "[]"), /is not the state of a run/],
    [
      "old",
      (folder) => writeFileSync(join(folder, "trainer_state.json"), '{"step": 3, "fingerprint": "x"}'),
      /format 1, wanted 2/,
    ],
  ];
  for (const [name, harm, message] of damage) {
    const { folder } = save(`damaged-${name}`);
    harm(folder);
    assert.throws(
      () => readTrainerState(folder, IDENTITY),
      (error: Error) => {
        assert.equal(error.name, "UserError");
        assert.match(error.message, message);
        assert.ok(!error.message.includes("\n"));
        return true;
      },
    );
  }
});

/** Stops at every point at which a crash could come, by throwing there, and looks at what is left. */
test("wherever the writing of a folder is cut, a whole checkpoint is found", () => {
  const folder = join(scratch, "cut");
  const write = (value: string) => (temporary: string) => {
    writeFileSync(join(temporary, "trainer_state.json"), value);
  };
  const found = () => {
    const checkpoint = findCheckpoint(folder);
    return checkpoint && readFileSync(join(checkpoint, "trainer_state.json"), "utf8");
  };
  replaceFolder(folder, write("1"));
  assert.throws(
    () =>
      replaceFolder(folder, () => {
        throw new Error("no space left on device");
      }),
    /cannot write the checkpoint .*: no space left on device; the one before it is kept\.$/,
  );
  assert.equal(found(), "1");
  assert.deepEqual(
    readdirSync(scratch).filter((name) => name.startsWith("cut.")),
    [],
    "what was half written is gone",
  );
  // Killed between the two renames: the old one has its other name, the new one is whole.
  renameSync(folder, `${folder}.previous`);
  mkdirSync(`${folder}.writing`);
  write("half")(`${folder}.writing`);
  assert.equal(found(), "1");
  // The next checkpoint: the only good one is not removed before the new one has its name.
  replaceFolder(folder, (temporary) => {
    assert.ok(existsSync(`${folder}.previous`));
    write("2")(temporary);
  });
  assert.equal(found(), "2");
  assert.ok(!existsSync(`${folder}.previous`) && !existsSync(`${folder}.writing`));
});

test("a folder that cannot be written is one sentence", () => {
  const file = join(scratch, "file");
  writeFileSync(file, "");
  assert.throws(() => replaceFolder(join(file, "last"), () => undefined), {
    name: "UserError",
    message: /cannot write the checkpoint/,
  });
});
