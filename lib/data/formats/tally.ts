/** What reading a file asked for, found and repaired. Nothing is lost or changed on the way without being counted here. */

/** Every kind of repair, with the sentence that explains it. */
export const REPAIRS = {
  // Conversations
  no_text_prefix: 'the passage does not begin with "Text: "; it was taken whole',
  no_question: "a conversation that asks for no type; its record has no mention since nobody looked for one",
  unknown_question: 'a question that is not "What describes X in the text?"; it was passed over',
  unanswered_question: "a question without an answer; it was passed over",
  answer_no_list: "an answer that is no list; its question was passed over",
  answer_unreadable: "an answer that begins like a list but is neither JSON nor Python's; its question was passed over",
  answer_python: "an answer written as Python writes a list; read as that",
  mention_no_text: "a mention that is not a text; read as Python's str() writes it",
  mention_empty: "a mention without a word (process_pilener.py would put an empty span at every word)",
  mention_shifted: "a mention that this era's script gives the type of another question",
  records_merged: "a record with the same text as the one before; both are now one",
  // Columns
  comment: "a comment line; passed over",
  docstart: "a -DOCSTART- line; passed over",
  row_without_word: "a row with a tag but no word; passed over",
  i_without_begin: "an I- or E- that continues nothing; it begins a mention, as conlleval reads it",
  begin_not_needed: "a B- where IOB1 writes I-; it begins a mention all the same",
  no_end: "a mention that ends without its E- (or L-); it ends there",
  tag_layers_overlap: "a mention in one tag column that overlaps one in another; both are kept",
  // Character positions
  spacing: "a sentence whose words are not parted by single spaces; GLiNER's evaluation would misplace its mentions",
  no_position: "a mention without a position; it cannot be placed",
  name_differs: "a mention whose name is not the text at its position; the position counts",
  unaligned: "a mention that does not begin and end where words do; it cannot be placed",
  composed: "a text with letters and accents apart; they were composed (NFC), as predictions do",
  outside_text: "a mention whose characters do not lie in its text; it cannot be placed",
  blank_mention: "a mention of white space only; it cannot be placed",
  edge_trimmed: "a mention with white space at its edges; it was cut off",
  snapped: "a mention that begins or ends inside a word; --align says what becomes of it",
  counted_in_units: "a mention whose words stand there only if its offsets count UTF-16 units; they were read so",
  counted_in_points: "a mention whose words stand there only if its offsets count code points; they were read so",
  discontinuous: "a mention in several pieces; a record has no place for it",
  not_in_text: "a mention whose words do not stand in its text; it cannot be placed",
  word_unescaped: "a word in the Treebank's spelling, such as -LRB-; read as the sign it stands for",
  // What tools annotate and a record has no place for
  not_annotated: "a text that nobody has annotated; it was left out, since it is not one without mentions",
  annotation_not_taken: "another annotation of a text; the ground truth or the first one was taken",
  answer_not_accepted: "a text whose answer was rejected or ignored; it was left out",
  no_label: "a region without a label; it was passed over",
  relation_not_held: "a relation; a record has no place for it",
  event_not_held: "an event; a record has no place for it",
  attribute_not_held: "an attribute of a mention; a record has no place for it",
  class_not_held: "a class of the whole text; a record has no place for it",
  note_not_held: "a note, comment or link; a record has no place for it",
  structure_not_held: "a structure to be filled; a record has no place for it",
  description_not_held: "a description of a type; a record has no place for it",
  coreference_not_held: "a mention of a chain of coreference; a record has no place for it",
  // All formats
  type_empty: "a mention or an absent type whose name is empty; it was left out",
  label_dropped: "a mention whose label the map leaves out",
  duplicate_dropped: "a mention that was there already",
  overlap_not_written: "a mention that overlaps one before it; a tag a word has no place for it",
  boundary_not_written: "a mention right behind one of its type; tags without a prefix make them one",
  negative_not_written: "a type that is known to be absent; the format has no place for it",
  empty_not_written: "a text without a word; the format has no place for it",
  word_respelled: "a word in the Treebank's spelling, such as -LRB-; readers of the format take it for the sign",
  crossing_not_written: "a mention that crosses one before it; brackets have no place for it",
} as const;

export type Repair = keyof typeof REPAIRS;

/** `preprocess --json`. */
export interface TallyReport {
  records: number;
  /** Mentions that the file names. */
  asked: number;
  /** Those that have at least one place in the words. */
  found: number;
  /** Spans written: a mention of Pile-NER is marked wherever it stands. */
  spans: number;
  repairs: Record<string, number>;
  /** Of files of columns: the scheme that the tags of each were read by. */
  schemes?: Record<string, string>;
}

/** Counts what reading a file asked for, found, repaired and wrote. */
export class Tally {
  records = 0;
  asked = 0;
  found = 0;
  spans = 0;
  private readonly schemes = new Map<string, string>();
  private readonly counts = new Map<Repair, { count: number; first: string }>();

  /** @param where the place of the first one is remembered */
  repair(kind: Repair, where: string, count = 1): void {
    if (count === 0) return;
    const known = this.counts.get(kind);
    if (known) known.count += count;
    else this.counts.set(kind, { count, first: where });
  }

  /** Remembers the scheme of a file of columns. */
  note(path: string, scheme: string): void {
    this.schemes.set(path, scheme);
  }

  /** A row a kind, in the order of their first appearance. */
  get repairs(): { repair: Repair; count: number; first: string; meaning: string }[] {
    return [...this.counts].map(([repair, { count, first }]) => ({ repair, count, first, meaning: REPAIRS[repair] }));
  }

  report(): TallyReport {
    const { records, asked, found, spans } = this;
    const repairs = Object.fromEntries(this.repairs.map(({ repair, count }) => [repair, count]));
    const schemes = this.schemes.size > 0 ? { schemes: Object.fromEntries(this.schemes) } : {};
    return { records, asked, found, spans, repairs, ...schemes };
  }
}
