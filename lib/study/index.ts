/** The laboratory: suspects, plans, runs, engines and results. */
export { compareOnFile, conduct, type Engine, screenOnFile } from "./conduct";
export { checkBudget, type Estimate, estimatePlan } from "./estimate/estimate";
export { type Machine, readMachine, thisMachine } from "./estimate/machine";
export type { Gap } from "./gaps";
export { type Arm, plainArm } from "./plan/arm";
export { changedPlan, type Plan } from "./plan/plan";
export { planOf, readPlan } from "./plan/read";
export { type PlannedRuns, planRuns, type RunSpec } from "./plan/runs";
export type { Factor, Screening } from "./plan/screening";
export { type AgainResult, compareAgain } from "./results/again";
export { type AtlasRow, seedAtlas } from "./results/atlas";
export { type ArmComparison, comparePlan, type StudyComparison } from "./results/compare";
export { compareScreening, type ScreeningComparison, type ScreeningResult, screeningResult } from "./results/factors";
export { type StoredArm, type SuspectResult, storedResult } from "./results/result";
export { againResults, screeningResults, suspectResults } from "./results/stored";
export { suspectsTable } from "./results/table";
export { readSuspect, type Suspect, suspectIds } from "./suspects/suspect";
