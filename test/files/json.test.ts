import assert from "node:assert/strict";
import { test } from "node:test";
import { readJson } from "../../lib/files/json";
import { readJsonObject } from "../../lib/files/json-object";
import { readNotebook } from "../../lib/kernel/runner/nbformat";
import { readFields } from "../../lib/study/fields";
import { Scratch } from "../data/scratch";

const scratch = new Scratch("json");

test("bytes that are not UTF-8 are an error that names the place, never replaced in silence", () => {
  const latin = (name: string, text: string) => scratch.file(name, Buffer.from(text, "latin1"));
  const json = latin("latin.json", '{\n"name": "caf\u00e9"}');
  const wanted = { name: "UserError", message: /latin\.\w+, line 2: byte 13 \(0xe9\) is not UTF-8/ };
  assert.throws(() => readJson(json), wanted);
  assert.throws(() => readJsonObject(json, "a model's configuration"), wanted);
  assert.throws(() => readNotebook(latin("latin.ipynb", '{\n"name": "caf\u00e9"}')), wanted);
  assert.throws(() => readFields(latin("latin.yaml", '{\n"name": "caf\u00e9"}'), "a plan"), wanted);
});

test("what is missing or cut is named", () => {
  assert.throws(() => readJson(`${scratch.folder}/none.json`), {
    name: "UserError",
    message: /none\.json cannot be read/,
  });
  assert.throws(() => readJson(scratch.file("cut.json", '{"a":'), "the manifest"), /the manifest cannot be read/);
  assert.deepEqual(readJson(scratch.file("whole.json", '{"a": [1, "東"]}')), { a: [1, "東"] });
});
