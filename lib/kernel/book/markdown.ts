/**
 * The Markdown of the notebooks to HTML, for the rendered pages: what JupyterLab shows, in a page that needs no script.
 * Formulas become MathML, which browsers draw themselves; raw HTML is shown as text, never passed on, and KaTeX's commands
 * that make links or styles are off.
 */
import katex from "@vscode/markdown-it-katex";
import MarkdownIt from "markdown-it";
import { withAnchors } from "./headings";

const renderer = new MarkdownIt({ html: false })
  .use(katex, { output: "mathml", throwOnError: false, trust: false })
  .use(withAnchors);

/** Between pages, a link to a notebook or to the glossary leads to its page. */
renderer.normalizeLink = (
  (normalize) => (target: string) =>
    normalize(
      target.replace(/^(?!\w+:)(.*\.ipynb|(?:.*\/)?glossary\.md)(?=$|#)/, (file) =>
        file.replace(/\.(ipynb|md)$/, ".html"),
      ),
    )
)(renderer.normalizeLink);

/** Renders a cell's Markdown. */
export function markdownToHtml(source: string): string {
  return renderer.render(source);
}
