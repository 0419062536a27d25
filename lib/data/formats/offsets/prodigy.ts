/**
 * Prodigy's JSONL (`prodigy db-out`): `{"text", "spans": [{"start", "end", "label"}], "answer": "accept"}`. Offsets are code points.
 * Only accepted answers are annotations; a rejected one says that something is wrong and not what is right.
 */
import { UserError } from "../../../errors";
import { quote } from "../../../files/json-object";
import { jsonValues } from "../../../files/json-values";
import type { ReadOptions } from "../../../files/pieces";
import type { Tally } from "../tally";
import { listOf, mentionOf, notHeld, objectOf, type PlacedItem, textOfItem } from "./values";

/** @throws UserError naming file and line where a line is of another form */
export async function* readProdigy(
  path: string,
  options: ReadOptions & { text?: string },
  tally: Tally,
): AsyncGenerator<PlacedItem> {
  for await (const { value, where } of jsonValues(path, options)) {
    const task = objectOf(value, 'a task of Prodigy, {"text", "spans", "answer"}', where);
    const text = textOfItem(task, ["text"], options.text, where);
    const answer = task.answer ?? (task.spans ? "accept" : "none");
    if (answer === "reject" || answer === "ignore") tally.repair("answer_not_accepted", where);
    else if (answer === "none") tally.repair("not_annotated", where);
    else if (answer !== "accept")
      throw new UserError(`${where}: the answer is ${quote(answer)}, wanted accept, reject or ignore.`);
    if (answer !== "accept") continue;
    notHeld(task.relations, "relation_not_held", tally, where);
    notHeld(task.accept, "class_not_held", tally, where);
    const mentions = (listOf(task.spans) ?? []).map((span, i) => {
      const at = `${where}, span ${i + 1}`;
      const { start, end, label, text: stated } = objectOf(span, '{"start", "end", "label"}', at);
      return mentionOf({ start, end, label, stated }, at);
    });
    yield { item: { text, mentions }, where };
  }
}
