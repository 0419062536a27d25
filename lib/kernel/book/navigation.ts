/** The way through the pages: the list of all, the sections of this one, the one before and the one after, and a search box. */
import { escapeHtml } from "../../notebook/html";

/** A page as others see it. */
export interface Entry {
  /** The page's file without its ending; folders in it by "/". */
  name: string;
  title: string;
  /** Under which heading it is listed. */
  group: string;
}

/** Where a page stands among all. */
export interface Around {
  entries: readonly Entry[];
  /** The headings of this page, with their anchors. */
  sections: readonly { anchor: string; title: string }[];
}

/** From a page in a folder back to the root. */
export const rootOf = (name: string): string => "../".repeat(name.split("/").length - 1);

export const addressOf = (name: string): string => `${name.split("/").map(encodeURIComponent).join("/")}.html`;

/** The bar at the head of every page: home, search, and the list of pages, folded so that a phone shows the text first. */
export function navigationHtml(name: string, { entries, sections }: Around): string {
  const root = rootOf(name);
  if (entries.length === 0) return `<nav><a href="${root}index.html">All pages</a></nav>`;
  const groups = [...new Set(entries.map(({ group }) => group))].map((group) => {
    const items = entries
      .filter((entry) => entry.group === group)
      .map((entry) => {
        const here = entry.name === name ? ' aria-current="page"' : "";
        return `<li><a href="${root}${addressOf(entry.name)}"${here}>${escapeHtml(entry.title)}</a></li>`;
      });
    return `<h2>${escapeHtml(group)}</h2><ul>${items.join("")}</ul>`;
  });
  const own = sections.map(({ anchor, title }) => `<li><a href="#${anchor}">${escapeHtml(title)}</a></li>`);
  const contents =
    own.length > 1 ? `<details class="contents"><summary>On this page</summary><ul>${own.join("")}</ul></details>` : "";
  return `<nav class="site"><div class="bar"><a href="${root}index.html">All pages</a>
<label>Search <input type="search" id="search" autocomplete="off"></label></div><ul id="found" aria-live="polite"></ul>
<details class="pages"><summary>Contents</summary>${groups.join("")}</details>${contents}</nav>\n`;
}

/** The page before and the page after, within the group. */
export function onwardHtml(name: string, { entries }: Around): string {
  const here = entries.find((entry) => entry.name === name);
  const group = entries.filter((entry) => entry.group === here?.group);
  const at = group.findIndex((entry) => entry.name === name);
  const link = (entry: Entry | undefined, rel: string, sign: (title: string) => string) =>
    entry
      ? `<a rel="${rel}" href="${rootOf(name)}${addressOf(entry.name)}">${escapeHtml(sign(entry.title))}</a>`
      : "<span></span>";
  if (at < 0) return "";
  return `<nav class="onward">${link(group[at - 1], "prev", (title) => `← ${title}`)}${link(group[at + 1], "next", (title) => `${title} →`)}</nav>`;
}

/** Files of the search: the words of every section, as a script, so that it works from a disk too. */
export function searchIndex(sections: readonly { address: string; title: string; text: string }[]): string {
  const rows = sections.map(({ address, title, text }) => [address, title, text.slice(0, LONGEST)]);
  return `const SECTIONS = ${JSON.stringify(rows).replaceAll("<", "\\u003c")};\n`;
}

/** Of a section's words so many are searched (characters). */
const LONGEST = 2400;

/** @param root the way from the page to search-index.js */
export const searchHtml = (root: string): string =>
  `<script src="${root}search-index.js"></script><script>const ROOT = "${root}";${SEARCH}</script>`;

/** Every word must be in the section; a title counts more than a text. What is found is text, never markup. */
const SEARCH = `
const box = document.getElementById("search"), list = document.getElementById("found");
box.addEventListener("input", () => {
  list.replaceChildren();
  const words = box.value.toLowerCase().split(/\\s+/).filter(Boolean);
  if (words.length === 0) return;
  const score = ([, title, text]) => words.reduce((sum, word) => {
    const [inTitle, inText] = [title.toLowerCase().includes(word), text.toLowerCase().includes(word)];
    return inTitle || inText ? sum + (inTitle ? 3 : 1) : Number.NEGATIVE_INFINITY;
  }, 0);
  const hits = SECTIONS.map((row) => [score(row), row]).filter(([points]) => points > 0).sort((a, b) => b[0] - a[0]);
  for (const [, [address, title, text]] of hits.slice(0, 12)) {
    const item = document.createElement("li"), link = document.createElement("a"), part = document.createElement("small");
    const at = Math.max(0, text.toLowerCase().indexOf(words[0]) - 40);
    link.href = ROOT + address; link.textContent = title; part.textContent = " " + text.slice(at, at + 120);
    item.append(link, part); list.append(item);
  }
  if (hits.length === 0) { const none = document.createElement("li"); none.textContent = "nothing found"; list.append(none); }
});`;
