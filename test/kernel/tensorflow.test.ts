/** TensorFlow.js in a cell is the project's, on the project's backend, however it is imported. In real kernels, a fresh one each. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { useBackend } from "../../lib/backend";
import { Session } from "./session";

const folder = mkdtempSync(join(tmpdir(), "workbook-tensorflow-"));
let backend: string;

before(async () => {
  backend = (await useBackend()).name;
  writeFileSync(
    join(folder, "mine.ts"),
    'import * as tf from "@tensorflow/tfjs";\nexport const product = () => tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0];\nexport const backend = () => tf.getBackend();\n',
  );
});
after(() => rmSync(folder, { recursive: true }));

const MULTIPLY = "console.log(tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0], tf.getBackend());";

/** The first cell of a kernel: all that it prints, which has no advice to install anything. */
for (const [way, cell] of Object.entries({
  "import of tfjs": `import * as tf from "@tensorflow/tfjs";\n${MULTIPLY}`,
  "import of tfjs-node": `import * as tf from "@tensorflow/tfjs-node";\n${MULTIPLY}`,
  "import of tfjs-node-gpu": `import * as tf from "@tensorflow/tfjs-node-gpu";\n${MULTIPLY}`,
  "import of the core": `import * as tf from "@tensorflow/tfjs-core";\n${MULTIPLY}`,
  "import() in a cell": `const tf = await import("@tensorflow/tfjs");\n${MULTIPLY}`,
  "require in a cell": `const tf = require("@tensorflow/tfjs") as typeof import("@tensorflow/tfjs");\n${MULTIPLY}`,
  danfojs: `import * as dfd from "danfojs-node";\nconst tf = dfd.tensorflow;\n${MULTIPLY}`,
  "a file of the reader's own": 'import { backend, product } from "./mine";\nconsole.log(product(), backend());',
}))
  test(`${way} starts the project's backend and advises nothing`, async () => {
    const cells = await Session.start(folder);
    try {
      assert.equal(await cells.printed(cell), `11 ${backend}\n`);
    } finally {
      await cells.close();
    }
  });

test("all ways lead to one engine; a backend that the reader chooses stays chosen", async () => {
  const cells = await Session.start(folder);
  try {
    const both =
      'import * as tf from "@tensorflow/tfjs";\nimport * as node from "@tensorflow/tfjs-node";\nimport * as dfd from "danfojs-node";';
    assert.equal(
      await cells.result(`${both}\n[tf.engine() === node.engine(), dfd.tensorflow.engine() === tf.engine()]`),
      "[ true, true ]",
    );
    assert.match(await cells.failure("node.matMull()"), /'matMull' does not exist/);
    assert.equal(await cells.printed(`await tf.setBackend("cpu");\n${MULTIPLY}`), "11 cpu\n");
    assert.equal(await cells.printed(`import * as tf2 from "@tensorflow/tfjs";\n${MULTIPLY}`), "11 cpu\n");
  } finally {
    await cells.close();
  }
});

test("a backend that cannot start is the cell's error", async () => {
  const { BACKEND } = process.env;
  process.env.BACKEND = "nonsense";
  let cells: Session;
  try {
    cells = await Session.start(folder);
  } finally {
    if (BACKEND === undefined) delete process.env.BACKEND;
    else process.env.BACKEND = BACKEND;
  }
  try {
    assert.match(await cells.failure(`import * as tf from "@tensorflow/tfjs";\n${MULTIPLY}`), /BACKEND/);
    assert.equal(await cells.result("1 + 1"), "2");
  } finally {
    await cells.close();
  }
});
