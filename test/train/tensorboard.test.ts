import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { crc32c, maskedCrc32c } from "../../lib/train/tensorboard/crc32c";
import { EventFile, readEvents } from "../../lib/train/tensorboard/event-file";
import { frame, unframe } from "../../lib/train/tensorboard/records";

const scratch = mkdtempSync(join(tmpdir(), "events-"));
after(() => rmSync(scratch, { recursive: true }));

test("the checksum is Castagnoli's: the values of RFC 3720, appendix B.4", () => {
  assert.equal(crc32c(Buffer.from("123456789")), 0xe3069283);
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
  assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43);
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
  assert.equal(maskedCrc32c(Buffer.alloc(0)), 0xa282ead8);
});

test("records come back, up to the first that is cut or altered", () => {
  const file = Buffer.concat([frame(Buffer.from("one")), frame(Buffer.alloc(0)), frame(Buffer.from("three"))]);
  const texts = (bytes: Buffer) => [...unframe(bytes)].map(({ data }) => data.toString());
  assert.deepEqual(texts(file), ["one", "", "three"]);
  for (let cut = file.length - 1; cut > file.length - 21; cut--)
    assert.deepEqual(texts(file.subarray(0, cut)), ["one", ""]);
  const altered = Buffer.from(file);
  altered[13] ^= 1;
  assert.deepEqual(texts(altered), []);
});

test("events come back as they were written; a number that is none is left out", () => {
  const begun = Date.now() / 1000;
  const file = new EventFile(join(scratch, "a", "events.out.tfevents.run"));
  const edges = [0.25, 0.5, 0.75, 1];
  file.append(
    1,
    { "loss/train": 12.5, "heldout_type/größe": 0.5, nothing: Number.NaN },
    { scores: { edges, counts: [1, 0, 2, 4] } },
  );
  file.append(300_000, { "loss/train": -1.5e-3 });
  const [first, second, ...rest] = readEvents(file.path);
  assert.deepEqual(first.scalars, { "loss/train": 12.5, "heldout_type/größe": 0.5 });
  assert.deepEqual(first.histograms, { scores: { edges, counts: [1, 0, 2, 4] } });
  assert.deepEqual([second.step, second.scalars["loss/train"], rest.length], [300_000, Math.fround(-1.5e-3), 0]);
  assert.ok(first.wallTime >= begun && first.wallTime <= Date.now() / 1000);
});

test("going back keeps the version and the steps before, whatever a crash left at the end", () => {
  const file = new EventFile(join(scratch, "b.tfevents"));
  for (let step = 1; step <= 5; step++) file.append(step, { loss: step });
  truncateSync(file.path, readFileSync(file.path).length - 3);
  appendFileSync(file.path, "garbage");
  file.keepUntil(3);
  file.append(4, { loss: 40 });
  assert.deepEqual(
    readEvents(file.path).map(({ step, scalars }) => [step, scalars.loss]),
    [
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 40],
    ],
  );
  assert.match(readFileSync(file.path).subarray(0, 64).toString("latin1"), /brain\.Event:2/);
  truncateSync(file.path, 5);
  file.keepUntil(0);
  file.append(1, { loss: 1 });
  assert.match(readFileSync(file.path).subarray(0, 64).toString("latin1"), /brain\.Event:2/);
});
