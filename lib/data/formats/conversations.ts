/**
 * Records of Pile-NER-type and of UniversalNER: a conversation in which a human gives a text and asks "What describes X in
 * the text?", and a model answers with a list of mentions.
 */
import { UserError } from "../../errors";
import { isObject } from "../../files/json-object";
import { foundKeys } from "../known-keys";
import { parsePythonList } from "./python-literal";
import type { Tally } from "./tally";

export interface Turn {
  from: string;
  value: string;
}

/** What one conversation says, before any word of it is looked for. */
export interface Answers {
  text: string;
  /** Every mention of every answer with the type it belongs to, in the order of the file. */
  mentions: { mention: string; type: string }[];
  /** The types whose answer was an empty list. */
  empty: string[];
  /** The types asked, in order. */
  types: string[];
}

/** @throws UserError where the record has no list "conversations" of {from, value} */
export function turnsOf(value: unknown, where: string): Turn[] {
  const turns = isObject(value) && value.conversations;
  if (!Array.isArray(turns))
    throw new UserError(
      `${where}: wanted an object with a list "conversations"${isObject(value) ? `; ${foundKeys(value)}` : ""}.`,
    );
  for (const [i, turn] of turns.entries())
    if (typeof turn?.from !== "string" || typeof turn?.value !== "string")
      throw new UserError(`${where}: turn ${i + 1} is not an object with the texts "from" and "value".`);
  return turns;
}

const TEXT = "Text: ";
const ASK = "What describes ";
const ASK_END = " in the text?";

/** The type that a turn asks for; undefined where it is no question of this form. */
function typeAsked({ value }: Turn): string | undefined {
  const asks = value.startsWith(ASK) && value.endsWith(ASK_END) && value.length >= ASK.length + ASK_END.length;
  return asks ? value.slice(ASK.length, -ASK_END.length) : undefined;
}

/**
 * The default rule: every answer belongs to the question before it. What cannot be read is passed over and counted.
 * @throws UserError where there is no text
 */
export function pairedAnswers(turns: readonly Turn[], tally: Tally, where: string): Answers {
  const [first, ...rest] = turns;
  if (first === undefined) throw new UserError(`${where}: the conversation is empty, wanted a text.`);
  if (!first.value.startsWith(TEXT)) tally.repair("no_text_prefix", where);
  const text = first.value.startsWith(TEXT) ? first.value.slice(TEXT.length) : first.value;
  const answers: Answers = { text, mentions: [], empty: [], types: [] };
  if (!rest.some((turn) => turn.from === "human")) tally.repair("no_question", where);
  for (const [i, turn] of rest.entries()) {
    if (turn.from !== "human") continue;
    const type = typeAsked(turn);
    const answer = rest[i + 1];
    if (type === undefined) tally.repair("unknown_question", where);
    else if (answer === undefined || answer.from === "human") tally.repair("unanswered_question", where);
    else {
      answers.types.push(type);
      takeAnswer(answers, type, readAnswer(answer.value, tally, where));
    }
  }
  return answers;
}

function takeAnswer(answers: Answers, type: string, mentions: readonly string[] | undefined): void {
  if (mentions?.length === 0) answers.empty.push(type);
  for (const mention of mentions ?? []) answers.mentions.push({ mention, type });
}

/** undefined where the answer is no list that can be read. */
function readAnswer(answer: string, tally: Tally, where: string): string[] | undefined {
  const text = answer.trimStart();
  if (!text.startsWith("[")) {
    tally.repair("answer_no_list", where);
    return undefined;
  }
  const items = readList(text, tally, where);
  return items?.map((item) => {
    if (typeof item === "string") return item;
    tally.repair("mention_no_text", where);
    return pythonText(item);
  });
}

function readList(text: string, tally: Tally, where: string): unknown[] | undefined {
  try {
    return JSON.parse(text) as unknown[];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  try {
    const items = parsePythonList(text);
    tally.repair("answer_python", where);
    return items;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    tally.repair("answer_unreadable", where);
    return undefined;
  }
}

/** Python's str() of what JSON can hold, near enough to be looked for in a text. */
function pythonText(value: unknown): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}

/** The scripts that GLiNER's repository has had for Pile-NER. */
export type Script = "data_proc" | "process_pilener";

/**
 * What the two scripts made of a conversation, with their faults: types and mentions are two flat lists, matched by their
 * places. `[]` takes its type off the list again; a question that got another answer without a mention does not, and from
 * there on every mention has the type of another question.
 * @throws UserError where the script itself would have stopped
 */
export function scriptAnswers(turns: readonly Turn[], script: Script, where: string): Answers {
  const types: string[] = [];
  const mentions: string[] = [];
  const empty: string[] = [];
  let text: string | undefined;
  for (const { from, value } of turns) {
    if (from === "human" && value.startsWith(TEXT)) text = value.slice(TEXT.length);
    else if (from === "human" && value.startsWith(ASK)) {
      const type = value.slice(ASK.length, -ASK_END.length);
      types.push(script === "data_proc" ? type.replaceAll(" ", "_") : type);
    } else if (from === "gpt" && value === "[]") empty.push(...types.splice(-1));
    else if (from === "gpt" && value.startsWith("[")) {
      const items = literalEval(value, script, where);
      const last = types.at(-1);
      if (last === undefined) throw stopped(script, where, "an answer comes before any question");
      mentions.push(...items);
      for (let i = 1; i < items.length; i++) types.push(last);
    }
  }
  if (text === undefined) throw stopped(script, where, 'no turn begins with "Text: "');
  const paired = mentions.map((mention, i) => ({ mention, type: types[i] }));
  return { text, mentions: paired, empty: script === "data_proc" ? [] : empty, types };
}

function literalEval(value: string, script: Script, where: string): string[] {
  const items = plainList(value) ?? pythonList(value, script, where);
  if (items.every((item): item is string => typeof item === "string")) return items;
  throw stopped(script, where, "an answer holds something that is no text");
}

/** A list without escapes is the same to JSON and to Python, and JSON.parse is faster. */
function plainList(value: string): unknown[] | undefined {
  if (value.includes("\\")) return undefined;
  try {
    const items: unknown = JSON.parse(value);
    return Array.isArray(items) ? items : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function pythonList(value: string, script: Script, where: string): unknown[] {
  try {
    return parsePythonList(value);
  } catch (error) {
    throw stopped(
      script,
      where,
      `ast.literal_eval does not read an answer (${error instanceof Error ? error.message : error})`,
    );
  }
}

function stopped(script: Script, where: string, why: string): UserError {
  return new UserError(`${where}: ${script}.py stops here, since ${why}; --era default reads on and counts it.`);
}
