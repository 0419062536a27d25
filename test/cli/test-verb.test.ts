import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { readCounts } from "../../lib/cli/test";
import { ROOT } from "../tiny";

test("the closing line counts what Node's runner counts; a cut file is a failure", () => {
  const tap = "1..9\n# tests 9\n# suites 0\n# pass 5\n# fail 1\n# cancelled 1\n# skipped 2\n# todo 0\n";
  assert.deepEqual(readCounts(tap), { passed: 5, failed: 2, skipped: 2 });
});

test("the other test verbs have a help page too, which installs and runs nothing, and refuse what they do not know", () => {
  for (const name of ["golden", "long", "python", "eras"]) {
    const call = (...words: string[]) =>
      spawnSync(process.execPath, [join(ROOT, "dist", "test", `${name}.js`), ...words], { encoding: "utf8" });
    const help = call("--help");
    assert.equal(help.status, 0, help.stderr);
    assert.match(help.stdout, new RegExp(`npm run -s test:${name} -- .*--json FILE`, "s"));
    assert.equal(call("--nonsense").status, 2);
  }
  for (const name of ["long", "python"]) {
    const none = spawnSync(process.execPath, [join(ROOT, "dist", "test", `${name}.js`), "no-such-test"]);
    assert.equal(none.status, 2);
    assert.match(String(none.stderr), /^test:\w+: no test's name holds no-such-test; wanted a word of [^\n]+\.\n$/);
  }
});
