/**
 * Where Python and this library are meant to differ on texts that Python does not read whole, or not at all, on the same weights: entities
 * of words behind the encoder's limit, and half a surrogate pair. `awkward.python.ts` has the other awkward texts.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { useBackend } from "../../lib/backend";
import { SHIPPED_MODEL } from "../../lib/gliner/checkpoint/shipped";
import { GLiNER } from "../../lib/gliner/gliner";
import { AS_PYTHON } from "../../lib/gliner/reading/predict-options";
import { splitWords } from "../../lib/text/words";
import { type Found, python } from "./exchange";

const LABELS = ["person", "city", "country", "organization", "date"];
/** Low: a word that was not read is a vector of zeros, which finds little. */
const THRESHOLD = 0.01;
const SENTENCE = "Angela Merkel visited Szczebrzeszyn and Przemyśl with Światosław. ";
const TEXTS = {
  cut: SENTENCE.repeat(40),
  long: "Marie Curie lived in Paris. ".repeat(80),
  surrogate: `\ud83d ${SENTENCE}`,
};

const scratch = mkdtempSync(join(tmpdir(), "unread-"));
let model: GLiNER;
before(async () => {
  await useBackend();
  model = await GLiNER.fromPretrained(SHIPPED_MODEL);
});
after(() => {
  model.dispose();
  rmSync(scratch, { recursive: true });
});

const here = (text: string) => model.predictEntities(text, LABELS, { ...AS_PYTHON, threshold: THRESHOLD });
const clear = (list: Found[]) => list.filter(([, , , score]) => score > THRESHOLD + 1e-4);
const plain = (list: readonly Found[]) => list.map(([start, end, label]) => `${start}-${end} ${label}`);

test("Python finds entities in words that it did not read; without them the answers are the same", async (context) => {
  const folder = join(scratch, "model");
  await model.savePretrained(folder);
  const asked = join(scratch, "texts.json");
  writeFileSync(asked, JSON.stringify({ texts: Object.values(TEXTS), labels: LABELS, threshold: THRESHOLD }));
  const [cut, long, surrogate] = await python<(Found[] | string)[]>(["texts", folder, asked]);
  assert.match(String(surrogate), /^TypeError/, "half a surrogate pair is an error there");
  assert.ok((await here(TEXTS.surrogate)).length > 0, "and a sign of its own here");
  for (const [text, theirs] of [
    [TEXTS.cut, cut],
    [TEXTS.long, long],
  ] as const) {
    if (typeof theirs === "string") throw new Error(theirs);
    const words = splitWords(text);
    const [read] = model.collate([{ tokens: words.map((word) => word.text), types: LABELS }]).wordsRead;
    assert.ok(read < words.length);
    const { end } = words[read - 1];
    const ours = clear((await here(text)).map((one): Found => [one.start, one.end, one.label, one.score]));
    const beyond = theirs.filter(([, last]) => last > end);
    assert.deepEqual(plain(ours), plain(clear(theirs.filter(([, last]) => last <= end))));
    context.diagnostic(`${read} of ${words.length} words read; Python has ${beyond.length} entities beyond them`);
    if (text === TEXTS.cut) assert.ok(beyond.length > 0);
  }
});
