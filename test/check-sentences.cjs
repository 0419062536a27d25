"use strict";
// Checks data/sentences and counts: `npm run -s build && node test/check-sentences.cjs [WORD...]`, files whose name holds a word.
// `--blind N [SEED]` writes N bare texts for a second reader, `--agreement FILE` compares what that reader marked.
const { readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");
const { agreement, blindSheet } = require("../dist/lib/data/inspect/sentences/agreement");
const { checkSentences } = require("../dist/lib/data/inspect/sentences");
const { domainOf, MarkedLines, markedLines } = require("../dist/lib/data/marked/lines");
const { readTypes, SENTENCES } = require("../dist/lib/data/marked/sentences");

const words = process.argv.slice(2);
const isChosen = (name) => words.length === 0 || words.some((word) => name.includes(word));
const broken = [];
const all = readdirSync(SENTENCES).filter((name) => name.endsWith(".txt")).sort().flatMap(readable);

/** The texts of a file that can be read; the others are told, all of them. */
function readable(file) {
  const reader = new MarkedLines(file);
  return readFileSync(join(SENTENCES, file), "utf8")
    .split("\n")
    .flatMap((line, i) => {
      try {
        const read = reader.read(line, i + 1);
        return read ? [{ ...read, file, domain: domainOf(file) ?? file }] : [];
      } catch (error) {
        if (isChosen(file)) broken.push(error.message);
        return [];
      }
    });
}

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
for (const line of broken) console.log(line);
for (const { check, where, what } of told) console.log(`${where}: ${what} (${check})`);
const { top, domains, widths, ...numbers } = figures;
const others = new Set(all.filter(({ file }) => !isChosen(file)).flatMap(({ mentions }) => mentions.map(({ label }) => label)));
const own = new Set(chosen.flatMap(({ mentions }) => mentions.map(({ label }) => label)));
console.log(numbers, `mentions a text: ${(figures.mentions / figures.texts).toFixed(2)}`, `types only here: ${[...own].filter((type) => !others.has(type)).length}`);
console.log(`widths: ${widths.map((count, width) => `${width}:${count}`).slice(1).join(" ")}`);
console.log(`top: ${top.map((pair) => pair.join(" ")).join(", ")}`);
for (const row of domains) console.log(`${row.domain}: ${row.texts} texts, ${row.mentions} mentions, ${row.types} types`);
console.log(`${told.length + broken.length} to mend`);
process.exitCode = told.length + broken.length > 0 ? 1 : 0;
