import assert from "node:assert/strict";
import { test } from "node:test";
import { apiMarkdown, apiPageName, apiSections } from "../../../lib/kernel/book/api";

const sections = apiSections();
const entries = sections.flatMap(({ entries }) => entries);

test("every public name stands under a heading that says what it is about, once", () => {
  assert.ok(sections.length >= 7, `${sections.length} headings`);
  for (const { heading, about, entries } of sections) {
    assert.ok(about.length > 20, `${heading}: "${about}"`);
    assert.ok(entries.length > 0, heading);
  }
  const names = entries.map(({ name }) => name);
  assert.deepEqual(
    names.filter((name, i) => names.indexOf(name) !== i),
    [],
  );
});

test("every public name has a docstring", () => {
  const silent = entries.filter(({ text }) => text === "").map(({ name, file }) => `${name} in ${file}`);
  assert.deepEqual(silent, []);
});

test("a page shows signatures without bodies, members with their docstrings, and nothing private", () => {
  const read = sections.find(({ heading }) => heading === "Read") ?? assert.fail("no section Read");
  assert.equal(apiPageName(read), "api/read");
  const page = apiMarkdown(read);
  assert.match(page, /^# Read\n\nTexts -> entities/);
  assert.match(page, /## GLiNER\n\nclass · `lib\/gliner\/gliner\.ts`/);
  assert.match(page, /async predictEntities\(\s+text: string,[^)]*\): Promise<Entity\[\]>\n/);
  assert.doesNotMatch(page, /private|candidatesOf/);
});
