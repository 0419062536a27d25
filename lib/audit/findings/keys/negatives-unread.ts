/** Negative types under a key that the version does not read. */
import { samplingOf } from "../../../batch/sampling";
import { measuredArm } from "../../effects/measured";
import type { Sign } from "../../finding";

export const negativesUnread: Sign = ({ records, era, run }) => {
  if (!records || run) return [];
  const read = era === null ? null : samplingOf(era).manual_negatives;
  return (
    [...records.negativeKeys]
      // "negative" is what process_pilener.py writes, and what no version reads.
      .filter(([key]) => key === "negative" || (read !== null && read !== "any" && read !== key))
      .map(([key, count]) => ({
        id: "negatives-unread",
        what: `The negative types of the training records stand under "${key}", which ${key === "negative" ? "no version reads" : `version ${era} does not read`}: they are drawn from the batch instead.`,
        evidence: `${count} of ${records.count} records in ${records.path} have "${key}"${read && read !== "none" && read !== "any" ? `; version ${era} reads "${read}"` : ""}.`,
        effect: measuredArm("manual-negatives"),
        certain: true,
        suspect: "manual-negatives",
      }))
  );
};
