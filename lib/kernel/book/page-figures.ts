/** Interactive figures in the rendered pages: drawn by plotly.js from files beside the page, in the theme's own ink. */
import { NEUTRAL } from "../../notebook/colours";
import { scriptsFor } from "../../notebook/picture/capability";
import type { Notebook } from "../runner/nbformat";

/** A plotly figure's MIME type. */
export const FIGURE = "application/vnd.plotly.v1+json";

/** The files of plotly.js/dist that draw a notebook's figures; none where it has none. */
export function scriptsOf({ cells }: Notebook): string[] {
  const outputs = cells.flatMap((cell) => cell.outputs).filter((output) => "data" in output && FIGURE in output.data);
  const types = outputs.flatMap((output) => ("data" in output ? typesOf(output.data[FIGURE]) : []));
  return outputs.length > 0 ? scriptsFor(types) : [];
}

function typesOf(figure: unknown): (string | undefined)[] {
  const { data } = Object(figure);
  const traces: unknown[] = Array.isArray(data) ? data : [];
  return traces.map((trace) => Object(trace).type).map((type) => (typeof type === "string" ? type : undefined));
}

/** Where a figure stands: what is seen without scripts, and its JSON. */
export function figurePlace(still: string, figure: unknown): string {
  // "<" must not end the script element that holds the figure.
  const json = JSON.stringify(figure).replaceAll("<", "\\u003c");
  return `<div class="figure">${still}<script type="application/json">${json}</script></div>`;
}

/** What draws the figures of a page. @param root the way from the page to the files */
export function drawingHtml(scripts: readonly string[], root: string): string {
  if (scripts.length === 0) return "";
  const files = scripts.map((script) => `<script src="${root}${script}"></script>`).join("");
  return `${files}<script>${DRAW}</script>`;
}

/** Only our own look changes with the theme; a figure's own template stays as it is. */
const DRAW = `
const figures = [...document.querySelectorAll(".figure")].map((place) => {
  const json = place.querySelector("script").textContent;
  place.replaceChildren();
  return { place, json };
});
function drawFigures() {
  const ink = getComputedStyle(document.body).color;
  for (const { place, json } of figures) {
    const { data, layout } = JSON.parse(json);
    const look = layout.template && layout.template.layout;
    if (look && look.font && look.font.color === "${NEUTRAL}") look.font.color = ink;
    Plotly.react(place, data, layout, { responsive: true });
  }
}
drawFigures();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawFigures);`;
