/**
 * Which scheme a file's tags follow: found from what only one of them writes. A file that shows the marks of two is refused,
 * with a line of each; told a scheme, the same file is read and its repairs are counted. Tags without a prefix are the scheme io,
 * which any text fits: it is found only where nothing speaks against it.
 */
import { UserError } from "../../errors";
import { BareTags } from "./bare-tags";
import type { Rows } from "./schemes";
import { begins, isOrphan, needless, OUTSIDE, type Scheme, type Tag } from "./schemes";

/** Marks of a scheme: how often, and the line of the first. */
type Mark = { count: number; line: number; tag: string; word: string };
type Marks = Partial<Record<"bare" | "prefixed" | "es" | "lu" | "m" | "inside" | "needlessBegin" | "orphan", Mark>>;

const MEANING: Record<keyof Marks, string> = {
  bare: "a tag without a prefix",
  prefixed: "a tag with a prefix",
  es: "E- or S-, as IOBES writes it",
  lu: "L- or U-, as BILOU writes it",
  m: "M-, as BMES writes it",
  inside: "an I-",
  needlessBegin: "a B- that only IOB2 writes",
  orphan: "an I- that begins a mention, as IOB1 writes it",
};

/** @throws UserError naming a line of each where the file mixes schemes, or a line whose tag is hardly a type */
export async function detectScheme(path: string, sentences: AsyncIterable<Rows>): Promise<Scheme> {
  const marks: Marks = {};
  const bare = new BareTags();
  for await (const { tokens, layers, lines } of sentences)
    for (const tags of layers) {
      look(tokens, tags, lines, marks);
      for (const [i, tag] of tags.entries()) bare.add(tokens[i], tag, lines[i]);
    }
  // M- beside E- and S- is of BMES; alone it is another spelling, or a type.
  if (marks.m && !marks.es) marks.bare ??= marks.m;
  const mixed = (one: keyof Marks, other: keyof Marks) => mixture(path, marks, one, other);
  const doubt = marks.bare && !marks.prefixed ? bare.doubt() : undefined;
  if (doubt)
    throw new UserError(
      `${path}: no tag has a prefix such as B-, and these are hardly bare types: ${doubt}; if they are types all the same, say --scheme io.`,
    );
  if (marks.bare && !marks.prefixed) return "io";
  if (marks.bare) throw mixed("prefixed", "bare");
  if (marks.m) return bmes(marks, mixed);
  if (marks.es && marks.lu) throw mixed("es", "lu");
  if (marks.es || marks.lu) {
    if (marks.orphan) throw mixed(marks.es ? "es" : "lu", "orphan");
    return marks.es ? "iobes" : "bilou";
  }
  if (marks.orphan && marks.needlessBegin) throw mixed("needlessBegin", "orphan");
  return marks.orphan ? "iob1" : "iob2";
}

/** M- stands for what IOBES writes I-: a file has one of them. */
function bmes(marks: Marks, mixed: (one: keyof Marks, other: keyof Marks) => UserError): Scheme {
  for (const other of ["inside", "lu"] as const) if (marks[other]) throw mixed("m", other);
  return "bmes";
}

function look(tokens: readonly string[], tags: readonly string[], lines: readonly number[], marks: Marks): void {
  const mark = (name: keyof Marks, i: number) => {
    const known = marks[name];
    if (known) known.count++;
    else marks[name] = { count: 1, line: lines[i], tag: tags[i], word: tokens[i] };
  };
  let before = OUTSIDE;
  for (const [i, text] of tags.entries()) {
    const tag = anyTag(text);
    if (tag === undefined) mark(/^M-./.test(text) ? "m" : "bare", i);
    else if (tag.prefix !== "O") {
      mark("prefixed", i);
      if ("ES".includes(tag.prefix)) mark("es", i);
      if ("LU".includes(tag.prefix)) mark("lu", i);
      if (tag.prefix === "I") mark("inside", i);
      if (needless(tag, before, "iob1")) mark("needlessBegin", i);
      if (begins(tag, before) && isOrphan(tag, "iobes")) mark("orphan", i);
    }
    before = tag ?? OUTSIDE;
  }
}

/** A tag of any scheme with prefixes; undefined for any other text. */
function anyTag(text: string): Tag | undefined {
  if (text === "O") return OUTSIDE;
  const [, prefix, type] = /^([BIESLU])-(.+)$/s.exec(text) ?? [];
  return prefix === undefined ? undefined : { prefix: prefix as Tag["prefix"], type };
}

function mixture(path: string, marks: Marks, one: keyof Marks, other: keyof Marks): UserError {
  const [a, b] = [one, other].map((name) => ({ name, ...(marks[name] ?? { count: 0, line: 0, tag: "", word: "" }) }));
  const remark = [a, b].some(({ word }) => word.startsWith("#"))
    ? "; lines of remarks are passed over by --comments"
    : "";
  const told = ({ name, count, line, tag }: { name: keyof Marks } & Mark) =>
    `line ${line} has ${MEANING[name]}, ${JSON.stringify(tag)} (${count} of them)`;
  return new UserError(
    `${path}: its tags mix two schemes: ${told(a)}, ${told(b)}; say which one it is with --scheme, and what breaks its rules is repaired and counted${remark}.`,
  );
}
