import assert from "node:assert/strict";
import { test } from "node:test";
import { randomStream } from "../lib/random";

test("a stream depends on seed, name and index, and on nothing drawn before", () => {
  const first = randomStream(1, "order", 3).uint32();
  randomStream(1, "order", 2).uint32();
  assert.equal(randomStream(1, "order", 3).uint32(), first);
  const others = [
    randomStream(2, "order", 3),
    randomStream(1, "types", 3),
    randomStream(1, "order", 4),
    randomStream(1, "order"),
  ];
  for (const other of others) assert.notEqual(other.uint32(), first);
});

test("numbers are uniform, normal ones are normal, shuffles are fair", () => {
  const random = randomStream(0, "check");
  const n = 200_000;
  let sum = 0;
  let square = 0;
  for (let i = 0; i < n; i++) sum += random.uniform();
  assert.ok(Math.abs(sum / n - 0.5) < 0.005, `mean ${sum / n}`);
  for (let i = 0; i < n; i++) square += random.normal() ** 2;
  assert.ok(Math.abs(square / n - 1) < 0.02, `variance ${square / n}`);
  const firsts = new Map<number, number>();
  for (let i = 0; i < 30_000; i++) {
    const [first] = random.shuffle([0, 1, 2]);
    firsts.set(first, (firsts.get(first) ?? 0) + 1);
  }
  for (const count of firsts.values()) assert.ok(Math.abs(count - 10_000) < 400, `${count}`);
});

test("integer includes both ends and shuffle leaves its argument alone", () => {
  const random = randomStream(5, "ends");
  const seen = new Set(Array.from({ length: 200 }, () => random.integer(2, 4)));
  assert.deepEqual([...seen].sort(), [2, 3, 4]);
  const list = [1, 2, 3, 4];
  assert.deepEqual(random.shuffle(list).sort(), list);
  assert.deepEqual(list, [1, 2, 3, 4]);
});

test("numbers drawn in bulk are those drawn one by one, and the stream goes on behind them", () => {
  const [bulk, single] = [randomStream(3, "bulk"), randomStream(3, "bulk")];
  for (const n of [0, 1, 5, 1000]) {
    const drawn = new Uint32Array(n);
    bulk.fillUint32(drawn);
    assert.deepEqual(
      [...drawn],
      Array.from({ length: n }, () => single.uint32()),
    );
    assert.equal(bulk.uniform(), single.uniform());
  }
});
