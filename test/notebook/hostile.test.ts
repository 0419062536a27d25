/** Text from data does nothing but appear, whatever shows it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkOf, sealExercise } from "../../lib/notebook/check";
import { compareEntities } from "../../lib/notebook/compare";
import { type MimeBundle, openOutput } from "../../lib/notebook/display";
import { entities } from "../../lib/notebook/entities";
import { sealQuestion } from "../../lib/notebook/exercises";
import { figure } from "../../lib/notebook/figure";
import { curve, progress } from "../../lib/notebook/live";
import { matrix } from "../../lib/notebook/matrix";
import { quizOf } from "../../lib/notebook/quiz";
import { table } from "../../lib/notebook/table";

const LINE = 1_000_000;
const TEXTS: Record<string, string> = {
  script: "</style></script><script>window.hacked=1</script><!-- ",
  attribute: `" onmouseover="hacked()' onload='x`,
  picture: "<img src=x onerror=hacked()><svg/onload=hacked()>",
  plotly: '<a href="javascript:hacked()">x</a><b>y</b><br>&lt;script&gt;',
  directions: "left \u202eright\u2066 and \u2069\u202c\u202a open \u2067",
  surrogates: "a\ud800b\udc00c\ud83d",
  controls: "nul\u0000 bell\u0007 escape\u001b[31m delete\u007f",
  "one line of 1 MB": "x".repeat(LINE),
  "1 MB of markup": "<b>&".repeat(LINE / 4),
};

/** Every display that shows this text wherever text can stand. */
function displays(text: string): Record<string, MimeBundle> {
  const all = { start: 0, end: text.length, label: text };
  const question = sealQuestion(text, text, [
    { text, explain: text, right: true },
    { text, explain: text, right: false },
  ]);
  const inner = { start: 0, end: 1, label: text, score: 0.5 };
  return {
    entities: entities(text, [all, inner], { title: text }).bundle,
    compare: compareEntities(text, [all], [inner, { ...all, label: "other" }], { title: text }).bundle,
    table: table([{ [text]: text, list: [text], number: 1 }], { title: text }).bundle,
    matrix: matrix([[1]], { title: text, rows: [text], columns: [text] }).bundle,
    "right check": checkOf(text, sealExercise(text, 1, { title: text, hint: text }), 1).bundle,
    "wrong check": checkOf(text, sealExercise(text, 1, { title: text, hint: text }), 2).bundle,
    "throwing check": checkOf(text, sealExercise(text, 1, { title: text, hint: text }), () => {
      throw new Error(text);
    }).bundle,
    quiz: quizOf(text, question, "").bundle,
    "answered quiz": quizOf(text, question, "B").bundle,
    ...live(text),
  };
}

function live(text: string): Record<string, MimeBundle> {
  const shown: MimeBundle[] = [];
  openOutput({ display: (bundle) => shown.push(bundle) });
  try {
    progress(2, text).update(2, text);
    const line = curve(text, { x: text, y: text });
    line.add(text, 1, 1);
    line.stop();
  } finally {
    openOutput(undefined);
  }
  return { progress: shown[1], curve: shown[shown.length - 1] };
}

const ELEMENTS = "div|b|bdi|mark|span|table|thead|tbody|tr|th|td|p|details|summary|progress|br";
const TAG = new RegExp(`^</?(?:${ELEMENTS})(?: (?:style|title|dir|value|max|aria-label)="([^"<>]*)")*>`);

/** Reads HTML as strictly as ours is written: our elements, our attributes, no bare `<` or `&`. */
function assertHarmless(html: string, where: string): void {
  for (let at = html.indexOf("<"); at >= 0; at = html.indexOf("<", at + 1)) {
    const tag = TAG.exec(html.slice(at, at + 100_000));
    assert.ok(tag, `${where}: ${html.slice(at, at + 80)}`);
    assert.doesNotMatch(tag[0], /style="[^"]*(url\(|expression|javascript:)/i, where);
  }
  const text = html.replace(/<[^>]*>/g, "");
  assert.doesNotMatch(text, /&(?!(amp|lt|gt|quot|#39);)/, where);
  assert.equal((html.match(/<bdi>/g) ?? []).length, (html.match(/<\/bdi>/g) ?? []).length, where);
}

function assertText(text: string, where: string): void {
  assert.doesNotMatch(text, /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/, where);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  assert.doesNotMatch(text, /[\u0000-\u0008\u000b-\u001f\u007f]/, where);
  const turns = (marks: RegExp) => (text.match(marks) ?? []).length;
  assert.ok(turns(/[\u202a\u202b\u202d\u202e]/g) <= turns(/\u202c/g), `${where}: a turn of the direction stays open`);
  assert.ok(turns(/[\u2066-\u2068]/g) <= turns(/\u2069/g), `${where}: an isolate stays open`);
}

for (const [name, text] of Object.entries(TEXTS))
  test(`${name}: only appears`, () => {
    for (const [where, bundle] of Object.entries(displays(text))) {
      if (where !== "curve") assertHarmless(String(bundle["text/html"]), where);
      for (const [type, value] of Object.entries(bundle)) assertText(String(value), `${where}, ${type}`);
      // The whole of the text may be shown a few times over; not more.
      assert.ok(
        JSON.stringify(bundle).length < 80 * text.length + 400_000,
        `${where}: ${JSON.stringify(bundle).length}`,
      );
    }
    const trace = {
      name: text,
      x: [text, "b"],
      y: [1, 2],
      text: [text, text],
      hovertext: text,
      marker: { color: text },
    };
    const layout = { title: { text }, xaxis: { title: text }, yaxis: { title: { text } }, annotations: [{ text }] };
    const { bundle } = figure([{ type: "bar", ...trace }], layout);
    const json = JSON.stringify(bundle["application/vnd.plotly.v1+json"]);
    assert.doesNotMatch(json, /<(?!br>)/);
    assertText(json, "figure");
    assert.ok(json.length < 30_000 && String(bundle["image/png"]).length > 1_000);
    assertText(String(bundle["text/plain"]), "figure in words");
  });

test("the text itself is all there, in entities and in a comparison", () => {
  for (const text of Object.values(TEXTS)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    const readable = text.replace(/[\ud800-\udfff]|[\u0000-\u001f\u007f]/g, "\ufffd");
    const html = String(entities(text, []).bundle["text/html"]).replace(/<[^>]*>/g, "");
    const back = html
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'");
    assert.ok(back.replaceAll("&amp;", "&").startsWith(readable.slice(0, LINE)));
  }
});
