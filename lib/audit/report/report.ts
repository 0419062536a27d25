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

/** What a person has written into a report that is there: it is kept when the report is made again. */
export function writtenIn(markdown: string, { sections }: Report): Map<string, string> {
  const titles = new Set(sections.filter(({ person }) => person).map(({ title }) => title));
  const parts = markdown.split(/^## /m).slice(1);
  const found = parts.flatMap((part) => {
    const [title, ...lines] = part.split("\n");
    const text = lines.join("\n").trim();
    return titles.has(title.trim()) && text !== "" && !text.startsWith(`> ${MARK}`)
      ? [[title.trim(), text] as const]
      : [];
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
