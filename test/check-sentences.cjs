"use strict";
// Checks data/sentences and counts: `npm run -s build && node test/check-sentences.cjs [WORD...]`, files whose name holds a word.
// `--blind N [SEED]` writes N bare texts for a second reader, `--agreement FILE` compares what that reader marked.
const { readFileSync } = require("node:fs");
const { agreement, blindSheet } = require("../dist/lib/data/inspect/sentences/agreement");
const { checkSentences } = require("../dist/lib/data/inspect/sentences");
const { markedLines } = require("../dist/lib/data/marked/lines");
const { readSentences, readTypes } = require("../dist/lib/data/marked/sentences");

const words = process.argv.slice(2);
const isChosen = (name) => words.length === 0 || words.some((word) => name.includes(word));
const all = readSentences();
if (words[0] === "--blind") {
  process.stdout.write(blindSheet(all, Number(words[1]), Number(words[2] ?? 0)));
  process.exit();
}
if (words[0] === "--agreement") {
  console.log(agreement(all, markedLines(readFileSync(words[1], "utf8"), words[1])));
  process.exit();
}
const chosen = all.filter(({ file }) => isChosen(file));
// Repetitions are looked for in the whole; what is said is about the chosen files.
const { findings } = checkSentences(all, readTypes());
const { figures } = checkSentences(chosen);
const told = findings.filter(({ where, what }) => words.length === 0 || isChosen(where) || words.some((word) => what.includes(`${word}-`)));
for (const { check, where, what } of told) console.log(`${where}: ${what} (${check})`);
const { top, domains, widths, ...numbers } = figures;
const others = new Set(all.filter(({ file }) => !isChosen(file)).flatMap(({ mentions }) => mentions.map(({ label }) => label)));
const own = new Set(chosen.flatMap(({ mentions }) => mentions.map(({ label }) => label)));
console.log(numbers, `mentions a text: ${(figures.mentions / figures.texts).toFixed(2)}`, `types only here: ${[...own].filter((type) => !others.has(type)).length}`);
console.log(`widths: ${widths.map((count, width) => `${width}:${count}`).slice(1).join(" ")}`);
console.log(`top: ${top.map((pair) => pair.join(" ")).join(", ")}`);
for (const row of domains) console.log(`${row.domain}: ${row.texts} texts, ${row.mentions} mentions, ${row.types} types`);
console.log(`${told.length} to mend`);
process.exitCode = told.length > 0 ? 1 : 0;
