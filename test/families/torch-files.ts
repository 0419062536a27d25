import assert from "node:assert/strict";
import { join } from "node:path";
import { readSafetensors } from "../../lib/weights/safetensors";
import { TorchFile } from "../../lib/weights/torch/torch-file";
import { need } from "./compare";
import type { GoldenFamily } from "./family";

/** Files that torch.save wrote, against the same tensors in a safetensors file: every bit. */
export const torchFiles: GoldenFamily = {
  name: "torch files",
  matches: (path) => /^torch\/\w+\.bin$/.test(path),
  async check(folder, path) {
    const wanted = readSafetensors(join(folder, path.replace(/bin$/, "safetensors"))).tensors;
    const file = await TorchFile.open(join(folder, path));
    assert.deepEqual([...file.entries.keys()].sort(), [...wanted.keys()].sort(), "names");
    for (const name of file.entries.keys()) assert.deepEqual(file.read(name), need(wanted, name), name);
    file.close();
  },
};
