"""What GLiNER 0.2.29 answers to {name: description}: test/golden/described/answers.json, read by test/gliner/reading/described.test.ts.

python test/python/described.py test/golden/tiny_bert test/golden/described/answers.json   # in an environment with gliner==0.2.29
"""

import json
import sys

from gliner import GLiNER

TEXTS = ["Anna Smith met Boris Garcia in Paris last Tuesday.", "", "The Oslo office of Acme closes in March 2019."]
LABELS = {
    "person": "a human being, by name",
    "organization": "a company or another body of people",
    "location": "a place on a map",
    "date": "a day, a month or a year",
}

model = GLiNER.from_pretrained(sys.argv[1])
settings = [{"threshold": 0.3}, {"threshold": 0.2, "flat_ner": False, "multi_label": True}]
answers = [{"settings": s, "answers": model.inference(TEXTS, LABELS, **s)} for s in settings]
refused = {}
for name, labels in {"same": {"a": "one thing", "b": "one thing"}, "number": {"a": 1}}.items():
    try:
        model.inference(TEXTS, labels)
        refused[name] = None
    except (TypeError, ValueError) as error:
        refused[name] = str(error)
with open(sys.argv[2], "w") as file:
    json.dump({"gliner": "0.2.29", "texts": TEXTS, "labels": LABELS, "runs": answers, "refused": refused}, file, indent=1)
    file.write("\n")
