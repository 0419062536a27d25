/**
 * The Markdown of the notebooks to HTML, for the rendered pages: headings, paragraphs, lists, tables, code, emphasis,
 * links, quotes, rules, and $…$ left as it is written. A subset on purpose: raw HTML is shown as text, never passed on.
 */
import { escapeHtml } from "../notebook/html";

/** Renders a cell's Markdown. */
export function markdownToHtml(source: string): string {
  const lines = source.replaceAll("\r\n", "\n").split("\n");
  const output: string[] = [];
  let at = 0;
  while (at < lines.length) {
    const block = BLOCKS.find(({ start }) => start.test(lines[at])) ?? PARAGRAPH;
    let end = at + 1;
    while (end < lines.length && block.goesOn(lines[end], lines.slice(at, end))) end++;
    output.push(block.html(lines.slice(at, end)));
    at = end;
  }
  return output.filter((part) => part !== "").join("\n");
}

interface Block {
  start: RegExp;
  goesOn(line: string, before: readonly string[]): boolean;
  html(lines: readonly string[]): string;
}

const FENCE = /^```/;
const ITEM = /^\s*(?:[-*]|\d+[.)])\s+/;
const STARTS = /^(#{1,6} |```|\s*(?:[-*]|\d+[.)])\s+|\||>|---\s*$)/;

const BLOCKS: readonly Block[] = [
  { start: /^\s*$/, goesOn: (line) => line.trim() === "", html: () => "" },
  {
    start: FENCE,
    goesOn: (_, before) => before.length < 2 || !FENCE.test(before[before.length - 1]),
    html: (lines) =>
      `<pre><code>${escapeHtml(lines.slice(1, FENCE.test(lines[lines.length - 1]) ? -1 : undefined).join("\n"))}</code></pre>`,
  },
  {
    start: /^#{1,6} /,
    goesOn: () => false,
    html: ([line]) => {
      const level = line.indexOf(" ");
      return `<h${level}>${inline(line.slice(level + 1))}</h${level}>`;
    },
  },
  { start: /^---\s*$/, goesOn: () => false, html: () => "<hr>" },
  { start: /^\|/, goesOn: (line) => line.startsWith("|"), html: tableHtml },
  {
    start: /^>/,
    goesOn: (line) => line.startsWith(">"),
    html: (lines) =>
      `<blockquote>${markdownToHtml(lines.map((line) => line.replace(/^> ?/, "")).join("\n"))}</blockquote>`,
  },
  { start: ITEM, goesOn: (line) => ITEM.test(line) || /^\s+\S/.test(line), html: listHtml },
];

const PARAGRAPH: Block = {
  start: /./,
  goesOn: (line) => line.trim() !== "" && !STARTS.test(line),
  html: (lines) => `<p>${inline(lines.join("\n"))}</p>`,
};

function listHtml(lines: readonly string[]): string {
  const kind = /^\s*\d/.test(lines[0]) ? "ol" : "ul";
  const items: string[] = [];
  for (const line of lines) {
    if (ITEM.test(line)) items.push(line.replace(ITEM, ""));
    else items[items.length - 1] += `\n${line.trim()}`;
  }
  return `<${kind}>${items.map((item) => `<li>${inline(item)}</li>`).join("")}</${kind}>`;
}

function tableHtml(lines: readonly string[]): string {
  const rows = lines.map((line) =>
    line
      .replace(/^\||\|\s*$/g, "")
      .split("|")
      .map((cell) => inline(cell.trim())),
  );
  const body = rows.filter((row) => !row.every((cell) => /^:?-{2,}:?$/.test(cell)));
  const [head, ...rest] = body.map((row, at) =>
    row.map((cell) => (at === 0 ? `<th>${cell}</th>` : `<td>${cell}</td>`)).join(""),
  );
  return `<table><thead><tr>${head}</tr></thead><tbody>${rest.map((row) => `<tr>${row}</tr>`).join("")}</tbody></table>`;
}

/** Code spans are cut out first: nothing in them is markup. */
function inline(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part) => (/^`[^`]+`$/.test(part) ? `<code>${escapeHtml(part.slice(1, -1))}</code>` : marked(part)))
    .join("");
}

function marked(text: string): string {
  return escapeHtml(text)
    .replace(
      /!?\[([^\]]*)\]\(((?:https?:\/\/|\.{0,2}\/|[\w-]+[./#])[^)\s]*)\)/g,
      (_, name: string, target: string) => `<a href="${pageOf(target)}">${name}</a>`,
    )
    .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>")
    .replace(/(^|[\s(])[*_]([^*_\s][^*_]*)[*_](?=[\s).,;:!?]|$)/g, "$1<em>$2</em>");
}

/** Between pages, a notebook's link leads to its page. */
function pageOf(target: string): string {
  return target.replace(/\.ipynb(?=$|#)/, ".html");
}
