import { join } from "node:path";
import type { NerRecord } from "../lib/data/records";

/** The small BERT model among the golden fixtures: real layers, 80 thousand parameters. */
export const TINY_BERT = join(__dirname, "..", "..", "test", "golden", "tiny_bert");

/** The project's root folder. */
export const ROOT = join(__dirname, "..", "..");

/** Records in words that the tiny model's vocabulary can spell. */
export const TINY_RECORDS: NerRecord[] = [
  {
    tokens: ["Anna", "Smith", "visited", "Paris", "."],
    ner: [
      [0, 1, "person"],
      [3, 3, "location"],
    ],
  },
  {
    tokens: ["Acme", "Corp", "launched", "Model", "X9", "in", "March", "2021"],
    ner: [
      [0, 1, "organization"],
      [3, 4, "product"],
      [6, 7, "date"],
    ],
  },
  { tokens: ["however", "early", "results", "increase"], ner: [] },
  {
    tokens: ["Omar", "Novak", "met", "Rosa", "Smith", "in", "Lagos"],
    ner: [
      [0, 1, "person"],
      [3, 4, "person"],
      [6, 6, "location"],
    ],
  },
  { tokens: ["the", "Red", "Sea"], ner: [[1, 2, "location"]] },
  { tokens: ["Globex", "left", "recently"], ner: [[0, 0, "organization"]] },
];
