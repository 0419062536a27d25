/** A real kernel in a folder, and what its cells say, for tests that read like cells. */
import assert from "node:assert/strict";
import { KernelClient } from "../../lib/kernel/runner/client";
import type { Output } from "../../lib/kernel/runner/nbformat";
import { OutputCollector } from "../../lib/kernel/runner/outputs";

export class Session {
  private constructor(private readonly kernel: KernelClient) {}

  /** @param folder of the notebook */
  static async start(folder: string): Promise<Session> {
    return new Session(await KernelClient.start({ folder }));
  }

  async outputs(...lines: string[]): Promise<Output[]> {
    const collector = new OutputCollector(new Map());
    await this.kernel.execute(lines.join("\n"), (message) => collector.take(message), false);
    return collector.outputs;
  }

  /** The plain text of a cell's result, after whatever it printed. */
  async result(...lines: string[]): Promise<string> {
    const outputs = await this.outputs(...lines);
    const last = outputs.at(-1);
    assert.ok(last?.output_type === "execute_result", `${lines.join("\n")}\n${JSON.stringify(outputs)}`);
    return String(last.data["text/plain"]);
  }

  /** What a cell printed, that must have no other output. */
  async printed(...lines: string[]): Promise<string> {
    const outputs = await this.outputs(...lines);
    const texts = outputs.map((output) => {
      assert.ok(output.output_type === "stream", `${lines.join("\n")}\n${JSON.stringify(output)}`);
      return output.text;
    });
    return texts.join("");
  }

  /** The error of a cell that must fail, without its colours. */
  async failure(...lines: string[]): Promise<string> {
    const outputs = await this.outputs(...lines);
    const error = outputs.at(-1);
    assert.ok(error?.output_type === "error", `${lines.join("\n")}\n${JSON.stringify(outputs)}`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are written with the escape character
    return error.traceback.join("\n").replace(/\u001b\[[\d;]*m/g, "");
  }

  async ask(type: string, content: Record<string, unknown>): Promise<Record<string, unknown>> {
    return (await this.kernel.ask(type, content)).content;
  }

  close(): Promise<void> {
    return this.kernel.shutdown();
  }
}
