/** Types under other names, by rule: what stands in a real model's prompt, and what its answers are called. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { useBackend } from "../../../lib/backend";
import { reordered } from "../../../lib/evaluate/prompts/label-order";
import { inWording, RESPELLINGS, respelled } from "../../../lib/evaluate/prompts/wording";
import { GLiNER } from "../../../lib/gliner/gliner";
import { TINY_BERT, TINY_RECORDS } from "../../tiny";

test("each rule spells a type in its own way", () => {
  const spelt = (type: string) => RESPELLINGS.map((rule) => respelled(rule, [type])[type]);
  assert.deepEqual(spelt("literary genre"), [
    "literary_genre",
    "literarygenre",
    "literary genres",
    "LITERARY GENRE",
    "Literary Genre",
  ]);
  const plurals = ["person", "university", "dish", "hours", "class", "day", "average ratings"];
  assert.deepEqual(
    plurals.map((type) => respelled("plural", [type])[type]),
    ["people", "universities", "dishes", "hours", "classes", "days", "average ratings"],
  );
  assert.throws(
    () => respelled("joined", ["new york", "newyork"]),
    /the wording "joined" gives two types the name "newyork"/,
  );
});

test("a model is asked for the other names at the same places, and answers with the types' own", async () => {
  await useBackend();
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const tokens = TINY_RECORDS.map((record) => record.tokens);
  const types = ["person", "location", "street address"];
  const wording = respelled("plural", types);
  const found = await inWording(model, wording).candidates(tokens, types, { floor: 0.05 });
  const plain = await model.candidates(tokens, types, { floor: 0.05 });
  const other = await model.candidates(tokens, ["people", "locations", "street addresses"], { floor: 0.05 });
  model.dispose();
  assert.ok(found.flat().length > 0);
  assert.notDeepEqual(found, plain, "another prompt");
  assert.deepEqual(
    found,
    other.map((spans) => spans.map((span) => ({ ...span, label: types.find((type) => wording[type] === span.label) }))),
  );
});

test("an order by name is the same for everybody, and no other's", () => {
  const types = ["a", "b", "c", "d", "e", "f"];
  assert.deepEqual(reordered(types, "reversed"), ["f", "e", "d", "c", "b", "a"]);
  const drawn = reordered(types, "shuffled");
  assert.deepEqual(reordered(types, "shuffled"), drawn);
  assert.deepEqual([...drawn].sort(), types);
  assert.ok(![types.join(), "f,e,d,c,b,a"].includes(drawn.join()));
});
