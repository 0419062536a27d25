/**
 * What a cell can show: one value in several formats, of which a front end picks the richest it knows. The kernel shows
 * a Display that is a cell's last expression; `display` (show.ts) shows one at any other place.
 */
import { inspect } from "node:util";
import { usageError } from "../errors";

/** MIME type -> value: text, base64 for images, an object for JSON types. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** The property by which a value shows itself: the one that Deno's kernel reads, too. */
export const DISPLAY: unique symbol = Symbol.for("Jupyter.display");

/** Anything that can show itself as a cell's last expression; there its formats may take their time. */
export interface Displayable {
  [DISPLAY](): MimeBundle | Promise<MimeBundle>;
}

/** An output that can be replaced: with `update`, what is shown replaces the one of that id. */
export interface DisplayPlace {
  id: string;
  update: boolean;
}

/** The kernel's door for output, set by it as `globalThis[Symbol.for("workbook.output")]`. */
export interface OutputPort {
  /** True where a reader sits before the notebook and can answer; false in a runner. */
  interactive?: boolean;
  /** Asks the reader for a line of text. */
  ask?(prompt: string): Promise<string>;
  display(bundle: MimeBundle, metadata: MimeBundle, place?: DisplayPlace): void;
}

const PORT = Symbol.for("workbook.output");

/** A finished value to show, made by `entities`, `table`, `matrix`, `figure`. */
export class Display implements Displayable {
  /** @param metadata by MIME type, e.g. the size at which a picture is shown */
  constructor(
    readonly bundle: MimeBundle,
    readonly metadata: MimeBundle = {},
  ) {}

  [DISPLAY](): MimeBundle {
    return this.bundle;
  }

  /** The plain-text form. */
  toString(): string {
    return String(this.bundle["text/plain"] ?? "");
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** True for values with a `Symbol.for("Jupyter.display")` method. */
export function isDisplayable(value: unknown): value is Displayable {
  const holder = typeof value === "function" || (typeof value === "object" && value !== null) ? value : {};
  return DISPLAY in holder && typeof holder[DISPLAY] === "function";
}

/** A value's formats, as they are. @throws UserError where it answers with something else */
export function bundleOf(value: Displayable): MimeBundle | Promise<MimeBundle> {
  const answer = value[DISPLAY]();
  return answer instanceof Promise ? answer.then(checked) : checked(answer);
}

function checked(bundle: unknown): MimeBundle {
  if (typeof bundle === "object" && bundle !== null && !Array.isArray(bundle)) return { ...bundle };
  throw usageError(
    `a Symbol.for("Jupyter.display") method gave ${inspect(bundle)}, wanted an object of MIME types, e.g. { "text/plain": "..." }.`,
  );
}

/** The kernel's door, or undefined outside a notebook. */
export function outputPort(): OutputPort | undefined {
  const port: unknown = Reflect.get(globalThis, PORT);
  return isPort(port) ? port : undefined;
}

function isPort(value: unknown): value is OutputPort {
  return typeof value === "object" && value !== null && "display" in value && typeof value.display === "function";
}

/** What a value says of its formats, beside the formats themselves. */
export function metadataOf(value: Displayable): MimeBundle {
  return value instanceof Display ? value.metadata : {};
}

/** Opens the door; the kernel calls this once. */
export function openOutput(port: OutputPort | undefined): void {
  Object.assign(globalThis, { [PORT]: port });
}
