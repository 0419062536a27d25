/** What a worker does with a study's runs: performs them in its own folder. */
import { refuseOther } from "../../../queue/announcement";
import type { Trade } from "../../../queue/worker";
import { type RunSpec, titleOf } from "../../plan/runs";
import type { StudyFolder } from "../../run/folder";
import { type Programs, performRun } from "../../run/perform";
import type { RunResult } from "../../run/result";
import { dataOf, STUDY } from "./order";

/** @param folder where runs are made: one that was interrupted goes on from there */
export function studyTrade(folder: StudyFolder, programs: Programs): Trade<RunSpec, RunResult> {
  return {
    kind: STUDY,
    // A run is a process of its own.
    together: true,
    async admit(work, runs) {
      // Before anything is read: other code may read it otherwise.
      refuseOther(work, {});
      refuseOther(work, await dataOf(runs));
    },
    title: titleOf,
    async perform(run, _work, { signal, onProgress }) {
      const kept = folder.result(run);
      if (kept) return kept;
      const result = await performRun(run, folder.run(run.id), { programs, signal, onProgress });
      folder.keep(result);
      return result;
    },
  };
}
