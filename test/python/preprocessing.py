"""What genuine Python makes of hand-made data: the two scripts for Pile-NER, the evaluation's reader, seqeval, ast.

    python preprocessing.py OUT_DIR --gliner REPOSITORY.git [--seed 1]

REPOSITORY.git is a clone of urchade/GLiNER: functions are taken from its history (modules/data_proc.py and
modules/run_evaluation.py at 31dceca, data/process_pilener.py at c2bb58d) and run as they are. Needs seqeval. Writes
OUT_DIR/preprocessing/{pile_ner,instruct,tags,literals}.json.
"""

import argparse
import ast
import json
import os
import random
import re
import subprocess

from seqeval.metrics.sequence_labeling import get_entities

HUMAN, GPT = "human", "gpt"


def functions_of(repository, commit, path):
    """The functions of a script, without what it does when it is imported."""
    text = subprocess.run(["git", "-C", repository, "show", f"{commit}:{path}"], capture_output=True, check=True, text=True).stdout
    tree = ast.parse(text)
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    space = {"ast": ast, "re": re, "json": json, "torch": type("torch", (), {"no_grad": lambda: lambda f: f})}
    exec(compile(tree, path, "exec"), space)
    return space


def conversation(text, *questions):
    turns = [(HUMAN, text), (GPT, "I've read this text.")]
    for type_, answer in questions:
        turns += [(HUMAN, f"What describes {type_} in the text?"), (GPT, answer if isinstance(answer, str) else json.dumps(answer))]
    return {"conversations": [{"from": a, "value": b} for a, b in turns]}


TEXT = "Text: Ada Lovelace met Babbage in London; ada lovelace wrote about Babbage's state-of-the-art engine in LONDON."
CONVERSATIONS = [
    conversation(TEXT, ("person", ["Ada Lovelace", "Babbage"]), ("city", ["London"]), ("planet", [])),
    conversation(TEXT, ("fictional character", []), ("work of art", []), ("computing device", ["state-of-the-art engine", "engine"])),
    conversation(TEXT, ("Person", ["Ada Lovelace", "Ada Lovelace", "Lovelace"]), ("person", ["ADA"])),
    conversation(TEXT, ("person", ["Grace Hopper", "art"]), ("city", ["london."])),
    conversation(TEXT, ("person", "['Ada Lovelace', \"Babbage's\"]"), ("city", '["L\\u006fndon"]')),
    conversation(TEXT, ("event", "[ ]"), ("person", ["Ada Lovelace"]), ("city", ["London"])),
    conversation(TEXT, ("event", "None was found."), ("person", ["Babbage"]), ("city", ["London", "LONDON"])),
    conversation(TEXT, ("person", "I am not sure."), ("city", "[]"), ("engine", ["engine"])),
    conversation("Text: \u0130stanbul and \u039f\u0394\u039f\u03a3 and na\u00efve caf\u00e9, \U0001f600 smiles \U0001f600", ("place", ["i\u0307stanbul", "\u03bf\u03b4\u03bf\u03c2", "\u039f\u0394\u039f\u03a3"]), ("sign", ["\U0001f600"]), ("adjective", ["NA\u00cfVE", "CAF\u00c9"])),
    conversation("Text: a a a a", ("pair", ["a a"]), ("letter", ["A", "a"])),
    conversation("No prefix here", ("x", ["here"])),
    conversation(TEXT, ("person", '["Ada Lovelace", null]')),
    conversation(TEXT, ("person", '["Ada Lovelace", 3]')),
    conversation(TEXT, ("person", '["Ada Lovelace"')),
    {"conversations": [{"from": HUMAN, "value": TEXT}, {"from": GPT, "value": "[\"Ada\"]"}]},
]


def pile_ner(repository):
    scripts = {
        "data_proc": functions_of(repository, "31dceca", "modules/data_proc.py"),
        "process_pilener": functions_of(repository, "c2bb58d", "data/process_pilener.py"),
    }
    cases = []
    for record in CONVERSATIONS:
        case = {"record": record}
        for name, space in scripts.items():
            try:
                made = space["extract_entity_spans"](record)
                if name == "data_proc":
                    made = {"ner": made[0], "tokenized_text": made[1]}
                case[name] = made
            except Exception as error:
                case[name] = {"error": type(error).__name__}
        cases.append(case)
    return {"cases": cases}


INSTRUCT = [
    {"sentence": "Ada met Babbage in London .", "entities": [{"name": "Ada", "type": "person", "pos": [0, 3]}, {"name": "London", "type": "city", "pos": [19, 25]}]},
    {"sentence": "are there r rated films", "entities": [{"name": "r", "type": "rating", "pos": [1, 2]}, {"name": "films", "type": "thing", "pos": [18, 23]}]},
    {"sentence": "the New York-based firm", "entities": [{"name": "New York", "type": "city", "pos": [4, 12]}]},
    {"sentence": "\U0001f600 caf\u00e9 \U0001f600 Ada", "entities": [{"name": "caf\u00e9", "type": "place", "pos": [2, 6]}, {"name": "Ada", "type": "person", "pos": [9, 12]}]},
    {"sentence": "one\u00a0two three", "entities": [{"name": "two", "type": "number", "pos": [4, 7]}]},
    {"sentence": "nothing here", "entities": []},
]


def instruct(repository):
    process = functions_of(repository, "31dceca", "modules/run_evaluation.py")["process"]
    return {"cases": [{"item": item, "record": process(item)} for item in INSTRUCT]}


def tags(seed):
    rng = random.Random(seed)
    cases = []
    for scheme, prefixes in (("iob1", "BI"), ("iob2", "BI"), ("iobes", "BIES")):
        for _ in range(300):
            words = rng.randint(1, 12)
            row = [rng.choice(["O", *(f"{p}-{t}" for p in prefixes for t in ("per", "loc"))]) for _ in range(words)]
            cases.append({"scheme": scheme, "tags": row, "spans": [[start, end, kind] for kind, start, end in get_entities(row)]})
    return {"cases": cases}


LITERALS = [
    '["a", "b c"]', "['a', \"O'Neil\", 'she said \"hi\"']", "[]", "[ ]", "['a',]", "[1, -2.5, True, False, None]", "['a' 'b', 'c']",
    r"['tab\there', 'back\\slash', 'quote\'s', '\x41\u00e9\U0001f600', '\101', '\q', '\/']", "[['nested', ('t', 1)], 'x']", "('a', 'b')",
    "['line\\\nbreak']", " [ 'a' ,\n 'b' ] ", "['a', 'b'", "['a' 1]", "[a]", "['a\nb']", "['a'] x", "['\u65e5\u672c', '\\u65e5']",
]


def literals():
    cases = []
    for text in LITERALS:
        try:
            value = ast.literal_eval(text.strip())
            cases.append({"text": text, "value": value} if isinstance(value, (list, tuple)) else {"text": text})
        except (ValueError, SyntaxError):
            cases.append({"text": text})
    return {"cases": cases}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--gliner", required=True)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    folder = os.path.join(args.out, "preprocessing")
    os.makedirs(folder, exist_ok=True)
    for name, made in {"pile_ner": pile_ner(args.gliner), "instruct": instruct(args.gliner), "tags": tags(args.seed), "literals": literals()}.items():
        with open(os.path.join(folder, f"{name}.json"), "w", encoding="utf-8") as file:
            json.dump(made, file, ensure_ascii=True)


if __name__ == "__main__":
    main()
