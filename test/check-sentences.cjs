"use strict";
// Checks data/sentences and counts: `npm run -s build && node test/check-sentences.cjs [WORD...]`, files whose name holds a word.
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const { checkSentences } = require("../dist/lib/data/inspect/sentences");
const { readSentences, readTypes } = require("../dist/lib/data/marked/sentences");

const words = process.argv.slice(2);
const isChosen = (name) => words.length === 0 || words.some((word) => name.includes(word));
const all = readSentences();
const chosen = all.filter(({ file }) => isChosen(file));
// Repetitions are looked for in the whole; what is said is about the chosen files.
const types = existsSync(join(__dirname, "../data/sentences/types")) ? readTypes() : new Map();
const { findings } = checkSentences(all, types);
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
