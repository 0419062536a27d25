/** What the comparison of seeded cells takes for the same, and what not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { differences, sameNumbers } from "./seeded";

test("rounding is the same, another number, word or count is not", () => {
  assert.ok(sameNumbers("by    h[0]\nhand  0.1136", "by   h[0]\nhand 0.11361"));
  assert.ok(sameNumbers("2.7e-7", "3.1e-7"));
  assert.ok(!sameNumbers("F1 0.6923", "F1 0.8974"));
  assert.ok(!sameNumbers("person, city", "city, person"));
  assert.ok(!sameNumbers("1 2", "1 2 3"));
});

test("only tagged cells are compared", () => {
  const cell = (id: string, tags: string[], text: string) => ({
    id,
    cell_type: "code" as const,
    metadata: { tags },
    source: "",
    outputs: [{ output_type: "stream" as const, name: "stdout", text }],
    execution_count: 1,
  });
  const stored = { metadata: {}, cells: [cell("a", ["seeded"], "1.5"), cell("b", [], "took 3 s")] };
  const run = { metadata: {}, cells: [cell("a", ["seeded"], "1.6"), cell("b", [], "took 9 s")] };
  assert.deepEqual(
    differences(stored, run).map((one) => one.split(":")[0]),
    ["a"],
  );
  assert.deepEqual(differences(stored, stored), []);
});
