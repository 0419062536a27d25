import { runCommand } from "./command";
import { unregister } from "./kernel-register";

/** The undo stands beside what it undoes, in kernel-register.ts. */

if (require.main === module) runCommand(unregister);
