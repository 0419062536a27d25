"""What Python GLiNER 0.2.29 says of the benchmark's texts, for `bench --same`.

needs: pip install gliner==0.2.29
usage: bench_scores.py MODEL_DIR DATA.json      (the examples that bench_torch.py --dump-data writes)
Prints one line of JSON: the loss of the first eight examples without dropout, and every entity above .5.
"""
import json, logging, sys, warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
import torch
from gliner import GLiNER

folder, data = sys.argv[1], json.load(open(sys.argv[2]))
torch.set_num_threads(2)
model = GLiNER.from_pretrained(folder, local_files_only=True)
model.eval()
collate = model.data_collator_class(model.config, data_processor=model.data_processor, return_tokens=True, return_id_to_classes=True, return_entities=True, prepare_labels=True)
batch = collate(data[:8])
KEYS = ("input_ids", "attention_mask", "words_mask", "text_lengths", "span_idx", "span_mask", "labels")
with torch.no_grad():
    out = model.model(**{key: batch[key] for key in KEYS if key in batch}, alpha=-1.0, gamma=0.0, reduction="sum", masking="global", negatives=1.0)
texts = [" ".join(example["tokenized_text"]) for example in data]
found = model.inference(texts, data[0]["ner_labels"], batch_size=8, threshold=0.5)
entities = [[i, e["start"], e["end"], e["label"], e["score"]] for i, text in enumerate(found) for e in text]
print(json.dumps({"loss": float(out.loss), "entities": entities}))
