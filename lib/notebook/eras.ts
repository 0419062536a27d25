/** The same cell in several versions of GLiNER, beside each other. */
import { inspect } from "node:util";
import { versionOf } from "../era";
import { usageError } from "../errors";
import { bundleOf, Display } from "./display";
import { escapeHtml, isolated, showable } from "./html";
import { displayOf } from "./show";
import { table } from "./table";
import { brief } from "./tables/brief";

/** What a row of simple values can hold. */
type Simple = string | number | boolean | null;

/** What one version made. */
interface InEra {
  era: string;
  value: unknown;
}

/**
 * Computes the same in each era and shows the results beside each other. Objects of simple values (`{ loss: 2.1, types: 5 }`) become
 * one table, a column a version, where `≠` marks the rows that differ; whatever else shows itself (a table, a figure, a matrix,
 * entities) stands in a column of its own under the version's name.
 * @param eras two or more: "v0" or a version, oldest first
 * @param compute what the cell does in one of them
 * @throws UserError where an era is no version, or there are fewer than two
 *
 * @example
 * await inEras(["0.1.2", "0.2.29"], (era) => ({ ...lossOf(era) }), { title: "The loss" })
 */
export async function inEras(
  eras: readonly string[],
  compute: (era: string) => unknown,
  options: { title?: string } = {},
): Promise<Display> {
  if (eras.length < 2) throw usageError(`inEras got ${eras.length} eras, wanted two or more to set beside each other.`);
  for (const era of eras) versionOf(era);
  const found: InEra[] = [];
  for (const era of eras) found.push({ era, value: await compute(era) });
  const values = found.flatMap(({ era, value }) => (isSimple(value) ? [{ era, value }] : []));
  return values.length === found.length ? rowsBeside(values, options) : displaysBeside(found, options);
}

function rowsBeside(
  found: readonly { era: string; value: Record<string, Simple | undefined> }[],
  { title }: { title?: string },
): Display {
  const keys = [...new Set(found.flatMap(({ value }) => Object.keys(value)))];
  const rows = keys.map((key) => {
    const own = found.map(({ value }) => value[key]);
    const differs = own.some((one) => !Object.is(one, own[0]));
    const cells = found.map(({ era }, i) => [era, own[i] ?? (key in found[i].value ? null : "—")]);
    return { "": `${differs ? "≠" : "="} ${key}`, ...Object.fromEntries(cells) };
  });
  // Numbers as keys would be put in order: columns say which comes first.
  return table(rows, { title, columns: ["", ...found.map(({ era }) => era)] });
}

async function displaysBeside(found: readonly InEra[], { title }: { title?: string }): Promise<Display> {
  const shown = await Promise.all(found.map(async ({ era, value }) => ({ era, ...(await formsOf(value)) })));
  const heading = title ? `<div><b>${isolated(title)}</b></div>` : "";
  const head = shown.map(({ era }) => `<th style="text-align:left">${isolated(era)}</th>`).join("");
  const cells = shown.map(({ html }) => `<td style="vertical-align:top;text-align:left">${html}</td>`).join("");
  const same = shown.every(({ text }) => text === shown[0].text);
  const note = same ? "The same in all of them." : "";
  const html = `${heading}<table><thead><tr>${head}</tr></thead><tbody><tr>${cells}</tr></tbody></table>${note ? `<p>${note}</p>` : ""}`;
  const plain = shown.map(({ era, text }) => `${era}:\n${text.replace(/^/gm, "  ")}`);
  const text = [...(title ? [showable(title)] : []), ...plain, ...(note ? [note] : [])].join("\n");
  return new Display({ "text/html": html, "text/plain": text });
}

/** A value as HTML and as text: a picture where it is drawn, its text where it has nothing else. */
async function formsOf(value: unknown): Promise<{ html: string; text: string }> {
  const own = displayOf(value);
  const bundle = own ? await bundleOf(own) : { "text/plain": inspect(value, { depth: 4 }) };
  const text = String(bundle["text/plain"] ?? brief(value));
  const png = bundle["image/png"];
  if (typeof bundle["text/html"] === "string") return { html: bundle["text/html"], text };
  if (typeof png === "string")
    return { html: `<img alt="${escapeHtml(text)}" src="data:image/png;base64,${png}">`, text };
  return { html: `<pre>${escapeHtml(text)}</pre>`, text };
}

function isSimple(value: unknown): value is Record<string, Simple | undefined> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  if (displayOf(value)) return false;
  return Object.values(value).every((one) => one === null || ["string", "number", "boolean"].includes(typeof one));
}
