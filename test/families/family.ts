/** One kind of golden fixture and how it is checked. */
export interface GoldenFamily {
  name: string;
  /** Whether a file of the golden folder (path relative to it, `/` as separator) is a fixture of this family. */
  matches(relativePath: string): boolean;
  /** Throws where the fixture and the code disagree. */
  check(folder: string, relativePath: string): Promise<void>;
}
