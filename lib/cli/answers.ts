/** How `predict` writes its answers: JSON lines, marked text or BIO to be corrected by hand, or a page to look at. */
import { bioLines } from "../data/formats/write";
import { markedLine } from "../data/marked/write";
import type { Entity } from "../gliner/entity";
import { toRecord } from "../gliner/export";
import { entities as drawn } from "../notebook/entities";
import { escapeHtml } from "../notebook/html";
import type { TextReading } from "../text/reading";

export interface AnswerForm {
  /** Before the first answer and after the last. */
  open: string;
  close: string;
  /** One text: its entities, and the same as rows of `jsonl`; `line` counts texts from 1. */
  text(text: string, entities: readonly Entity[], rows: readonly object[], line: number): string;
}

export const ANSWER_FORMS = ["jsonl", "marked", "bio", "html"] as const;
export type AnswerFormName = (typeof ANSWER_FORMS)[number];

export const isAnswerForm = (name: unknown): name is AnswerFormName => ANSWER_FORMS.some((form) => form === name);

/**
 * @param labels what is asked for: each has its colour on the whole page
 * @param reading how texts become words, for BIO's
 */
export function answerForms(labels: readonly string[], reading: TextReading): Record<AnswerFormName, AnswerForm> {
  return {
    jsonl: plain((_, __, rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join("")),
    marked: plain(
      (text, mentions, _, line) =>
        `${markedLine({ text: text.trimEnd(), mentions: [...mentions], absent: [] }, `text ${line}`)}\n`,
    ),
    bio: plain((text, entities) => bioLines(toRecord(text, entities, reading))),
    html: {
      open: page(labels),
      close: "</main></body></html>\n",
      text: (text, entities) => htmlText(text, entities, labels),
    },
  };
}

const plain = (text: AnswerForm["text"]): AnswerForm => ({ open: "", close: "", text });

const page = (labels: readonly string[]) => `<!doctype html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(labels.join(", "))}</title>
<style>:root { color-scheme: light dark } body { font: 16px/1.9 system-ui, sans-serif } main { max-width: 54rem; margin: 2rem auto; padding: 0 1rem }</style></head>
<body><main>
`;

function htmlText(text: string, entities: readonly Entity[], labels: readonly string[]): string {
  return `${drawn(text, entities, { labels: [...new Set(labels)] }).bundle["text/html"]}\n`;
}
