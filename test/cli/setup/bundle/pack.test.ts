/** A bundle of small parts: a real repository, real git, tar and shell; what a laptop unpacks starts itself. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { which } from "../../../../lib/backend/install/run";
import { BUNDLE_NAME, type PackOptions, pack } from "../../../../lib/cli/setup/bundle/pack";
import { BUNDLE_FOLDER } from "../../../../lib/cli/setup/bundle/parts";
import { PROJECT_ROOT } from "../../../../lib/files/places";

const scratch = mkdtempSync(join(tmpdir(), "bundle-"));
after(() => rmSync(scratch, { recursive: true }));

const root = join(scratch, "checkout");
const put = (path: string, text: string) => {
  mkdirSync(join(scratch, path, ".."), { recursive: true });
  writeFileSync(join(scratch, path), text);
};
const git = (...words: string[]) =>
  execFileSync("git", ["-C", root, "-c", "user.name=a", "-c", "user.email=a@b", ...words], { encoding: "utf8" });

/** In place of the launcher: says how it was called. */
const SAYS = `const { WORKBOOK_CACHE, WORKBOOK_OFFLINE, PIP_NO_INDEX, PIP_FIND_LINKS } = process.env;
console.log(JSON.stringify({ words: process.argv.slice(2), cwd: process.cwd(), WORKBOOK_CACHE, WORKBOOK_OFFLINE, PIP_NO_INDEX, PIP_FIND_LINKS }));
`;

before(() => {
  put("checkout/lib/cli/launch.cjs", SAYS);
  put("checkout/notes.txt", "as committed\n");
  put("checkout/.gitignore", "node_modules/\n");
  git("init", "--quiet");
  git("add", ".");
  git("commit", "--quiet", "--message", "one");
  put("checkout/notes.txt", "changed since\n");
  put("checkout/node_modules/a/index.js", "module.exports = 1;\n");
  put("checkout/node_modules/b/binding.node", "of this machine\n");
  symlinkSync("../a", join(root, "node_modules/b/a"));
  put("cache/encoders/mini/config.json", "{}\n");
  mkdirSync(join(scratch, "bin"));
  symlinkSync(process.execPath, join(scratch, "bin/node"));
});

const options = (): PackOptions => ({
  root,
  out: join(scratch, "class.tar.gz"),
  parts: [
    {
      name: "packages",
      from: join(root, "node_modules"),
      to: "node_modules",
      without: join(root, "node_modules/b/binding.node"),
    },
    { name: "encoder", from: join(scratch, "cache/encoders/mini"), to: join(BUNDLE_FOLDER, "cache/encoders/mini") },
    { name: "Node", from: join(scratch, "bin"), to: join(BUNDLE_FOLDER, "bin") },
    { name: "class.sh", from: join(PROJECT_ROOT, "lib/cli/setup/bundle/class.sh"), to: "class.sh" },
  ],
  add: {
    name: "wheels",
    fill: async (folder) => {
      mkdirSync(join(folder, BUNDLE_FOLDER, "wheels"));
      copyFileSync(join(root, "notes.txt"), join(folder, BUNDLE_FOLDER, "wheels/a.whl"));
    },
  },
  log: () => undefined,
});

/** Unpacks where a path has a space in it. */
async function unpacked(): Promise<string> {
  const packed = await pack(options());
  assert.equal(packed.commit, git("rev-parse", "HEAD").trim());
  assert.deepEqual(Object.keys(packed.parts_mb), ["repository", "packages", "encoder", "Node", "class.sh", "wheels"]);
  const laptop = mkdtempSync(join(scratch, "a laptop-"));
  execFileSync("tar", ["-xzf", packed.out, "-C", laptop]);
  return join(laptop, BUNDLE_NAME);
}

test("a bundle is what is committed, with its parts; links stay links, and nothing of the work is left", async () => {
  const folder = await unpacked();
  assert.equal(readFileSync(join(folder, "notes.txt"), "utf8"), "as committed\n");
  assert.equal(readlinkSync(join(folder, "node_modules/b/a")), "../a");
  assert.ok(!existsSync(join(folder, "node_modules/b/binding.node")));
  assert.ok(existsSync(join(folder, BUNDLE_FOLDER, "cache/encoders/mini/config.json")));
  assert.ok(!existsSync(join(folder, ".git")));
  assert.deepEqual(
    readdirSync(scratch).filter((name) => name.startsWith(".bundle-")),
    [],
  );
});

test("class.sh starts the workbook with what came along, where the machine has no Node and no network", {
  skip: process.platform === "win32" && "a shell script",
}, async () => {
  const folder = await unpacked();
  const tools = mkdtempSync(join(scratch, "tools-"));
  for (const name of ["sh", "dirname"]) symlinkSync(which(name) ?? name, join(tools, name));
  const said = (...words: string[]) =>
    JSON.parse(execFileSync(join(folder, "class.sh"), words, { encoding: "utf8", cwd: "/", env: { PATH: tools } }));
  assert.deepEqual(said(), {
    words: ["start"],
    cwd: folder,
    WORKBOOK_CACHE: join(folder, BUNDLE_FOLDER, "cache"),
    WORKBOOK_OFFLINE: "1",
    PIP_NO_INDEX: "1",
    PIP_FIND_LINKS: join(BUNDLE_FOLDER, "wheels"),
  });
  assert.deepEqual(said("predict", "--labels", "a b").words, ["predict", "--labels", "a b"]);
});

test("a missing part, or a folder that is no checkout, is said in one sentence and leaves no archive", async () => {
  const out = join(scratch, "none.tar.gz");
  const parts = [{ name: "encoder", from: join(scratch, "no such folder"), to: "encoder" }];
  await assert.rejects(pack({ ...options(), out, parts }), /^UserError: encoder cannot be added to the bundle: /);
  await assert.rejects(pack({ ...options(), out, root: tmpdir() }), /is no git checkout with a commit/);
  assert.ok(!existsSync(out));
});
