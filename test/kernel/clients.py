"""What the kernel says to clients other than ours: nbclient, and jupyter_client with a reader who types. Prints JSON."""

import json
import queue
import sys
import threading

import nbformat
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient


def run_notebook(cells):
    """Executes cells by nbclient; the outputs of each."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(made, kernel_name="tslab-workbook", allow_errors=True, timeout=120).execute()
    return [cell.outputs for cell in made.cells]


def interrupted(client, manager, code, presses):
    """Runs a cell that prints `begun`, presses stop then, and says how the cell ended and what the next one gives."""
    replies = queue.Queue()

    def on_output(message):
        if message["msg_type"] == "stream" and "begun" in message["content"]["text"]:
            for _ in range(presses):
                manager.interrupt_kernel()

    def work():
        replies.put(client.execute_interactive(code, output_hook=on_output, allow_stdin=False, timeout=60))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    first = replies.get()["content"]
    after = client.execute_interactive("40 + 2", output_hook=lambda _: None, allow_stdin=False, timeout=60)["content"]
    return [first.get("ename"), after["status"]]


def asked(client):
    """A cell that asks its reader."""
    texts = []

    def on_output(message):
        content = message["content"]
        texts.append(content.get("text") or content.get("evalue") or "")

    def on_input(message):
        texts.append("asked: " + message["content"]["prompt"])
        client.input("Ada")

    code = 'import { input } from "../lib";\nconsole.log("hello " + await input("Name? "));'
    client.execute_interactive(code, output_hook=on_output, stdin_hook=on_input, allow_stdin=True, timeout=120)
    return "".join(texts)


def main():
    outputs = run_notebook(json.loads(sys.argv[1]))
    manager = KernelManager(kernel_name="tslab-workbook")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    try:
        stops = [interrupted(client, manager, code, presses) for code in json.loads(sys.argv[2]) for presses in (1, 3)]
        print(json.dumps({"outputs": outputs, "stops": stops, "asked": asked(client)}))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=False)


main()
