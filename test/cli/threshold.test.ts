/** What `predict --threshold` takes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readThreshold } from "../../lib/cli/threshold";
import { says } from "../data/scratch";

const read = (threshold: string) => readThreshold({ threshold }, ["person", "a=b"]);

test("a number, or one a type; a type twice and a file that is not there are refused", () => {
  assert.equal(read(".3"), 0.3);
  assert.deepEqual(read("person=.3,a=b=.2"), { person: 0.3, "a=b": 0.2 });
  assert.throws(() => read("person=.3,person=.9"), says('--threshold names "person" twice'));
  assert.throws(() => read("none.json"), says('"none.json" is not there'));
});
