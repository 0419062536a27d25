/** Where a file that is to be written really is: behind links, and whether something stands there that cannot be replaced. */
import { readlinkSync, type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../errors";

export type Target =
  /** A regular file or none yet; `mode` is that of the file that is there. */
  | { kind: "file"; path: string; mode?: number }
  /** A device, a pipe, or a descriptor that is open already: it is written through, never replaced. */
  | { kind: "stream"; path: string; descriptor?: number };

/** As many links in a row as the system follows. */
const MAX_LINKS = 40;

/**
 * Looks where a write to this path has to go; nothing is opened.
 * @throws UserError for "", a folder, and links that lead in a ring
 */
export function targetOf(path: string): Target {
  if (path === "") throw new UserError('cannot write "": wanted the name of a file.');
  const end = followLinks(path);
  const descriptor = openDescriptor(end);
  if (descriptor !== undefined) return { kind: "stream", path, descriptor };
  const found = look(end, path);
  if (found?.isDirectory() || (!found && /[\\/]$/.test(path)))
    throw new UserError(`cannot write ${path}: it is a folder; wanted the name of a file.`);
  if (found && !found.isFile()) return { kind: "stream", path: end };
  return { kind: "file", path: end, mode: found && found.mode & 0o777 };
}

/** What stands there. @throws UserError where that cannot be known: a file on the way, a folder that may not be looked into */
function look(end: string, path: string): Stats | undefined {
  try {
    return statSync(end, { throwIfNoEntry: false });
  } catch (error) {
    throw new UserError(`cannot write ${path}: ${error instanceof Error ? error.message : error}.`);
  }
}

/**
 * What a path means once every link at its end is followed, also where nothing is there yet.
 * @throws UserError for links that lead in a ring
 */
export function followLinks(path: string): string {
  let at = path;
  for (let links = 0; links <= MAX_LINKS; links++) {
    const next = openDescriptor(at) === undefined ? linkAt(at) : undefined;
    if (next === undefined) return at;
    at = resolve(dirname(at), next);
  }
  throw new UserError(`${path} is a link that leads to itself; wanted the name of a file.`);
}

/** The text of a link, or undefined for what is none. */
function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    // EINVAL: no link. What else is wrong with the path, the one who opens it says.
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

/** The number of the descriptor that a path such as /dev/stdout stands for: with it goes whatever the shell has opened there. */
function openDescriptor(path: string): number | undefined {
  const [, name, number] = /^\/(?:dev\/(stdout|stderr)|(?:dev|proc\/self)\/fd\/(\d+))$/.exec(path) ?? [];
  if (name) return name === "stdout" ? 1 : 2;
  return number === undefined ? undefined : Number(number);
}
