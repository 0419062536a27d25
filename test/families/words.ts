import type { GoldenFamily } from "./family";
export const words: GoldenFamily = { name: "words", matches: () => false, check: async () => undefined };
