/**
 * Questions with choices, after the quizzes of the Hugging Face course: every choice has its own explanation, and several
 * may be right. `quiz("lstm-load", "B")` answers; in JupyterLab a click on a choice unfolds what is said of it. What is
 * stored without a reader, e.g. the notebooks in the repository, holds neither.
 */
import { usageError } from "../errors";
import { Outcome, outcome } from "./check";
import { outputPort } from "./display";
import { letterOf, openVerdict, type Question, questionOf, saltedDigest } from "./exercises";
import { isolated, showable } from "./html";

/**
 * Shows a question, or the verdict on an answer.
 * @param id of data/exercises.json
 * @param answer the reader's choice, e.g. "B" or "AC"; without one the question is only shown
 * @throws UserError for an unknown id, or an answer that is no choice
 */
export function quiz(id: string, answer = ""): Outcome {
  return quizOf(id, questionOf(id), answer);
}

/** The same for a question that is at hand. */
export function quizOf(id: string, question: Question, answer: string): Outcome {
  const chosen = [...new Set(answer.toUpperCase().replace(/[\s,]/g, ""))].sort();
  const last = letterOf(question.choices.length - 1);
  if (chosen.some((letter) => letter < "A" || letter > last || letter.length > 1))
    throw usageError(`quiz "${id}" got the answer "${answer}", wanted letters from A to ${last}.`);
  return chosen.length === 0 ? asked(id, question) : answered(id, question, chosen);
}

function asked(id: string, question: Question): Outcome {
  const advice = `Answer with quiz("${id}", "A")`;
  const clicks = outputPort()?.interactive === true;
  const items = question.choices.map((_, at) => (clicks ? folded(id, question, at) : listed(question, at))).join("");
  const how = clicks ? "Click on a choice to see what is said of it, or answer" : "Answer";
  const html = `<div><b>${isolated(question.question)}</b>${items}<div>${how}${isolated(advice.slice(6))}</div></div>`;
  const lines = [
    question.question,
    ...question.choices.map(({ text }, at) => `  ${letterOf(at)}  ${text}`),
    `  ${advice}`,
  ];
  return new Outcome({ "text/html": html, "text/plain": lines.map(showable).join("\n") }, undefined);
}

function listed({ choices }: Question, at: number): string {
  return `<div><b>${letterOf(at)}</b> ${isolated(choices[at].text)}</div>`;
}

/** Unfolds without a script, so that it works in a notebook that is not trusted too. */
function folded(id: string, question: Question, at: number): string {
  const { right, explain } = openVerdict(id, question, at);
  const summary = `<summary style="cursor:pointer"><b>${letterOf(at)}</b> ${isolated(question.choices[at].text)}</summary>`;
  return `<details>${summary}<div style="margin:2px 0 6px 2em">${right ? "✓ right" : "✗ wrong"}: ${isolated(explain)}</div></details>`;
}

function answered(id: string, question: Question, chosen: readonly string[]): Outcome {
  const passed = saltedDigest(question.salt, id, chosen.join("")) === question.digest;
  const verdicts = chosen.map((letter) => openVerdict(id, question, letter.charCodeAt(0) - 65));
  const lines = verdicts.map(({ right, explain }, at) => `${chosen[at]} ${right ? "✓" : "✗"} ${explain}`);
  if (!passed && verdicts.every(({ right }) => right)) lines.push("Right so far; there is more.");
  return outcome(passed, question.question, lines);
}
