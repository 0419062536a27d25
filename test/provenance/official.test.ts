import assert from "node:assert/strict";
import { test } from "node:test";
import { officialDifferences } from "../../lib/gliner/recipe/official";
import { parseRecipe } from "../../lib/gliner/recipe/recipe";
import { differences } from "../../lib/provenance/difference";
import { DEFAULT_OFFICIAL, officialNames, readOfficial } from "../../lib/provenance/official";

test("every official configuration is understood, and differs from itself in nothing", () => {
  const names = officialNames();
  assert.ok(names.length >= 7 && names.includes(DEFAULT_OFFICIAL));
  for (const name of names) {
    const { model, training, era, source } = readOfficial(name);
    assert.match(source, /^urchade\/GLiNER \S+ at [0-9a-f]{40}$/);
    const recipe = parseRecipe({ model, training: { ...training, era } }, name);
    const { differences: found } = officialDifferences(
      { model: { ...recipe.model }, training: { ...recipe.training } },
      name,
    );
    assert.deepEqual(found, [], name);
  }
});

test("each key that differs is named with both values; a key of our own is no difference", () => {
  const { model, training, era } = readOfficial(DEFAULT_OFFICIAL);
  const recipe = parseRecipe(
    { model: { ...model, dropout: 0.3 }, training: { ...training, era, seed: 5, random_drop: false, eval_every: 7 } },
    "x",
  );
  const { differences: found } = officialDifferences({ model: { ...recipe.model }, training: { ...recipe.training } });
  assert.deepEqual(found, [
    { key: "model.dropout", ours: 0.3, theirs: 0.4 },
    { key: "training.random_drop", ours: false, theirs: true },
  ]);
});

test("what the code of a version did besides its yaml counts: loss, sampling, clipping, weight decay", () => {
  const { model, training } = readOfficial(DEFAULT_OFFICIAL);
  const { max_grad_norm: _, ...fromFile } = training;
  const now = parseRecipe({ model, training: fromFile }, "x");
  const keys = officialDifferences({ model: { ...now.model }, training: { ...now.training } }).differences.map(
    ({ key }) => key,
  );
  for (const key of [
    "loss_type",
    "positive_weight",
    "neg_source",
    "decay_exclusions",
    "max_grad_norm",
    "one_type_per_span",
  ])
    assert.ok(keys.includes(`training.${key}`), `${key} is not among ${keys}`);
});

test("dead keys are listed as unread: random_drop from 0.2.0 on, alpha where train.py did not pass it", () => {
  assert.deepEqual(readOfficial("config_large-2024-03-25").unread, { size_sup: -1, shuffle_types: true });
  const later = readOfficial("config-2024-08-18").unread;
  assert.deepEqual([later.random_drop, later.loss_alpha], [true, 0.75]);
});

test("a name that there is not is one sentence, also one that leads out of the folder", () => {
  for (const name of ["config_small", "../quick"])
    assert.throws(() => readOfficial(name), {
      name: "UserError",
      message: /no official configuration .*wanted one of config_large/,
    });
});

test("differences flatten sections, keep lists whole and are sorted", () => {
  assert.deepEqual(differences({ b: 1, a: { x: [1, 2], y: 3 } }, { b: 1, a: { x: [1], z: null } }), [
    { key: "a.x", ours: [1, 2], theirs: [1] },
    { key: "a.y", ours: 3, theirs: undefined },
    { key: "a.z", ours: undefined, theirs: null },
  ]);
});
