import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SubwordTokenizer } from "../../lib/text/tokenizer";
import type { GoldenFamily } from "./family";

/** DeBERTa's tokenizer on words of every kind, from tokenizer.json and from spm.model alone. */
export const unigram: GoldenFamily = {
  name: "text/unigram",
  matches: (path) => path === "text/unigram.json",
  async check(folder, path) {
    const { cases } = JSON.parse(readFileSync(join(folder, path), "utf8")) as {
      cases: { word: string; ids: number[] }[];
    };
    const model = join(folder, "tiny_deberta");
    const bare = mkdtempSync(join(tmpdir(), "spm-"));
    try {
      for (const name of ["spm.model", "added_tokens.json"]) cpSync(join(model, name), join(bare, name));
      for (const source of [model, bare]) {
        const tokenizer = SubwordTokenizer.load(source);
        for (const { word, ids } of cases)
          assert.deepEqual([...tokenizer.encodeWord(word)], ids, `${JSON.stringify(word)} from ${source}`);
      }
    } finally {
      rmSync(bare, { recursive: true });
    }
  },
};
