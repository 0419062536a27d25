import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSentences } from "../../lib/data/inspect/sentences";
import { readSentences, readTypes } from "../../lib/data/marked/sentences";
import { loadRecords } from "../../lib/data/named";
import { OverlapIndex } from "../../lib/data/overlap";
import { corpusFile } from "../../lib/data/project";
import { sourceRecords } from "../../lib/data/source-records";
import { isHere, readSources } from "../../lib/data/sources";
import { ZERO_SHOT_SETS } from "../../lib/data/zero-shot-tests";

/** The project's own texts, data/sentences: `node test/check-sentences.cjs` says the same of some files alone. */
const sentences = readSentences();
const { findings, figures } = checkSentences(sentences, readTypes());

test("nothing in the texts is to mend", () => {
  assert.deepEqual(
    findings.map(({ where, what, check }) => `${where}: ${what} (${check})`),
    [],
  );
});

test("the corpus is large, varied and even", () => {
  const { texts, mentions, types, typesOnce, withoutMention, withAbsent, nested, widths, top, domains } = figures;
  assert.ok(
    texts >= 6000 && mentions >= 35_000 && types >= 8000 && domains.length >= 45,
    `${texts} texts, ${mentions} mentions, ${types} types, ${domains.length} domains`,
  );
  assert.ok(typesOnce < 0.7 * types, `${typesOnce} of ${types} types once`);
  assert.ok(top[0][1] < 0.06 * mentions, `${top[0]} of ${mentions}`);
  assert.ok(withoutMention >= 0.005 * texts && withAbsent >= 0.03 * texts, `${withoutMention}, ${withAbsent}`);
  assert.ok(nested >= 0.01 * mentions, `${nested} nested`);
  assert.equal(widths.length - 1 <= 12, true);
  for (let width = 1; width <= 9; width++) assert.ok(widths[width] > 0, `no mention of ${width} words`);
  for (const domain of domains) assert.ok(domain.texts >= 60, `${domain.domain} has ${domain.texts} texts`);
});

test("some texts are in decomposed letters and in scripts without spaces", () => {
  const decomposed = sentences.filter(({ text }) => text !== text.normalize("NFC"));
  assert.ok(decomposed.length >= 15, `${decomposed.length} texts`);
  for (const script of [/\p{Script=Han}/u, /\p{Script=Arabic}/u, /\p{Script=Devanagari}/u, /\p{Script=Cyrillic}/u])
    assert.ok(sentences.filter(({ text }) => script.test(text)).length >= 3, String(script));
});

test("no sentence and no run of twelve words of a test, of its other parts or of the corpora", async (t) => {
  const index = new OverlapIndex();
  const sources = readSources().filter(({ role }) => role === "test" || role === "leak check");
  const missing = sources.filter((source) => !isHere(source)).map(({ id }) => id);
  for (const { id } of sources.filter(isHere))
    for await (const { record } of sourceRecords(id)) index.add(record.tokens, id);
  const corpora = ["train", "dev"].filter((name) => corpusFile(`${name}.jsonl.gz`) !== undefined);
  for (const name of corpora) for (const { tokens } of await loadRecords(`corpus:${name}`)) index.add(tokens, name);
  if (missing.length > 0) t.diagnostic(`not compared with ${missing.join(", ")}: not on this machine`);
  if (corpora.length < 2) t.diagnostic("not compared with the corpora: not beside the checkout");
  if (missing.length === sources.length && corpora.length === 0) return t.skip("no set of others is on this machine");
  if (missing.length === 0)
    for (const set of ZERO_SHOT_SETS)
      assert.ok(
        sources.some(({ id }) => id === set),
        set,
      );
  const shared = sentences.flatMap(({ record, where }) => {
    const found = index.find(record.tokens);
    return found ? [`${where}: a ${found.kind} of ${found.set}`] : [];
  });
  assert.deepEqual(shared, []);
});
