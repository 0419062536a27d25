"use strict";
// @ts-check
/**
 * What the kernelspec starts: `node launch.cjs CONNECTION_FILE`.
 *
 * TensorFlow's allocator reads its settings from the environment at process start. The kernelspec carries them, so most
 * often this process is the kernel; a front end that ignores a kernelspec's `env` gets a second process with them, which
 * passes signals on and ends with the first.
 */
const { existsSync } = require("node:fs");
const { join } = require("node:path");

/** @type {Record<string, string | undefined>} */
const wanted = require("../backend/environment.cjs").tunedEnvironment({});
const main = join(__dirname, "..", "..", "dist", "lib", "kernel", "main.js");
const tuned = Object.keys(wanted).every((name) => process.env[name] !== undefined);

if (!existsSync(main)) {
  process.stderr.write(
    `${main} is missing: the project is not built; run \`npm start\` or \`npm run -s build\` once.\n`,
  );
  process.exit(1);
} else if (tuned) {
  require(main).startKernel(process.argv[2]);
} else {
  respawn();
}

function respawn() {
  const { spawn } = require("node:child_process");
  const parent = process.ppid;
  const child = spawn(process.execPath, [__filename, ...process.argv.slice(2)], {
    env: { ...process.env, ...wanted },
    stdio: "inherit",
  });
  // An interrupt sent to the process group reaches the kernel twice; the kernel takes two within 300 ms for one.
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]))
    process.on(signal, () => child.kill(signal));
  const watch = setInterval(() => {
    if (process.ppid !== parent) child.kill("SIGKILL");
  }, 500);
  child.on("exit", (code, signal) => {
    clearInterval(watch);
    process.exitCode = signal ? 1 : (code ?? 1);
  });
}
