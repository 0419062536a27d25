/**
 * Text from data in HTML: escaped, isolated, and never markup. Styles are written on each element, because a notebook's
 * HTML is read where style sheets and scripts are stripped (an untrusted notebook, a code host's page); what an element
 * says must therefore also be readable with no style at all.
 */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Half a surrogate pair is no character: it cannot be sent as UTF-8. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Control characters other than tab and newline: nothing to see, and illegal in XML. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** Marks that turn the writing direction of what follows, and the marks that end them (Unicode UAX 9). */
const DIRECTION = /[\u202a-\u202e\u2066-\u2069]/g;
const [POP, POP_ISOLATE] = ["\u202c", "\u2069"];

/** The same text with everything replaced that cannot be shown, and every turn of the writing direction ended. */
export function showable(text: string): string {
  return endTurns(text.replace(LONE_SURROGATE, "\ufffd").replace(CONTROL, "\ufffd"));
}

/** A turn that is left open would turn round what stands after the text, too. */
function endTurns(text: string): string {
  const open: string[] = [];
  for (const [mark] of text.matchAll(DIRECTION)) {
    if (mark === POP || mark === POP_ISOLATE) {
      if (open.at(-1) === mark) open.pop();
    } else open.push(mark >= "\u2066" ? POP_ISOLATE : POP);
  }
  return text + open.reverse().join("");
}

/** Text for HTML, between tags or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return showable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** Text of unknown writing direction: direction marks in it end with it. */
export function isolated(text: string): string {
  return `<bdi>${escapeHtml(text)}</bdi>`;
}

/** At most `length` characters, an ellipsis for the rest; never half a character. */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/**
 * A number for reading. Whole digits are never rounded away: `digits` limits the decimals of a number above 1, and the
 * significant digits of one below. Powers of ten below .001 and from 1e15 on.
 */
export function readableNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  if (size < 1e-3) return value.toExponential(Math.max(0, digits - 2));
  return String(size < 1 ? Number(value.toPrecision(digits)) : Number(value.toFixed(digits)));
}
