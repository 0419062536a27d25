import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { greedyDecode, type SpanCandidate, spanCandidates } from "../../lib/model/decode";
import { assertClose } from "./compare";
import type { GoldenFamily } from "./family";

interface DecodeCase {
  shape: [B: number, W: number, K: number, C: number];
  logits: number[];
  tokens: string[][];
  id_to_classes: Record<string, string> | Record<string, string>[];
  args: { flat_ner?: boolean; multi_label?: boolean; threshold?: number; return_class_probs?: boolean };
  input_spans: [number, number][][] | null;
  spans: { start: number; end: number; label: string; score: number; class_probs: Record<string, number> | null }[][];
}

/** SpanDecoder of GLiNER 0.2.29: flat, nested, multi-label, ties, types of each row, given spans. */
export const decode: GoldenFamily = {
  name: "decode",
  matches: (path) => /^decode\/[^/]+\.json$/.test(path),
  async check(folder, path) {
    const { cases } = JSON.parse(readFileSync(join(folder, path), "utf8")) as { cases: DecodeCase[] };
    assert.ok(cases.length > 0, "the fixture has no cases");
    cases.forEach(checkCase);
  },
};

function checkCase(fixture: DecodeCase, index: number): void {
  const [B, W, K, C] = fixture.shape;
  const logits = Float32Array.from(fixture.logits);
  for (let b = 0; b < B; b++) {
    const map = Array.isArray(fixture.id_to_classes) ? fixture.id_to_classes[b] : fixture.id_to_classes;
    const shape = {
      words: fixture.tokens[b].length,
      maxWidth: K,
      classes: Object.values(map),
      stride: C,
      only: fixture.input_spans?.[b],
      classProbs: fixture.args.return_class_probs,
    };
    const { threshold = 0.5, flat_ner: flatNer = true, multi_label: multiLabel = false } = fixture.args;
    const found = spanCandidates(logits.subarray(b * W * K * C, (b + 1) * W * K * C), shape, threshold);
    const ours = greedyDecode(found, { flatNer, multiLabel });
    const where = `case ${index}, row ${b}, ${JSON.stringify(fixture.args)}`;
    const bare = (list: readonly SpanCandidate[] | DecodeCase["spans"][number]) =>
      list.map(({ start, end, label }) => ({ start, end, label }));
    assert.deepEqual(bare(ours), bare(fixture.spans[b]), where);
    const scores = (list: { score: number }[]) => list.map(({ score }) => score);
    assertClose(scores(ours), scores(fixture.spans[b]), 1e-6, where);
    ours.forEach(({ classProbs }, i) => {
      checkClassProbs(classProbs, fixture.spans[b][i].class_probs, where);
    });
  }
}

/** Where probabilities tie, torch leaves open which type comes first and which one is the last of the five. */
function checkClassProbs(
  ours: SpanCandidate["classProbs"],
  python: Record<string, number> | null,
  where: string,
): void {
  if (!python || !ours) {
    assert.equal(ours ?? null, python, `${where}: class_probs`);
    return;
  }
  assertClose(Object.values(ours), Object.values(python), 1e-6, `${where}: class_probs`);
  const distinct = (all: Record<string, number>) =>
    Object.entries(all).filter(([, p]) => Object.values(all).filter((q) => Math.abs(p - q) < 1e-6).length === 1);
  const last = Math.min(...Object.values(python));
  for (const [label, p] of distinct(python))
    if (p > last) assert.ok(Math.abs(ours[label] - p) < 1e-6, `${where}: class_probs of ${label}`);
}
