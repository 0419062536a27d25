import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type InstructItem, instructRecord } from "../../lib/data/formats/instruct";
import { conversationRecord } from "../../lib/data/formats/pile-ner";
import { parsePythonList } from "../../lib/data/formats/python-literal";
import { readTag, type Scheme, tagSpans } from "../../lib/data/formats/schemes";
import { Tally } from "../../lib/data/formats/tally";
import type { NerSpan } from "../../lib/data/records";
import { UserError } from "../../lib/errors";
import type { GoldenFamily } from "./family";

/** Fixtures of test/python/preprocessing.py: what genuine scripts and packages made of hand-made data. */
function family<Case>(name: string, check: (one: Case, at: string) => void): GoldenFamily {
  return {
    name: `preprocessing/${name}`,
    matches: (path) => path === `preprocessing/${name}.json`,
    async check(folder, path) {
      const { cases } = JSON.parse(readFileSync(join(folder, path), "utf8")) as { cases: Case[] };
      assert.ok(cases.length > 0, "cases");
      for (const [i, one] of cases.entries()) check(one, `case ${i + 1}`);
    },
  };
}

type Made = { tokenized_text: string[]; ner: NerSpan[]; negative?: string[] } | { error: string };

/** Where the script stopped with an error, ours names it; elsewhere words, spans and negatives are equal. */
export const pileNerScripts = family<{ record: object; data_proc: Made; process_pilener: Made }>(
  "pile_ner",
  ({ record, ...scripts }, at) => {
    for (const era of ["data_proc", "process_pilener"] as const) {
      const wanted = scripts[era];
      const make = () => conversationRecord(record, era, new Tally(), at);
      if ("error" in wanted) assert.throws(make, UserError, `${at}, ${era}: ${wanted.error}`);
      else {
        const { tokens, ner, negatives } = make();
        assert.deepEqual(
          { tokens, ner, negatives },
          { tokens: wanted.tokenized_text, ner: wanted.ner, negatives: wanted.negative },
          `${at}, ${era}`,
        );
      }
    }
  },
);

/** What `process` gives a place in the words; where it leaves None, ours counts an unaligned mention. */
export const instructReader = family<{ item: InstructItem; record: { tokenized_text: string[]; ner: unknown[][] } }>(
  "instruct",
  ({ item, record }, at) => {
    const tally = new Tally();
    const { tokens, ner } = instructRecord(item, "whitespace", tally, at);
    assert.deepEqual(tokens, record.tokenized_text, at);
    const placed = record.ner.filter((span) => !span.includes(null));
    assert.deepEqual(ner, placed, at);
    assert.equal(tally.report().repairs.unaligned ?? 0, record.ner.length - placed.length, at);
  },
);

/** seqeval's get_entities on tags drawn at random, most of which break their scheme's rules. */
export const tagSchemes = family<{ scheme: Scheme; tags: string[]; spans: NerSpan[] }>(
  "tags",
  ({ scheme, tags, spans }, at) => {
    const read = tags.map((tag) => readTag(tag, scheme, at));
    assert.deepEqual(
      tagSpans(read, scheme, new Tally(), () => at),
      spans,
      `${at}: ${tags.join(" ")}`,
    );
  },
);

/** ast.literal_eval; a text without a value is one that it refuses. */
export const pythonLists = family<{ text: string; value?: unknown[] }>("literals", ({ text, value }, at) => {
  if (value === undefined) assert.throws(() => parsePythonList(text), SyntaxError, `${at}: ${text}`);
  else assert.deepEqual(parsePythonList(text), value, `${at}: ${text}`);
});
