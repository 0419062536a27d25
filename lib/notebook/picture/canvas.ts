/** The canvas that plotly paints heat maps and images on: filled rectangles and whole images of pixels, as a PNG. */
import { PNG } from "pngjs";

interface CanvasElement {
  width: number;
  height: number;
}

interface Pixels {
  width: number;
  height: number;
  data: Uint8ClampedArray;
}

type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

/** A canvas's "2d" context, as far as plotly uses it. */
class Context {
  fillStyle = "rgba(0,0,0,1)";
  private readonly data: Uint8ClampedArray;
  private readonly width: number;
  private readonly height: number;

  constructor({ width, height }: CanvasElement) {
    this.width = width;
    this.height = height;
    this.data = new Uint8ClampedArray(width * height * 4);
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    const colour = parseColour(this.fillStyle);
    const [left, right] = within(x, x + width, this.width);
    const [top, bottom] = within(y, y + height, this.height);
    for (let row = top; row < bottom; row++)
      for (let column = left; column < right; column++) this.data.set(colour, (row * this.width + column) * 4);
  }

  createImageData(width: number, height: number): Pixels {
    return { width, height, data: new Uint8ClampedArray(width * height * 4) };
  }

  putImageData({ width, height, data }: Pixels, x: number, y: number): void {
    for (let row = 0; row < height; row++)
      this.data.set(data.subarray(row * width * 4, (row + 1) * width * 4), ((row + y) * this.width + x) * 4);
  }

  toDataURL(): string {
    const png = new PNG({ width: this.width, height: this.height });
    png.data = Buffer.from(this.data.buffer);
    return `data:image/png;base64,${PNG.sync.write(png).toString("base64")}`;
  }
}

const contexts = new WeakMap<CanvasElement, Context>();

/** For `HTMLCanvasElement.prototype.getContext`; null for WebGL, as in a browser without it. */
export function getContext(this: CanvasElement, kind: string): Context | null {
  if (kind !== "2d") return null;
  const context = contexts.get(this) ?? new Context(this);
  contexts.set(this, context);
  return context;
}

/** For `HTMLCanvasElement.prototype.toDataURL`. */
export function toDataURL(this: CanvasElement): string {
  return (contexts.get(this) ?? new Context(this)).toDataURL();
}

function within(from: number, to: number, size: number): [number, number] {
  return [Math.max(0, Math.round(Math.min(from, to))), Math.min(size, Math.round(Math.max(from, to)))];
}

/** plotly writes `rgb(r,g,b)` and `rgba(r,g,b,a)`. @throws Error for another colour: a black field would be a wrong value */
function parseColour(text: string): Rgba {
  const numbers = /^rgba?\(([^)]*)\)$/.exec(text)?.[1].split(",").map(Number) ?? [];
  if (numbers.length < 3 || numbers.some(Number.isNaN)) throw new Error(`colour ${text} cannot be painted`);
  return [numbers[0], numbers[1], numbers[2], Math.round(255 * (numbers[3] ?? 1))];
}
