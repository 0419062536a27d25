"use strict";
// Makes data/sample/*.jsonl anew from source.txt: `npm run -s build && node test/write-sample.cjs`.
const { readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { inlineRecords, sampleFiles } = require("../dist/lib/data/inline");

const folder = join(__dirname, "..", "data", "sample");
const records = inlineRecords(readFileSync(join(folder, "source.txt"), "utf8"), "source.txt");
for (const [name, text] of Object.entries(sampleFiles(records))) writeFileSync(join(folder, name), text);
