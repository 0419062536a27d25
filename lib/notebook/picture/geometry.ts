/**
 * Where SVG elements lie, as a browser's `getBBox` and `getBoundingClientRect` say: jsdom lays nothing out. plotly asks for
 * texts and for what stands around them (titles, legends, tables), so texts are exact and curves go by their points.
 */
import type { Box, PageElement, PageNode } from "./dom";
import { textSize } from "./fonts";
import { around, type Matrix, moved, multiply, parseTransform } from "./transform";

/** plotly's size of a text that says none (pixels). */
const SIZE = 12;

/** The box in the element's own coordinates; undefined where there is nothing to see. */
export function boxOf(element: PageElement): Box | undefined {
  const name = element.tagName.toLowerCase();
  if (element.getAttribute("style")?.includes("display: none")) return undefined;
  if (name === "text" || name === "tspan") return textBox(element);
  if (name === "path") return pathBox(element.getAttribute("d") ?? "");
  if (name === "g" || name === "svg" || name === "a") return union(Array.from(element.children).map(boxInParent));
  return shapeBox(element, name);
}

/** The box on the page: under the transforms of the element and of all around it. */
export function boxOnPage(element: PageElement): Box | undefined {
  const box = boxOf(element);
  return box && moved(box, matrixOnPage(element));
}

function matrixOnPage(element: PageElement): Matrix {
  let matrix = parseTransform(element.getAttribute("transform"));
  for (let at = element.parentNode; at && "getAttribute" in at; at = at.parentNode)
    matrix = multiply(parseTransform(at.getAttribute("transform")), matrix);
  return matrix;
}

function boxInParent(element: PageElement): Box | undefined {
  const box = boxOf(element);
  return box && moved(box, parseTransform(element.getAttribute("transform")));
}

function union(boxes: readonly (Box | undefined)[]): Box | undefined {
  const corners = boxes.flatMap((box) => (box ? [[box.left, box.top] as const, [box.right, box.bottom] as const] : []));
  return corners.length === 0 ? undefined : around(corners);
}

function shapeBox(element: PageElement, name: string): Box | undefined {
  const number = (attribute: string): number => Number.parseFloat(element.getAttribute(attribute) ?? "0") || 0;
  if (name === "rect" || name === "image" || name === "foreignobject") {
    const [left, top] = [number("x"), number("y")];
    return { left, top, right: left + number("width"), bottom: top + number("height") };
  }
  if (name === "circle") {
    const [x, y, r] = [number("cx"), number("cy"), number("r")];
    return { left: x - r, top: y - r, right: x + r, bottom: y + r };
  }
  if (name !== "line") return undefined;
  return around([
    [number("x1"), number("y1")],
    [number("x2"), number("y2")],
  ]);
}

/** Around the end points and control points of a path; plotly writes absolute commands, and relative ones for markers. */
function pathBox(path: string): Box | undefined {
  const points: [number, number][] = [];
  let [x, y] = [0, 0];
  for (const [, letter, list] of path.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)) {
    const numbers = (list.match(/-?\d*\.?\d+(?:e-?\d+)?/g) ?? []).map(Number);
    const from: [number, number] = letter === letter.toLowerCase() ? [x, y] : [0, 0];
    for (const [dx, dy] of pairs(letter.toUpperCase(), numbers, from, [x, y])) {
      [x, y] = [dx, dy];
      points.push([x, y]);
    }
  }
  return points.length > 0 ? around(points) : undefined;
}

function pairs(
  letter: string,
  n: readonly number[],
  [ox, oy]: readonly [number, number],
  [x, y]: readonly [number, number],
): [number, number][] {
  if (letter === "Z") return [];
  if (letter === "H") return n.map((value) => [ox + value, y]);
  if (letter === "V") return n.map((value) => [x, oy + value]);
  const [step, first] = letter === "A" ? [7, 5] : [2, 0];
  const found: [number, number][] = [];
  for (let at = first; at + 1 < n.length; at += step) found.push([ox + n[at], oy + n[at + 1]]);
  return found;
}

/** The look of a piece of text. */
interface Look {
  size: number;
  bold: boolean;
}

/** A piece of text, and where a line starts. */
interface Run {
  text: string;
  look: Look;
  x?: number;
  y?: number;
  dy: number;
}

function textBox(element: PageElement): Box | undefined {
  const runs = runsOf(element, lookAround(element));
  const anchor = inherited(element, "text-anchor") ?? "start";
  const boxes: Box[] = [];
  let y = 0;
  for (let at = 0; at < runs.length; ) {
    let end = at + 1;
    while (end < runs.length && runs[end].x === undefined) end++;
    const line = runs.slice(at, end);
    const width = line.reduce((sum, { text, look }) => sum + look.size * textSize(text, look.bold).width, 0);
    const left = (line[0].x ?? 0) - (anchor === "middle" ? width / 2 : anchor === "end" ? width : 0);
    for (const { text, look, y: start, dy } of line) {
      y = (start ?? y) + dy;
      if (text === "") continue;
      const { ascent, descent } = textSize(text, look.bold);
      boxes.push({ left, right: left + width, top: y - look.size * ascent, bottom: y + look.size * descent });
    }
    at = end;
  }
  return union(boxes);
}

function runsOf(element: PageElement, look: Look): Run[] {
  const own = { x: attribute(element, "x"), y: attribute(element, "y"), dy: shift(element, look) };
  const inner = Array.from(element.childNodes).flatMap((node) =>
    isElement(node) ? runsOf(node, lookOf(node, look)) : [{ text: node.textContent ?? "", look, dy: 0 }],
  );
  return [{ text: "", look, ...own }, ...inner];
}

function isElement(node: PageNode | PageElement): node is PageElement {
  return "tagName" in node;
}

function attribute(element: PageElement, name: string): number | undefined {
  const text = element.getAttribute(name);
  return text === null ? undefined : Number.parseFloat(text);
}

function shift(element: PageElement, { size }: Look): number {
  const text = element.getAttribute("dy") ?? "0";
  return Number.parseFloat(text) * (text.endsWith("em") ? size : 1);
}

function lookOf(element: PageElement, around: Look): Look {
  const size = styled(element, "font-size");
  const weight = styled(element, "font-weight");
  return {
    size: size === undefined ? around.size : pixels(size, around.size),
    bold: weight === undefined ? around.bold : weight === "bold" || Number(weight) >= 600,
  };
}

function pixels(size: string, around: number): number {
  const value = Number.parseFloat(size);
  return size.endsWith("%") ? (value / 100) * around : size.endsWith("em") ? value * around : value;
}

function lookAround(element: PageElement): Look {
  const size = inherited(element, "font-size");
  const weight = inherited(element, "font-weight");
  return { size: size ? pixels(size, SIZE) : SIZE, bold: weight === "bold" || Number(weight) >= 600 };
}

function inherited(element: PageElement, name: string): string | undefined {
  for (let at: PageElement | null = element; at && "getAttribute" in at; at = at.parentNode) {
    const value = styled(at, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

function styled(element: PageElement, name: string): string | undefined {
  const style = element.getAttribute("style");
  const found = style && new RegExp(`(?:^|;)\\s*${name}:\\s*([^;]+)`).exec(style)?.[1].trim();
  return found || (element.getAttribute(name) ?? undefined);
}
