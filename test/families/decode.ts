import type { GoldenFamily } from "./family";
export const decode: GoldenFamily = { name: "decode", matches: () => false, check: async () => undefined };
