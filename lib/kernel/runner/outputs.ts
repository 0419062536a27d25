/** A cell's messages become its stored outputs, by the rules of nbclient: streams joined, updates in place, clears. */
import { joined, type Output } from "./nbformat";
import type { WireMessage } from "./wire";

/** Outputs that can be replaced later, over all the cells of a notebook, by their display id. */
export type DisplayIds = Map<string, Output[]>;

export class OutputCollector {
  readonly outputs: Output[] = [];
  private clearNext = false;

  constructor(private readonly ids: DisplayIds) {}

  /** Takes a message of the cell; others are ignored. */
  take({ type, content }: WireMessage): void {
    if (type === "stream") this.stream(String(content.name), joined(content.text));
    else if (type === "display_data" || type === "execute_result") this.data(type, content);
    else if (type === "update_display_data") this.update(content);
    else if (type === "error") this.failure(content);
    else if (type === "clear_output") {
      this.clearNext = content.wait === true;
      if (!this.clearNext) this.outputs.length = 0;
    }
  }

  private stream(name: string, text: string): void {
    this.clearIfAsked();
    const last = this.outputs[this.outputs.length - 1];
    if (last?.output_type === "stream" && last.name === name) last.text += text;
    else this.outputs.push({ output_type: "stream", name, text });
  }

  private data(type: "display_data" | "execute_result", content: WireMessage["content"]): void {
    this.clearIfAsked();
    const output: Output = { output_type: type, data: record(content.data), metadata: record(content.metadata) };
    if (type === "execute_result") output.execution_count = Number(content.execution_count);
    this.outputs.push(output);
    const id = displayId(content);
    if (id !== undefined) this.ids.set(id, [...(this.ids.get(id) ?? []), output]);
  }

  private update(content: WireMessage["content"]): void {
    for (const output of this.ids.get(displayId(content) ?? "") ?? [])
      if ("data" in output) Object.assign(output, { data: record(content.data), metadata: record(content.metadata) });
  }

  private failure({ ename, evalue, traceback }: WireMessage["content"]): void {
    this.clearIfAsked();
    const lines = Array.isArray(traceback) ? traceback.map(String) : [];
    this.outputs.push({ output_type: "error", ename: String(ename), evalue: String(evalue), traceback: lines });
  }

  private clearIfAsked(): void {
    if (this.clearNext) this.outputs.length = 0;
    this.clearNext = false;
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function displayId(content: WireMessage["content"]): string | undefined {
  const id = record(content.transient).display_id;
  return typeof id === "string" ? id : undefined;
}
