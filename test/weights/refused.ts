import assert from "node:assert/strict";
import { UserError } from "../../lib/errors";

/** The work is refused for this reason, in one short sentence meant for the reader. */
export async function refused(work: () => unknown, reason: RegExp): Promise<void> {
  await assert.rejects(
    async () => work(),
    (error) => {
      assert.ok(error instanceof UserError, error instanceof Error ? error.stack : String(error));
      assert.match(error.message, reason);
      assert.match(error.message, /^[^\n]{10,900}\.$/, "one sentence");
      return true;
    },
  );
}
