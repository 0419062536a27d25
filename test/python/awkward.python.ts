/** 78 awkward texts, the same weights here and in Python: the same entities, or a difference whose cause has a name. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { useBackend } from "../../lib/backend";
import { SHIPPED_MODEL } from "../../lib/gliner/checkpoint/shipped";
import { GLiNER } from "../../lib/gliner/gliner";
import { codePointOffsets } from "../../lib/text/offsets";
import { splitWords } from "../../lib/text/words";
import { AWKWARD, LABELS } from "./awkward-texts";
import { type Found, python } from "./exchange";

const THRESHOLD = 0.3;
const scratch = mkdtempSync(join(tmpdir(), "awkward-"));
let model: GLiNER;
before(async () => {
  await useBackend();
  model = await GLiNER.fromPretrained(SHIPPED_MODEL);
});
after(() => {
  model.dispose();
  rmSync(scratch, { recursive: true });
});

/** What is found here, as Python reads (no windows), with Python's offsets. */
async function here(text: string): Promise<Found[]> {
  const found = await model.predictEntities(text, LABELS, { threshold: THRESHOLD, window: false });
  const at = codePointOffsets(text);
  return found.map(({ start, end, label, score }): Found => [at(start), at(end), label, score]);
}

/** The same entities, scores within 1e-4; one whose score is the threshold to rounding may be on one side only. */
function same(ours: Found[], theirs: Found[]): boolean {
  const clear = (list: Found[]) => list.filter(([, , , score]) => score > THRESHOLD + 1e-4);
  const [a, b] = [clear(ours), clear(theirs)];
  return (
    a.length === b.length &&
    a.every(([start, end, label, score], i) => {
      const [x, y, z, other] = b[i];
      return start === x && end === y && label === z && Math.abs(score - other) <= 1e-4;
    })
  );
}

/** Numbers words as GLiNER 0.2.29 does: those that had a subword are counted. */
async function hereAsSeen(text: string): Promise<Found[]> {
  const config = model.model.config as { wordNumbering?: "seen" };
  config.wordNumbering = "seen";
  try {
    return await here(text);
  } finally {
    delete config.wordNumbering;
  }
}

/** Why a text's entities differ; undefined where nobody knows. */
async function causeOf(text: string, ours: Found[], theirs: Found[] | string): Promise<string | undefined> {
  if (typeof theirs === "string") {
    if (/[\ud800-\udfff]/u.test(text)) return `Python refuses half a surrogate pair (${theirs.split(":")[0]})`;
    return undefined;
  }
  const words = splitWords(text);
  const isEmpty = ({ text: word }: { text: string }) => model.model.tokenizer.encodeWord(word).length === 0;
  if (words.some(isEmpty) && same(await hereAsSeen(text), theirs))
    return "Python shifts what stands behind a word without subwords";
  const [read] = model.collate([{ tokens: words.map((word) => word.text), types: LABELS }]).wordsRead;
  const end = codePointOffsets(text)(words[read - 1]?.end ?? 0);
  if (
    read < words.length &&
    same(
      ours,
      theirs.filter(([, last]) => last <= end),
    )
  )
    return "Python finds entities in words that it did not read";
  return undefined;
}

test("78 awkward texts: every difference from Python has a name", async (context) => {
  const names = Object.keys(AWKWARD);
  assert.equal(names.length, 78);
  const folder = join(scratch, "model");
  await model.savePretrained(folder);
  const asked = join(scratch, "asked.json");
  const texts = Object.values(AWKWARD);
  writeFileSync(asked, JSON.stringify({ texts, labels: LABELS, threshold: THRESHOLD }));
  const theirs = await python<(Found[] | string)[]>(["entities", folder, asked]);
  const causes = new Map<string, string[]>();
  const unexplained: string[] = [];
  let entities = 0;
  for (const [i, name] of names.entries()) {
    const ours = await here(texts[i]);
    entities += ours.length;
    const found = theirs[i];
    if (typeof found !== "string" && same(ours, found)) continue;
    const cause = await causeOf(texts[i], ours, found);
    if (cause) causes.set(cause, [...(causes.get(cause) ?? []), name]);
    else unexplained.push(`${name}: ours ${JSON.stringify(ours)}, Python's ${JSON.stringify(found)}`);
  }
  for (const [cause, list] of causes) context.diagnostic(`${cause}: ${list.length} (${list.join(", ")})`);
  context.diagnostic(`${entities} entities in ${names.length} texts`);
  assert.deepEqual(unexplained, []);
  assert.ok(entities > 100 && causes.size > 0, "something was compared");
});
