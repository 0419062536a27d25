/**
 * Label Studio's exports. JSON: `[{"data": {"text"}, "annotations": [{"result": [{"type": "labels", "value": {"start", "end", "text",
 * "labels"}}]}]}]`; JSON_MIN: `[{"text", "label": [{"start", "end", "text", "labels"}]}]`. Offsets are UTF-16 units, as its browser counts
 * (Label Studio's issue 1347).
 */
import { UserError } from "../../../errors";
import { isObject, type JsonObject } from "../../../files/json-object";
import { jsonValues } from "../../../files/json-values";
import type { ReadOptions } from "../../../files/pieces";
import { foundKeys } from "../../known-keys";
import type { Tally } from "../tally";
import type { OffsetMention } from "./item";
import { listOf, mentionOf, objectOf, type PlacedItem, textOfItem } from "./values";

const WANTED = 'a task of Label Studio, {"data", "annotations"} or JSON_MIN\'s {"text", "label"}';

/** @throws UserError naming file and line where a value is no task */
export async function* readLabelStudio(
  path: string,
  options: ReadOptions & { text?: string },
  tally: Tally,
): AsyncGenerator<PlacedItem> {
  for await (const { value, where } of jsonValues(path, options)) {
    const task = objectOf(value, WANTED, where);
    const annotated = isObject(task.data) ? fullTask(task, tally, where) : minimalTask(task, where);
    if (!annotated) {
      tally.repair("not_annotated", where);
      continue;
    }
    const data = isObject(task.data) ? task.data : task;
    const text = textOfItem(data, [...TEXTS, ...onlyText(data)], options.text, where);
    yield { item: { text, mentions: annotated.flatMap((one) => mentionsOf(one, tally, where)) }, where };
  }
}

const TEXTS = ["text", "Text", "TEXT"];

/** The one text that a task has, whatever the project calls it. */
function onlyText(data: JsonObject): string[] {
  const names = Object.keys(data).filter((key) => typeof data[key] === "string");
  return names.length === 1 ? names : [];
}

/** The results of the annotation that counts: the ground truth, else the first that nobody skipped. */
function fullTask(task: JsonObject, tally: Tally, where: string): readonly unknown[] | undefined {
  const all = listOf(task.annotations ?? task.completions);
  if (!all) throw new UserError(`${where}: there is no list "annotations"; ${foundKeys(task)}.`);
  const done = all.filter((one): one is JsonObject => isObject(one) && one.was_cancelled !== true);
  const chosen = done.find((one) => one.ground_truth === true) ?? done[0];
  if (!chosen) return undefined;
  tally.repair("annotation_not_taken", where, done.length - 1);
  const results = listOf(chosen.result);
  if (!results) throw new UserError(`${where}: an annotation has no list "result"; ${foundKeys(chosen)}.`);
  return results;
}

/** JSON_MIN: lists of regions stand beside the data, under the name of their control. */
function minimalTask(task: JsonObject, where: string): readonly unknown[] | undefined {
  const lists = Object.values(task).filter((value) => Array.isArray(value) && value.some(isRegion));
  if (lists.length > 0) return lists.flat().map((value: unknown) => ({ type: "labels", value }));
  if (TEXTS.some((key) => typeof task[key] === "string")) return undefined;
  throw new UserError(`${where}: ${foundKeys(task)}; wanted ${WANTED}.`);
}

const isRegion = (value: unknown) => isObject(value) && value.start !== undefined && value.end !== undefined;

function mentionsOf(result: unknown, tally: Tally, where: string): OffsetMention[] {
  const { type, value: region } = objectOf(result, "a result with type and value", where);
  if (type === "relation") tally.repair("relation_not_held", where);
  if (type === "relation" || !isObject(region)) return [];
  const labels = listOf(region.labels ?? region.hypertextlabels);
  if (!labels) {
    // Choices, ratings and written answers: of a region, or of the whole text.
    tally.repair(region.start === undefined ? "class_not_held" : "attribute_not_held", where);
    return [];
  }
  const { start, end, text } = isObject(region.globalOffsets) ? { ...region, ...region.globalOffsets } : region;
  if (labels.length === 0) tally.repair("no_label", where);
  return labels.map((label) => mentionOf({ start, end, label, stated: text }, `${where}, a region`));
}
