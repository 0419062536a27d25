/** Headings as anchors: the same names that GitHub and JupyterLab make of them. */
import type MarkdownIt from "markdown-it";

/** "Flat and nested" -> "flat-and-nested" */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .trim()
    .replaceAll(" ", "-");

/** The headings of a Markdown text below the first level, with their anchors. */
export function sectionsOf(source: string): { anchor: string; title: string; text: string }[] {
  const parts = source.split(/^(?=#{2,3} )/m);
  return parts.map((part) => {
    const [, heading = ""] = /^#{1,3} (.+)$/m.exec(part) ?? [];
    const title = plain(heading);
    return { anchor: /^#{2,3} /.test(part) ? anchorOf(title) : "", title, text: plain(part) };
  });
}

/** Without marks of Markdown, links by their words. */
const plain = (text: string) =>
  text
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[`*#|$]/g, "")
    .replace(/\s+/g, " ")
    .trim();

/** A plugin of markdown-it: every heading gets its anchor. */
export function withAnchors(renderer: MarkdownIt): void {
  renderer.core.ruler.push("anchors", ({ tokens }) => {
    tokens.forEach((token, at) => {
      if (token.type === "heading_open") token.attrSet("id", anchorOf(plain(tokens[at + 1].content)));
    });
  });
}
