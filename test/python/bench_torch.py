"""Python GLiNER for `bench --beside`: training steps, inference or a cold start, as one line of JSON.

needs: pip install gliner==0.2.29; with --onnx also onnx, onnxscript and onnxruntime
usage: bench_torch.py --mode train|infer|cold --model DIR --data FILE [--batch 8] [--iters 10] [--warmup 2] [--threshold 0.5] [--threads 2] [--onnx]
DIR and FILE are what `bench --encoder` writes; the numbers have the names that bench gives them.
--onnx: inference by onnxruntime, of GLiNER's own export, which is made once, in DIR-onnx.
"""
import argparse, json, logging, os, resource, statistics, subprocess, sys, time, warnings

ap = argparse.ArgumentParser()
ap.add_argument("--mode", choices=["train", "infer", "cold"], required=True)
ap.add_argument("--model", required=True)
ap.add_argument("--data", required=True)
ap.add_argument("--batch", type=int, default=8)
ap.add_argument("--iters", type=int, default=10)
ap.add_argument("--warmup", type=int, default=2)
ap.add_argument("--threshold", type=float, default=0.5)
ap.add_argument("--threads", type=int, default=2)
ap.add_argument("--onnx", action="store_true")
a = ap.parse_args()
if a.onnx and a.mode == "train":
    ap.error("--onnx infers only, got --mode train")
os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(a.threads)
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
import torch
import transformers
from gliner import GLiNER

transformers.logging.set_verbosity_error()
torch.set_num_threads(a.threads)
torch.manual_seed(0)
EXPORT = "import sys; from gliner import GLiNER; GLiNER.from_pretrained(sys.argv[1], local_files_only=True).eval().export_to_onnx(sys.argv[2])"
if a.onnx:
    import onnxruntime

    folder = a.model.rstrip("/") + "-onnx"
    # In a process of its own: what the export takes is not the memory of inference.
    if not os.path.exists(os.path.join(folder, "model.onnx")):
        subprocess.run([sys.executable, "-c", EXPORT, a.model, folder], check=True, capture_output=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = a.threads
    model = GLiNER.from_pretrained(folder, load_onnx_model=True, session_options=options, local_files_only=True)
else:
    model = GLiNER.from_pretrained(a.model, local_files_only=True).eval()
data = json.load(open(a.data))
texts = [" ".join(example["tokenized_text"]) for example in data]
labels = data[0]["ner_labels"]
KEYS = ("input_ids", "attention_mask", "words_mask", "text_lengths", "span_idx", "span_mask", "labels")


def timed(run, times):
    start, cpu = time.perf_counter(), time.process_time()
    result = run()
    times.append((1000 * (time.perf_counter() - start), 1000 * (time.process_time() - cpu)))
    return result


def report(times, sentences, **checks):
    ms, cpu = [wall for wall, _ in times], [used for _, used in times]
    typical = statistics.median(ms)
    print(json.dumps({
        "runtime": f"onnxruntime {onnxruntime.__version__}" if a.onnx else f"torch {torch.__version__}", "mode": a.mode, "batch": a.batch, "hidden": model.config.hidden_size,
        "sentences_per_s": round(1000 * sentences / typical, 3), "ms_median": round(typical, 1), "ms_min": round(min(ms), 1),
        "ms_max": round(max(ms), 1), "cpu_ms_median": round(statistics.median(cpu), 1), "iters": len(times),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024), **checks,
    }))


def train():
    model.train()
    collate = model.data_collator_class(model.config, data_processor=model.data_processor, return_tokens=True, return_id_to_classes=True, return_entities=True, prepare_labels=True)
    batches = [collate(data[i * a.batch : (i + 1) * a.batch]) for i in range(min(8, len(data) // a.batch))]
    parameters = [p for p in model.model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=1e-5, weight_decay=0.01)

    def step(batch):
        out = model.model(**{k: batch[k] for k in KEYS if k in batch}, alpha=-1.0, gamma=0.0, reduction="sum", masking="global", negatives=1.0)
        out.loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return float(out.loss.detach())

    times, losses = [], []
    for i in range(a.warmup + a.iters):
        losses.append(timed(lambda: step(batches[i % len(batches)]), times))
    report(times[a.warmup :], a.batch, loss_first=round(losses[0], 2))


def infer():
    times = []
    for _ in range(a.warmup + a.iters):
        found = timed(lambda: model.inference(texts, labels, batch_size=a.batch, threshold=a.threshold), times)
    entities = sum(len(one) for one in found) / len(texts)
    report(times[a.warmup :], len(texts), entities_per_sentence=round(entities, 2), threshold=a.threshold)


def cold():
    """bench takes the time of the whole process; here is what the process has used until it had the first answer."""
    found = model.inference(texts[:1], labels, batch_size=1, threshold=a.threshold)
    used = 1000 * time.process_time()
    report([(used, used)], 1, entities_per_sentence=len(found[0]), threshold=a.threshold)


{"train": train, "infer": infer, "cold": cold}[a.mode]()
sys.stdout.flush()
