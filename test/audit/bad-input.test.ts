/** What is no input of an audit is refused in one sentence. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { verb } from "../cli/verb";
import { file, modelCopy, predictions, rewrite, scratch, trainedRun } from "./cases";

let run = "";
before(() => {
  run = trainedRun("run");
});
after(() => rmSync(scratch, { recursive: true }));

/** Runs the verb and expects one sentence on standard error. */
function refused(words: readonly string[], code: number, sentence: RegExp): void {
  const ended = verb("audit", words);
  assert.equal(ended.code, code, `${words}: ${ended.out}${ended.err}`);
  assert.match(ended.err, /^audit: [^\n]+\.\n$/);
  assert.match(ended.err, sentence);
}

test("a yaml of another program, an empty state, numbers that are no scores", () => {
  refused([file("compose.yaml", "version: 3\nservices: {a: 1}\nname: x\n")], 1, /of another program: 1 of its 3 keys/);
  refused([file("empty.yaml", "")], 1, /no mapping/);
  refused([file("trainer_state.json", {})], 1, /holds no step: its log_history is missing/);
  refused([file("trainer_state.json", { log_history: [] })], 1, /holds no step/);
  refused([file("scores.json", { AI: 470, movie: 50 })], 1, /470 is no score/);
  refused([file("scores.json", { AI: "good", movie: 50 })], 1, /"good" is no score/);
  refused([file("scores.csv", "AI,-3\nmovie,50\n")], 1, /-3 is no score/);
  refused([file("broken.json", "{")], 1, /cannot be read/);
  refused([file("list.json", [1, 2])], 1, /no training records/);
});

test("weights of another model", () => {
  const other = modelCopy(join(run, "last"), "other", { span_mode: "marker" });
  rewrite(other, (name, values) => (name.includes("out_project.3") ? undefined : values));
  refused([other], 1, /does not fit its configuration/);
});

test("no input, no such file, two runs at once, an unknown version, an unknown reference", () => {
  refused([], 2, /no input/);
  refused(["nothing-there"], 2, /does not exist/);
  refused([run, join(run, "last")], 2, /already a model folder/);
  const answers = ["one.jsonl", "other.jsonl"].map((name) => predictions(name, "mit_movie", 4, ["actor"]));
  refused(answers, 2, /other\.jsonl: there are already predictions for mit_movie/);
  refused(["config_large-2024-03-25", "--era", "7"], 2, /era/);
  refused(["config_large-2024-03-25", "--against", "nothing-there"], 2, /no file, no folder and no recipe/);
});
