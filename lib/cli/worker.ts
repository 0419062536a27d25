/** `worker`: takes runs of studies from a queue, on this machine or any other that has the same code and data. */
import { join } from "node:path";
import { workFor } from "../study/engines/queue/worker";
import { StudyFolder } from "../study/run/folder";
import { type Command, required, runCommand, whole } from "./command";

export const command: Command = {
  name: "worker",
  summary:
    "Takes runs of studies from a queue until it is stopped; refuses studies of other code or data than its own.",
  usage: "--queue redis://...|postgres://... --out DIR [--jobs N] [--name NAME] [--until-done]",
  help: [
    ["--queue URL", "where `study --queue URL` puts its runs"],
    ["--out DIR", "the runs' folders: a run that was interrupted goes on from there; one worker a folder"],
    ["--jobs N", "runs at once (default 1)"],
    ["--name NAME", "how it signs its progress (default: its process number)"],
    ["--until-done", "ends with the study that it worked for"],
  ],
  options: {
    queue: { type: "string" },
    out: { type: "string" },
    jobs: { type: "string" },
    name: { type: "string" },
    "until-done": { type: "boolean" },
  },
  async run(values) {
    const url = required(values, "queue", command);
    const folder = StudyFolder.open(required(values, "out", command), null);
    const stop = new AbortController();
    const interrupt = () => stop.abort();
    process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
    const name = typeof values.name === "string" ? values.name : `worker-${process.pid}`;
    const programs = { train: join(__dirname, "train.js"), evaluate: join(__dirname, "evaluate.js") };
    try {
      const untilDone = values["until-done"] === true;
      await workFor(folder, {
        url,
        name,
        jobs: whole(values, "jobs", 1, 1, 1000),
        untilDone,
        programs,
        signal: stop.signal,
        say,
      });
      return { name };
    } finally {
      folder.close();
    }
  },
};

const say = (line: string) => void process.stderr.write(`${line}\n`);

if (require.main === module) void runCommand(command).finally(() => process.exit());
