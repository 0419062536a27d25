/**
 * Draws docs/house.svg and writes docs/house.md: `node dist/test/house/main.js`. With `--check` it writes nothing and fails where
 * they are not what the code says.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { watchLib } from "./walk";

// Before anything of lib is loaded.
watchLib();

import { drawHouse, filesOf, floorsOf, type Walk } from "./draw";
import { folderOf, ORDER, readImports } from "./imports";
import { type Figure, figuresOf } from "./measure";
import { walk } from "./walk";

const DOCS = join(__dirname, "..", "..", "..", "docs");

/** Name -> text of every file that is drawn. */
async function drawn(): Promise<Record<string, string>> {
  const imports = readImports();
  const walks = [await predictWalk(), await trainWalk()];
  return {
    "house.svg": drawHouse(imports, walks),
    "house.md": page(figuresOf(imports), walks),
  };
}

async function predictWalk(): Promise<Walk> {
  const { GLiNER, SHIPPED_MODEL } = await import("../../lib");
  const model = await GLiNER.fromPretrained(SHIPPED_MODEL);
  const types = ["person", "city"];
  // What is kept from the first text is not walked again: the second one shows every text's walk.
  await model.predictEntities("Ada Lovelace was born in London.", types);
  const steps = await walk(() => model.predictEntities("Marie Curie worked in Paris.", types));
  model.dispose();
  return { name: "predict", colour: "#1f6feb", steps };
}

async function trainWalk(): Promise<Walk> {
  const { parseRecipe, runRecipe } = await import("../../lib");
  const { TINY_BERT, TINY_RECORDS } = await import("../tiny");
  const scratch = mkdtempSync(join(tmpdir(), "house-"));
  try {
    const data = join(scratch, "data.jsonl");
    writeFileSync(data, TINY_RECORDS.map((record) => `${JSON.stringify(record)}\n`).join(""));
    const training = { prev_path: TINY_BERT, num_steps: 2, train_batch_size: 2 };
    const recipe = parseRecipe({ data: { train_data: data }, training }, "the walk");
    const steps = await walk(() => runRecipe(recipe, { out: join(scratch, "run") }));
    return { name: "train", colour: "#c2410c", steps };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function page(figures: readonly Figure[], walks: readonly Walk[]): string {
  const rows = figures.map(([what, count, which]) => `| ${what} | ${count} | ${which.join("; ")} |`);
  return [
    "# The house",
    "",
    `![The folders of lib as floors, and the walks of predict and train through them](house.svg)`,
    "",
    `\`node dist/test/house/main.js\` counts and draws this page anew from the code; \`npm test -- house\` fails where it is old.`,
    "",
    "| | count | which |",
    "|---|---|---|",
    ...rows,
    ...walks.flatMap(walkSection),
    "",
  ].join("\n");
}

function walkSection(one: Walk): string[] {
  const files = filesOf(one).filter((file) => file.includes("/"));
  const climbs = one.steps.filter(({ from, to }) => from !== "" && floor(to) > floor(from)).length;
  const heading = `## The walk of \`${one.name}\``;
  const words = `${floorsOf(one).length} floors, ${files.length} files, in the order of first entry; ${climbs} calls climb to a floor above the caller's (a function that was handed down).`;
  return ["", heading, "", words, "", ...files.map((file, n) => `${n + 1}. \`${file}\``)];
}

const floor = (file: string) => ORDER.indexOf(folderOf(file));

async function main(): Promise<void> {
  const files = await drawn();
  for (const [name, text] of Object.entries(files)) {
    const path = join(DOCS, name);
    if (!process.argv.includes("--check")) writeFileSync(path, text);
    else if (!existsSync(path) || readFileSync(path, "utf8") !== text) {
      process.stderr.write(`docs/${name} is not what the code says; draw it anew: node dist/test/house/main.js\n`);
      process.exitCode = 1;
    }
  }
}

void main();
