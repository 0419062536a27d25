/** The timeline keeps the gaps apart and its dates in order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { datedSuspects, timelineEvents, timelineFigure } from "../../../lib/notebook/course/timeline";

test("events stand in the order of their dates, and the reports among them", () => {
  const events = timelineEvents();
  const dates = events.map(({ date }) => date);
  assert.deepEqual(dates, [...dates].sort());
  for (const { date } of events) assert.match(date, /^20\d\d-\d\d-\d\d$/);
  assert.deepEqual(
    events.flatMap(({ report }) => report ?? []),
    ["paper", "36", "54", "209", "2026"],
  );
});

test("a suspect stands at its first date, once", () => {
  const dated = datedSuspects();
  assert.equal(new Set(dated.map(({ suspect }) => suspect)).size, dated.length);
  const span = dated.find(({ suspect }) => suspect === "span-representation");
  assert.deepEqual(span, { suspect: "span-representation", date: "2024-02-03", gap: "issue 36" });
});

test("the figure names every dated suspect", () => {
  const text = JSON.stringify(timelineFigure().bundle["application/vnd.plotly.v1+json"]);
  for (const { suspect } of datedSuspects()) assert.ok(text.includes(`" ${suspect}"`), suspect);
});
