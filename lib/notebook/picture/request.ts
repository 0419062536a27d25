/** What the kernel's thread and the drawing thread say to each other. */
import type { MessagePort } from "node:worker_threads";
import type { Layout, Trace } from "../figures/plotly";

/** A figure as it is to be drawn: all defaults written out, plain JSON. */
export interface Drawing {
  data: readonly Trace[];
  layout: Layout;
  /** Pixels. */
  width: number;
  height: number;
  /** Pixels of the picture for one of the figure's. */
  zoom: number;
}

export interface PictureRequest {
  drawing: Drawing;
  /** Where the answer goes. */
  port: MessagePort;
  /** [0] becomes 1 once the answer is there. */
  done: Int32Array;
}

/** The picture, or why there is none, as the end of a sentence. */
export type Picture = { png: Uint8Array; fault?: undefined } | { fault: string };
