/** The reproduction report: its sections, which of them only a person can write, and its Markdown. */

/** One section. */
export interface ReportSection {
  title: string;
  /** Markdown, from what is on file; of a person's section, the questions that it answers. */
  body: string;
  /** Nothing on file can say it. */
  person: boolean;
}

/** A report on a run or a study. */
export interface Report {
  title: string;
  /** When what it is of ended, ISO 8601; null = not known. */
  date: string | null;
  sections: ReportSection[];
}

/** Marks what is still to be written. */
const MARK = "**To be written by a person.**";

export const byPerson = (title: string, questions: string): ReportSection => ({ title, body: questions, person: true });

/** @param written what a person has written already, by section */
export function reportMarkdown({ title, sections }: Report, written: ReadonlyMap<string, string> = new Map()): string {
  const parts = sections.map((section) => `## ${section.title}\n\n${textOf(section, written)}`);
  return `# ${title}\n\n${parts.join("\n\n")}\n`;
}

/** A section's text: a person's own words stay. */
export function textOf({ title, body, person }: ReportSection, written: ReadonlyMap<string, string>): string {
  return person ? (written.get(title) ?? `> ${MARK} ${body}`) : body;
}

/**
 * What a person has written into a report that is there: it is kept when the report is made again. Only a heading of the report
 * itself ends a section, any other is the person's own; so is what stands below the question, where that was left.
 */
export function writtenIn(markdown: string, { sections }: Report): Map<string, string> {
  const parts = new Map<string, string[]>(sections.map(({ title }) => [title, []]));
  let own: string[] | undefined;
  for (const line of markdown.split(/\r?\n/)) {
    const begun = line.startsWith("## ") ? parts.get(line.slice(3).trim()) : undefined;
    if (begun) own = begun;
    else own?.push(line);
  }
  const found = sections.flatMap((section) => {
    const text = (parts.get(section.title) ?? []).join("\n").trim();
    const question = textOf(section, new Map());
    const words = text.startsWith(question) ? text.slice(question.length).trim() : text;
    return section.person && words !== "" ? [[section.title, words] as const] : [];
  });
  return new Map(found);
}

/** A Markdown table. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** F1 in 0..1 as percent. */
export const percent = (share: number) => (100 * share).toFixed(1);

export const shown = (value: unknown) => (value === undefined ? "not set" : JSON.stringify(value));
