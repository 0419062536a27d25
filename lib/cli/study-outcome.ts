/** What `study` says and writes of the runs that are on file: the comparison of a control and arms, or of a screening's factors. */
import { join } from "node:path";
import { writeAtomically } from "../files/atomic";
import { scrubbed } from "../provenance/scrub";
import { compareOnFile, screenOnFile } from "../study/conduct";
import { levelOf, type Plan } from "../study/plan/plan";
import type { PlannedRuns } from "../study/plan/runs";
import { type ScreeningResult, screeningResult } from "../study/results/factors";
import { checkRecord, recordResult, recordScreening } from "../study/results/record";
import { type SuspectResult, storedResult } from "../study/results/result";
import { RESULTS_FOLDER, screeningsBeside, suspectResults } from "../study/results/stored";
import type { StudyFolder } from "../study/run/folder";
import { factorsPicture, studyPictures, suspectsPicture } from "./study-figures";
import { comparisonTable, factorsTable } from "./study-report";

/** What is said and written of the runs that are on file. */
interface Outcome<Result> {
  result: Result;
  files: string[];
}

interface Saying {
  folder: StudyFolder;
  out: string;
  command: string;
  /** Also among the results of the repository. */
  record: boolean;
}

export async function sayComparison(
  plan: Plan,
  planned: PlannedRuns,
  { folder, out, command, record }: Saying,
): Promise<Outcome<SuspectResult>> {
  const result = scrubbed(
    storedResult(plan, planned, compareOnFile(plan, planned, folder), { command, failed: folder.failed(planned.runs) }),
  );
  if (record) checkRecord(result);
  writeAtomically(join(out, "result.json"), `${JSON.stringify(result, null, 1)}\n`);
  process.stdout.write(comparisonTable(result));
  const files = await studyPictures(result, out);
  if (record)
    files.push(...recordResult(result), ...(await suspectsPicture(suspectResults(), `${RESULTS_FOLDER}.png`)));
  return { result, files };
}

export async function sayScreening(
  plan: Plan,
  planned: PlannedRuns,
  { folder, out, command, record }: Saying,
): Promise<Outcome<ScreeningResult>> {
  const seen = screenOnFile(plan, planned, folder);
  const result = scrubbed(screeningResult(plan, planned, seen, { command, level: levelOf(plan) }));
  writeAtomically(join(out, "screening.json"), `${JSON.stringify(result, null, 1)}\n`);
  process.stdout.write(factorsTable(result));
  const files = [await factorsPicture(result, join(out, "factors.png"))];
  if (record && result.residual === null)
    process.stderr.write(
      "--record: the runs are kept; the result is not, for effects without an interval say nothing: a seed more would do\n",
    );
  else if (record)
    files.push(
      ...recordScreening(result),
      await factorsPicture(result, join(screeningsBeside(), `${result.screening}.png`)),
    );
  return { result, files };
}
