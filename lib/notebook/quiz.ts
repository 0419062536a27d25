/**
 * Questions with choices, after the quizzes of the Hugging Face course: every choice has its own explanation, and several
 * may be right. Read on a static page the answer waits behind a fold; in a session the reader answers in the cell.
 */
import { usageError } from "../errors";
import { Outcome, outcome } from "./check";
import { isolated, showable } from "./html";

export interface Choice {
  text: string;
  /** Why it is right or wrong; shown to those who chose it, and behind the fold. */
  explain: string;
  right?: boolean;
}

/**
 * Shows a question. A cell with a quiz holds its answers, so it is stored with its source folded away
 * (`"jupyter": {"source_hidden": true}` in the cell's metadata).
 * @param answer the reader's choice, e.g. "B" or "AC"; without one the question is only shown
 * @throws UserError for fewer than two choices, none that is right, or an answer that is no choice
 */
export function quiz(question: string, choices: readonly Choice[], answer = ""): Outcome {
  if (choices.length < 2 || choices.length > 26 || !choices.some(({ right }) => right))
    throw usageError(
      `quiz "${question}" got ${choices.length} choices, wanted 2 to 26 with at least one that is right.`,
    );
  const chosen = [...answer.toUpperCase().replace(/[\s,]/g, "")];
  const unknown = chosen.find((letter) => !choices[indexOf(letter)]);
  if (unknown !== undefined)
    throw usageError(
      `quiz "${question}" got the answer "${answer}", wanted letters from A to ${letterOf(choices.length - 1)}.`,
    );
  return chosen.length === 0 ? asked(question, choices) : answered(question, choices, chosen);
}

const letterOf = (index: number) => String.fromCharCode(65 + index);
const indexOf = (letter: string) => letter.charCodeAt(0) - 65;

/** The question, its choices, and the solution behind a fold that needs no script. */
function asked(question: string, choices: readonly Choice[]): Outcome {
  const items = choices.map(({ text }, at) => `<div><b>${letterOf(at)}</b> ${isolated(text)}</div>`).join("");
  const solution = choices
    .map(
      ({ right, explain }, at) =>
        `<div><b>${letterOf(at)}</b> ${right ? "✓ right" : "✗ wrong"}: ${isolated(explain)}</div>`,
    )
    .join("");
  const html = `<div><b>${isolated(question)}</b>${items}<details><summary>Answer</summary>${solution}</details></div>`;
  const lines = [
    question,
    ...choices.map(({ text }, at) => `  ${letterOf(at)}  ${text}`),
    '  Answer with quiz(…, …, "A").',
  ];
  return new Outcome({ "text/html": html, "text/plain": lines.map(showable).join("\n") }, undefined);
}

function answered(question: string, choices: readonly Choice[], chosen: readonly string[]): Outcome {
  const right = choices.flatMap(({ right: holds }, at) => (holds ? [letterOf(at)] : []));
  const passed = right.length === new Set(chosen).size && right.every((letter) => chosen.includes(letter));
  const lines = chosen.map((letter) => {
    const { right: holds, explain } = choices[indexOf(letter)];
    return `${letter} ${holds ? "✓" : "✗"} ${explain}`;
  });
  if (!passed && chosen.every((letter) => choices[indexOf(letter)].right)) lines.push("Right so far; there is more.");
  return outcome(passed, question, lines);
}
