import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { useBackend } from "../../lib/backend";
import { environmentOf } from "../../lib/provenance/environment";
import { projectState } from "../../lib/provenance/project";

before(() => useBackend());
const scratch = mkdtempSync(join(tmpdir(), "project-"));
after(() => rmSync(scratch, { recursive: true }));

const hasGit = (() => {
  try {
    execFileSync("git", ["--version"]);
    return true;
  } catch {
    return false;
  }
})();

test("a folder without git says unknown, not nothing", () => {
  writeFileSync(join(scratch, "package.json"), '{"version": "1.2.3"}');
  const { version, git, lock_sha256 } = projectState(scratch);
  assert.deepEqual([version, git.commit, git.dirty, lock_sha256], ["1.2.3", "unknown", "unknown", "unknown"]);
});

test("a commit, and what differs from it", { skip: !hasGit && "no git on this machine" }, () => {
  const git = (...words: string[]) =>
    execFileSync("git", ["-C", scratch, "-c", "user.name=x", "-c", "user.email=x@x", ...words]);
  git("init", "-q");
  git("add", ".");
  git("commit", "-qm", "one");
  const clean = projectState(scratch).git;
  assert.match(clean.commit, /^[0-9a-f]{40}$/);
  assert.deepEqual([clean.dirty, clean.changed, clean.diff_sha256], [false, [], null]);
  writeFileSync(join(scratch, "package.json"), '{"version": "1.2.4"}');
  writeFileSync(join(scratch, "new.ts"), "");
  const dirty = projectState(scratch).git;
  assert.deepEqual([dirty.dirty, dirty.changed], [true, ["package.json", "new.ts"]]);
  assert.match(dirty.diff_sha256 ?? "", /^[0-9a-f]{64}$/);
});

test("the environment leaves nothing out and names no place", () => {
  process.env.OMP_NUM_THREADS = "2";
  const environment = environmentOf();
  const empty = Object.entries({ ...environment.software, ...environment.machine }).filter(
    ([, value]) => value === "" || value === undefined,
  );
  assert.deepEqual(empty, []);
  assert.equal(environment.flags.OMP_NUM_THREADS, "2");
  assert.ok("TF_NUM_INTRAOP_THREADS" in environment.flags && "TF_ENABLE_ONEDNN_OPTS" in environment.flags);
  for (const name of ["WORKBOOK_CACHE", "HOME", "PATH", "HF_TOKEN"]) assert.ok(!(name in environment.flags), name);
  assert.match(environment.software["@tensorflow/tfjs-node-gpu"], /^\d+\.\d+\.\d+$/);
});
