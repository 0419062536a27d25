import type { NerRecord } from "../data/records";
export interface EvaluateOptions { entityTypes: readonly string[] }
export interface Evaluation { f1: number }
export async function evaluateRecords(_p: unknown, _r: readonly NerRecord[], _o: EvaluateOptions): Promise<Evaluation> { throw new Error("x"); }
