/** Every notebook is run by a test file of its name; every exercise has a solution, which asks the very same. */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { notebookName, projectNotebooks } from "../../lib/kernel/book/book";
import { pageHtml } from "../../lib/kernel/book/pages";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { readNotebook } from "../../lib/kernel/runner/nbformat";

const CHAPTERS = join(PROJECT_ROOT, "notebooks");
const SOLUTIONS = join(CHAPTERS, "solutions");
const NAMES = readdirSync(SOLUTIONS).filter((file) => file.endsWith(".ipynb"));

/** The number that an exercise bears: the last in the text before it; those of a case have none. */
function exerciseNumbers(path: string): Map<string, string | undefined> {
  const numbers = new Map<string, string | undefined>();
  let number: string | undefined;
  for (const { cell_type, source } of readNotebook(path).cells) {
    const exercise = /\bcheck(?:<.*?>)?\("([a-z0-9-]+)"/.exec(source)?.[1];
    if (cell_type === "markdown") number = [...source.matchAll(/^\*\*(\d+)\.\*\*/gm)].at(-1)?.[1] ?? number;
    else if (exercise !== undefined) {
      numbers.set(exercise, number);
      number = undefined;
    }
  }
  return numbers;
}

/** The line in which the reader's answer goes. */
const ANSWER = /^(?:const|let) .* = undefined;\n/m;

for (const name of NAMES) {
  test(`${name}: each exercise is asked again, with an answer`, () => {
    assert.ok(existsSync(join(CHAPTERS, name)), `there is no chapter ${name}`);
    const solved = new Map(readNotebook(join(SOLUTIONS, name)).cells.map(({ id, source }) => [id, source]));
    const exercises = readNotebook(join(CHAPTERS, name)).cells.filter(({ source }) => ANSWER.test(source));
    assert.ok(exercises.length > 0);
    for (const { id, source } of exercises) {
      const solution = solved.get(id);
      assert.ok(solution !== undefined, `${id} has no solution`);
      assert.ok(solution.endsWith(source.replace(ANSWER, "")), `${id} is asked in another way than in the chapter`);
      assert.doesNotMatch(solution, ANSWER, id);
    }
    const [numbers, answers] = [CHAPTERS, SOLUTIONS].map((folder) => exerciseNumbers(join(folder, name)));
    assert.deepEqual(answers, numbers, "an exercise has one number");
  });
}

test("every notebook has a test file that runs it", () => {
  const notebooks = readdirSync(CHAPTERS).filter((file) => file.endsWith(".ipynb"));
  assert.ok(notebooks.length > 0);
  for (const name of [...notebooks, ...NAMES])
    assert.ok(existsSync(join(__dirname, name.replace(".ipynb", ".test.js"))), `nothing runs ${name}`);
});

test("solutions are notebooks of the project, with names and pages of their own", () => {
  const names = projectNotebooks().map(notebookName);
  assert.equal(new Set(names).size, names.length);
  for (const name of NAMES) assert.ok(names.includes(`solutions/${name.replace(".ipynb", "")}`), name);
  assert.equal(notebookName("/elsewhere/solutions/x.ipynb"), "x");
  const empty = { metadata: {}, cells: [] };
  assert.match(pageHtml({ name: "solutions/x", notebook: empty }), /href="\.\.\/index\.html"/);
  assert.match(pageHtml({ name: "x", notebook: empty }), /href="index\.html"/);
});
