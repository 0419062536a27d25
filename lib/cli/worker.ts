/** `worker`: takes runs of studies and shards of texts from a queue, on this machine or any other that has the same code and data. */
import { join } from "node:path";
import { shardTrade } from "../gliner/shards/trade";
import { checkAddress } from "../queue/door";
import { type AnyTrade, workFor } from "../queue/worker";
import { studyTrade } from "../study/engines/queue/trade";
import { StudyFolder } from "../study/run/folder";
import { type Command, required, runCommand, whole } from "./command";
import { interruptible } from "./interruptible";

export const command: Command = {
  name: "worker",
  summary:
    "Takes runs of studies and shards of texts from a queue until it is stopped; refuses work of other code or data than its own.",
  usage: "--queue redis://...|postgres://... --out DIR [--jobs N] [--name NAME] [--until-done]",
  help: [
    ["--queue URL", "where `study`, `predict --lines` and `evaluate` with --queue URL put their work"],
    ["--out DIR", "the runs' folders: a run that was interrupted goes on from there; one worker a folder"],
    ["--jobs N", "runs of a study at once (default 1); of shards one, on all cores"],
    ["--name NAME", "how it signs its progress (default: its process number)"],
    ["--until-done", "ends with the work that it took part in"],
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
    checkAddress(url);
    const jobs = whole(values, "jobs", 1, 1, 1000);
    const folder = StudyFolder.open(required(values, "out", command), null);
    const name = typeof values.name === "string" ? values.name : `worker-${process.pid}`;
    const programs = { train: join(__dirname, "train.js"), evaluate: join(__dirname, "evaluate.js") };
    try {
      const untilDone = values["until-done"] === true;
      const trades: AnyTrade[] = [studyTrade(folder, programs), shardTrade()];
      await interruptible((signal) => workFor(trades, { url, name, jobs, untilDone, signal, say }));
      return { name };
    } finally {
      folder.close();
    }
  },
};

const say = (line: string) => void process.stderr.write(`${line}\n`);

if (require.main === module) void runCommand(command).finally(() => process.exit());
