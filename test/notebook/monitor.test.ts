import assert from "node:assert/strict";
import { before, test } from "node:test";
import { useBackend } from "../../lib/backend";
import { GLiNER } from "../../lib/gliner/gliner";
import { holdOutTypes } from "../../lib/gliner/training/held-out";
import { train } from "../../lib/gliner/training/train";
import { type MimeBundle, openOutput } from "../../lib/notebook/display";
import { monitor } from "../../lib/notebook/monitor";
import { TINY_BERT, TINY_RECORDS } from "../tiny";

before(() => useBackend());

test("a run's reports become a bar, a curve of the loss and one of F1, each in its own output", async () => {
  const shown = new Map<string, MimeBundle>();
  openOutput({ display: (bundle, _, place) => void shown.set(place?.id ?? "", bundle) });
  try {
    const model = await GLiNER.fromPretrained(TINY_BERT);
    const { train: records, heldOut } = holdOutTypes(TINY_RECORDS, { types: ["product"], records: TINY_RECORDS });
    const live = monitor(8, "tiny");
    await train(model, records, { num_steps: 8, train_batch_size: 3, eval_every: 4, heldOut, onStep: live.onStep });
    live.stop();
    model.dispose();
  } finally {
    openOutput(undefined);
  }
  const [bar, loss, f1, ...more] = [...shown.values()].map((bundle) => String(bundle["text/plain"]));
  assert.match(bar, /^tiny: 8\/8 .*loss \d/);
  assert.match(loss, /^Loss of a batch: whole \S+ at 8, of mentions \S+ at 8, of everything else \S+ at 8$/);
  assert.match(f1, /^F1 during training: held-out types \S+ at 8, 95 %: low \S+ at 8, 95 %: high \S+ at 8$/);
  assert.equal(more.length, 0);
});
