/**
 * Executed notebooks as HTML pages with an index: no server, no network, no other files than plotly.js's beside them. What
 * a cell put out was made by code of the reader's own choice, so its HTML is taken as it is; text is escaped.
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../../errors";
import { writeAtomically } from "../../files/atomic";
import { escapeHtml } from "../../notebook/html";
import { type Cell, joined, type Notebook, type Output } from "../runner/nbformat";
import { sectionsOf } from "./headings";
import { markdownToHtml } from "./markdown";
import {
  type Around,
  addressOf,
  type Entry,
  navigationHtml,
  onwardHtml,
  rootOf,
  searchHtml,
  searchIndex,
} from "./navigation";
import { drawingHtml, FIGURE, figurePlace, scriptsOf } from "./page-figures";
import { STYLE } from "./page-style";

/** Its own types would bring those of a browser's page into the whole project. */
const highlighter: {
  highlight(code: string, options: { language: string; ignoreIllegals: boolean }): { value: string };
} = require("highlight.js/lib/common");

export interface Page {
  /** The page's file without its ending; folders in it by "/". */
  name: string;
  notebook: Notebook;
  /** When and where it ran, in a line at its head and in the index. */
  note?: string;
}

/** A page of prose: Markdown. */
export interface TextPage {
  /** As a `Page`'s. */
  name: string;
  title: string;
  markdown: string;
}

/** Richest first, as JupyterLab prefers them. */
const PREFERRED = [FIGURE, "text/html", "text/markdown", "image/png", "image/jpeg", "text/plain"] as const;

/**
 * Writes NAME.html for each notebook and each page of prose, index.html, the index of the search, and what of plotly.js the pages
 * draw with.
 */
export function writePages(folder: string, pages: readonly Page[], texts: readonly TextPage[] = []): void {
  const entries = [
    ...pages.map(entryOf),
    ...texts.map(({ name, title }) => ({ name, title, group: groupOfText(name) })),
  ];
  try {
    mkdirSync(folder, { recursive: true });
    for (const script of new Set(pages.flatMap(({ notebook }) => scriptsOf(notebook))))
      copyFileSync(require.resolve(`plotly.js/dist/${script}`), join(folder, script));
    const html = [
      ...pages.map((page) => [page.name, pageHtml(page, { entries, sections: contentsOf(markdownOf(page.notebook)) })]),
      ...texts.map((page) => [page.name, textHtml(page, { entries, sections: contentsOf(page.markdown) })]),
    ];
    for (const [name, content] of html) {
      const file = join(folder, `${name}.html`);
      mkdirSync(dirname(file), { recursive: true });
      writeAtomically(file, content);
    }
    writeAtomically(join(folder, "index.html"), indexHtml(pages, texts, entries));
    writeAtomically(join(folder, "search-index.js"), searchIndex(searchable(pages, texts)));
  } catch (error) {
    throw new UserError(`cannot write the pages to ${folder}: ${error instanceof Error ? error.message : error}.`);
  }
}

/** What is searched: the prose of every section. Code and outputs are not: they would bury it. */
function searchable(pages: readonly Page[], texts: readonly TextPage[]) {
  const sources = [
    ...pages.map((page) => ({ ...entryOf(page), source: markdownOf(page.notebook) })),
    ...texts.map(({ name, title, markdown }) => ({ name, title, source: markdown })),
  ];
  return sources.flatMap(({ name, title, source }) =>
    sectionsOf(source).map((section) => ({
      address: addressOf(name) + (section.anchor ? `#${section.anchor}` : ""),
      title: section.anchor ? `${title}: ${section.title}` : title,
      text: section.text,
    })),
  );
}

const markdownOf = ({ cells }: Notebook): string =>
  cells
    .filter(({ cell_type }) => cell_type === "markdown")
    .map(({ source }) => source)
    .join("\n\n");

const contentsOf = (markdown: string) => sectionsOf(markdown).filter(({ anchor }) => anchor !== "");

function entryOf({ name, notebook }: Page): Entry {
  const group = name.startsWith("solutions/") ? "Solutions" : name.startsWith("zh/") ? "中文" : "The course";
  return { name, title: titleOf(notebook) ?? name, group };
}

const groupOfText = (name: string): string => (name.endsWith("glossary") ? "Words" : "The library");

/** One notebook as a page. @param around the other pages, where there are any */
export function pageHtml({ name, notebook, note }: Page, around: Around = { entries: [], sections: [] }): string {
  const cells = notebook.cells.map(cellHtml).join("\n");
  const drawing = drawingHtml(scriptsOf(notebook), rootOf(name));
  return framed(name, titleOf(notebook) ?? name, `${noteHtml(note)}\n${cells}\n${drawing}`, around);
}

function noteHtml(note: string | undefined): string {
  return note ? `<p class="note">${escapeHtml(note)}</p>` : "";
}

const textHtml = ({ name, title, markdown }: TextPage, around: Around): string =>
  framed(name, title, markdownToHtml(markdown), around);

/** A page's own content between the way through the pages. */
function framed(name: string, title: string, content: string, around: Around): string {
  const search = around.entries.length > 0 ? searchHtml(rootOf(name)) : "";
  return `${head(title)}${navigationHtml(name, around)}${content}${onwardHtml(name, around)}${search}</main></body></html>\n`;
}

function indexHtml(pages: readonly Page[], texts: readonly TextPage[], entries: readonly Entry[]): string {
  const notes = new Map(pages.map(({ name, note }) => [name, note]));
  const groups = [...new Set(entries.map(({ group }) => group))].map((group) => {
    const items = entries
      .filter((entry) => entry.group === group)
      .map((entry) => itemHtml(entry.name, entry.title, notes.get(entry.name)));
    return group === "The course" ? `<ul>${items.join("\n")}</ul>` : `<h2>${group}</h2><ul>${items.join("\n")}</ul>`;
  });
  const search = pages.length + texts.length > 0 ? searchHtml("") : "";
  const bar = `<nav class="site"><div class="bar"><label>Search <input type="search" id="search" autocomplete="off"></label></div><ul id="found" aria-live="polite"></ul></nav>`;
  return `${head("The GLiNER workbook")}<h1>The GLiNER workbook</h1>${bar}${groups.join("\n")}${search}</main></body></html>\n`;
}

function itemHtml(name: string, title: string, note?: string): string {
  return `<li><a href="${addressOf(name)}">${escapeHtml(title)}</a>${noteHtml(note)}</li>`;
}

function head(title: string): string {
  return `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main>\n`;
}

/** The first heading. */
function titleOf(notebook: Notebook): string | undefined {
  return /^# (.+)$/m.exec(notebook.cells.find((cell) => cell.cell_type === "markdown")?.source ?? "")?.[1];
}

function cellHtml(cell: Cell): string {
  if (cell.cell_type === "markdown") return `<section class="text">${markdownToHtml(cell.source)}</section>`;
  if (cell.cell_type === "raw") return "";
  const count = cell.execution_count ?? " ";
  const outputs = cell.outputs.map(outputHtml).join("\n");
  return `<section class="code" id="${escapeHtml(cell.id)}"><div class="count">[${count}]</div>${sourceHtml(cell)}<div class="outputs">${outputs}</div></section>`;
}

/** The source, folded where the notebook says so (a quiz holds its answers). */
function sourceHtml({ source, metadata }: Cell): string {
  const { value } = highlighter.highlight(source, { language: "typescript", ignoreIllegals: true });
  const code = `<pre class="source"><code>${value}</code></pre>`;
  const hidden = Object(metadata.jupyter).source_hidden === true;
  return hidden ? `<details><summary>Code</summary>${code}</details>` : code;
}

function outputHtml(output: Output): string {
  if (output.output_type === "stream")
    return `<pre class="stream ${output.name === "stderr" ? "stderr" : ""}">${escapeHtml(joined(output.text))}</pre>`;
  if (output.output_type === "error")
    return `<pre class="failure">${escapeHtml(withoutColour(output.traceback.join("\n")))}</pre>`;
  const type = PREFERRED.find((candidate) => candidate in output.data);
  if (!type) return "";
  const value = output.data[type];
  if (type === "application/vnd.plotly.v1+json") return figureHtml(value, output);
  const text = joined(value);
  if (type === "text/html") return `<div class="html">${text}</div>`;
  if (type === "text/markdown") return markdownToHtml(text);
  if (type === "text/plain") return `<pre>${escapeHtml(text)}</pre>`;
  return pictureHtml(type, output);
}

/** A picture at the size that its metadata gives, with its description, or the plain text, as its alternative. */
function pictureHtml(type: string, { data, metadata }: Extract<Output, { data: object }>): string {
  const said = { width: 0, alt: undefined, ...Object(metadata[type]) };
  const width = said.width > 0 ? ` width="${Number(said.width)}"` : "";
  const source = `data:${type};base64,${joined(data[type]).replaceAll("\n", "")}`;
  const plain = "text/plain" in data ? joined(data["text/plain"]) : "a picture without a description";
  return `<img alt="${escapeHtml(typeof said.alt === "string" ? said.alt : plain)}" src="${source}"${width}>`;
}

/** The picture, which the script replaces with the interactive figure. */
function figureHtml(value: unknown, output: Extract<Output, { data: object }>): string {
  const still =
    "image/png" in output.data
      ? pictureHtml("image/png", output)
      : `<pre>${escapeHtml(joined(output.data["text/plain"]))}</pre>`;
  return figurePlace(still, value);
}

function withoutColour(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with one
  return text.replace(/\u001b\[[0-9;]*m/g, "");
}
