/** The font of the pictures, DejaVu Sans: its files for who draws, the width of a text for who lays out. */
import { dirname, join } from "node:path";

interface Font {
  unitsPerEm: number;
  ascent: number;
  descent: number;
  hasGlyphForCodePoint(code: number): boolean;
  layout(text: string): { advanceWidth: number };
}

/** In shares of the font's size. */
export interface TextSize {
  width: number;
  ascent: number;
  descent: number;
}

const FOLDER = join(dirname(require.resolve("dejavu-fonts-ttf/package.json")), "ttf");

/** Regular and bold, by their files. */
export const FONT_FILES: readonly string[] = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"].map((name) =>
  join(FOLDER, name),
);

const opened: Font[] = [];
const sizes = new Map<string, TextSize>();
/** Most texts whose size is remembered. */
const REMEMBERED = 5_000;

function font(bold: boolean): Font {
  const at = bold ? 1 : 0;
  opened[at] ??= require("fontkit").openSync(FONT_FILES[at]);
  return opened[at];
}

/** The size of one line of text in shares of its font's size. */
export function textSize(text: string, bold: boolean): TextSize {
  const key = `${bold} ${text}`;
  const known = sizes.get(key);
  if (known) return known;
  const { unitsPerEm, ascent, descent } = font(bold);
  const size = { width: widthOf(text, bold), ascent: ascent / unitsPerEm, descent: -descent / unitsPerEm };
  if (sizes.size < REMEMBERED) sizes.set(key, size);
  return size;
}

/** A character that the font lacks counts as one em: it is drawn with a font of the machine's. */
function widthOf(text: string, bold: boolean): number {
  const face = font(bold);
  const known = [...text].filter((character) => covers(character, face)).join("");
  const foreign = [...text].filter((character) => !covers(character, face)).length;
  return face.layout(known).advanceWidth / face.unitsPerEm + foreign;
}

/** True where the font has every character of the text. */
export function isCovered(text: string): boolean {
  const face = font(false);
  return [...text].every((character) => covers(character, face));
}

function covers(character: string, face: Font): boolean {
  // Line ends, and the zero-width space by which plotly ends a superscript, need no glyph.
  return /[\s\u200b]/.test(character) || face.hasGlyphForCodePoint(character.codePointAt(0) ?? 0);
}
