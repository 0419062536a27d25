/** The little of a browser's page that the still pictures touch; a browser's own types would reach the whole project. */

export interface PageElement {
  readonly tagName: string;
  readonly childNodes: ArrayLike<PageNode>;
  readonly children: ArrayLike<PageElement>;
  readonly parentNode: PageElement | null;
  textContent: string | null;
  getAttribute(name: string): string | null;
  append(child: PageElement): void;
  remove(): void;
}

export interface PageNode {
  /** 1: an element, 3: text. */
  readonly nodeType: number;
  readonly textContent: string | null;
}

/** plotly.js as it stands in the page. */
export interface Plotly {
  newPlot(place: PageElement, data: unknown, layout: unknown, config: object): Promise<unknown>;
  purge(place: PageElement): void;
  Snapshot: { toSVG(place: PageElement, format: "svg", scale: number): string };
}

export interface PageWindow {
  document: { createElement(name: string): PageElement; body: PageElement };
  SVGElement: { prototype: object };
  HTMLCanvasElement: { prototype: object };
  URL: object;
  Plotly: Plotly;
  eval(code: string): void;
}

/** A box in pixels, y downwards. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}
