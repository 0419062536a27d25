/** The order of the chapters and the line under each title that says where one stands. */
import { chaptersOf } from "./casebook";

/** A chapter: its file without ending, and its title. */
export interface Chapter {
  name: string;
  title: string;
}

/** The chapters in the order in which they are read. */
export const CHAPTERS: readonly Chapter[] = [
  { name: "00-start-here", title: "Start here" },
  { name: "01-the-claim", title: "The claim" },
  { name: "02-preprocessing", title: "Preprocessing" },
  { name: "03-the-model", title: "The model" },
  { name: "04-lstm-equivalence", title: "The LSTM" },
  { name: "05-span-representations", title: "Span representations" },
  { name: "06-training-markerV0", title: "Training markerV0" },
  { name: "06b-a-run-watched", title: "A run, watched" },
  { name: "07-zero-shot-evaluation", title: "Zero-shot evaluation" },
  { name: "08-one-seed-is-not-a-result", title: "One seed is not a result" },
  { name: "09-the-reproduction-laboratory", title: "The reproduction laboratory" },
  { name: "10-ad-hoc-analysis", title: "Your own text" },
];

/** The number of a chapter, as files and the casebook have it: "06b". */
export const numberOf = (name: string): string => name.slice(0, name.indexOf("-"));

/**
 * The line under a chapter's title: the place in the course, the way back and on, and the suspects that are at stake.
 * @param name a chapter's file without its ending
 */
export function whereYouAre(name: string): string {
  const at = CHAPTERS.findIndex((chapter) => chapter.name === name);
  const link = (chapter: Chapter | undefined): string =>
    chapter ? `[${numberOf(chapter.name)} ${chapter.title}](${chapter.name}.ipynb)` : "";
  const suspects = [...chaptersOf()].filter(([, chapters]) => chapters.includes(numberOf(name))).map(([id]) => id);
  const parts = [
    `Chapter ${at + 1} of ${CHAPTERS.length}`,
    at > 0 ? `before: ${link(CHAPTERS[at - 1])}` : "",
    at + 1 < CHAPTERS.length ? `next: ${link(CHAPTERS[at + 1])}` : "",
    suspects.length > 0 ? `suspects looked at: ${suspects.map((id) => `\`${id}\``).join(", ")}` : "",
  ];
  return `*Where you are.* ${parts.filter(Boolean).join(" · ")}`;
}
