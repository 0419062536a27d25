/**
 * SVG to PNG without a browser, by resvg. PNG, because a front end hides an untrusted SVG and code hosts treat it in
 * various ways; every one of them shows a PNG.
 */
import { dirname, join } from "node:path";

/** The little of @resvg/resvg-js that is used. */
interface Resvg {
  render(): { asPng(): Buffer };
}
interface ResvgModule {
  Resvg: new (svg: string, options: object) => Resvg;
}

/** Loaded with the first picture; null where it is not installed. */
let library: ResvgModule | null | undefined;
let fonts: string[] | undefined;

function renderer(): ResvgModule | null {
  const found: ResvgModule | undefined = optional(() => require("@resvg/resvg-js"));
  return found ?? null;
}

/**
 * @param svg an SVG document
 * @param zoom 2 is sharp on every screen, where the front end is told the size to show it at
 * @returns the picture; undefined where resvg is not installed on this platform
 */
export function png(svg: string, zoom = 2): Buffer | undefined {
  if (library === undefined) library = renderer();
  if (library === null) return undefined;
  fonts ??= fontFiles();
  const font = { fontFiles: fonts, loadSystemFonts: fonts.length === 0, defaultFontFamily: "DejaVu Sans" };
  return new library.Resvg(svg, { font, fitTo: { mode: "zoom", value: zoom } }).render().asPng();
}

/** A font of our own: without one, a machine that has none would draw pictures without words. */
function fontFiles(): string[] {
  const folder = optional(() => dirname(require.resolve("dejavu-fonts-ttf/package.json")));
  return folder ? ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"].map((name) => join(folder, "ttf", name)) : [];
}

/** What `load` gives, or undefined where the package is not there; every other error stays one. */
function optional<T>(load: () => T): T | undefined {
  try {
    return load();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}
