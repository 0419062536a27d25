/** Which model folder is read when the reader names none. */
import { dataPath } from "../../data/project";

/** The model that comes with the project; its README.md is its card. */
export const SHIPPED_MODEL = dataPath("checkpoint");

/**
 * The model folder that a notebook reads with.
 * @param given what the reader named; "" = none
 * @returns that, else the one that WORKBOOK_MODEL names, else `SHIPPED_MODEL`
 */
export function modelFolder(given = ""): string {
  return given || process.env.WORKBOOK_MODEL || SHIPPED_MODEL;
}
