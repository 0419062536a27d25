/** Records the version, git state and dependency lock of the code for a run's manifest. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../backend";

/** Which code ran. */
export interface ProjectState {
  version: string;
  git: {
    commit: string;
    /** Whether files differ from the commit. */
    dirty: boolean | "unknown";
    /** Paths inside the project that differ from the commit or are new. */
    changed: string[];
    /** Hash of `git diff HEAD`: two dirty runs of the same code have the same. */
    diff_sha256: string | null;
  };
  /** Of package-lock.json. */
  lock_sha256: string;
}

export function projectState(root = PROJECT_ROOT): ProjectState {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const lock = join(root, "package-lock.json");
  return {
    version: manifest.version,
    git: gitState(root),
    lock_sha256: existsSync(lock) ? sha256(readFileSync(lock)) : "unknown",
  };
}

/** A checkout without git, or a machine without it, is "unknown". */
function gitState(root: string): ProjectState["git"] {
  try {
    const changed = git(root, "status", "--porcelain")
      .split("\n")
      .filter((line) => line !== "");
    const diff = git(root, "diff", "HEAD");
    return {
      commit: git(root, "rev-parse", "HEAD").trim(),
      dirty: changed.length > 0,
      changed: changed.map((line) => line.slice(3)),
      diff_sha256: diff === "" ? null : sha256(diff),
    };
  } catch {
    return { commit: "unknown", dirty: "unknown", changed: [], diff_sha256: null };
  }
}

function git(root: string, ...words: string[]): string {
  return execFileSync("git", ["-C", root, ...words], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "ignore"],
  });
}

const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");
