/** node_modules gets nothing but a pointer to the cache: `npm ci` may empty it and a second makes it good. */
import { cpSync, existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { dirname, sep } from "node:path";
import { BINDING_PATH } from "../../files/places";
import type { Installed } from "./rung";

/** Points the native package at a library of the cache. */
export function link({ binding, folder }: Installed): void {
  const target = dirname(BINDING_PATH);
  mkdirSync(target, { recursive: true });
  rmSync(BINDING_PATH, { force: true });
  try {
    symlinkSync(binding, BINDING_PATH);
  } catch (error) {
    // Windows without developer mode: the binding with the libraries it finds beside itself. Written, not run.
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) throw error;
    cpSync(dirname(binding), target, { recursive: true });
    if (dirname(binding) !== folder) cpSync(folder, dirname(dirname(target)), { recursive: true, force: false });
  }
}

/** Where the native package points now, or undefined. */
export function linkTarget(): string | undefined {
  return lstatSync(BINDING_PATH, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(BINDING_PATH) : undefined;
}

/** Puts an earlier pointer back, or takes the present one away where there was none. */
export function restore(target: string | undefined): void {
  if (linkTarget() === target) return;
  rmSync(BINDING_PATH, { force: true });
  if (target !== undefined) symlinkSync(target, BINDING_PATH);
}

/** True where the native package already points into this folder and what it points at is there. */
export function linkedTo(folder: string): boolean {
  return (linkTarget()?.startsWith(folder + sep) ?? false) && existsSync(BINDING_PATH);
}
