"""TensorBoard's own reader on the event file of a training run.

    python tensorboard_events.py RUN_DIR

Opens RUN_DIR/tensorboard as TensorBoard does and holds every point to RUN_DIR/metrics.jsonl: the loss of every step, the rates,
held-out F1 where it was measured, and the histograms of scores. Exit code 1 where they differ. Needs tensorboard.
"""

import argparse
import json
import math
import os

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    run = parser.parse_args().run
    with open(os.path.join(run, "metrics.jsonl")) as file:
        lines = [json.loads(line) for line in file]
    everything = {"scalars": 0, "histograms": 0, "tensors": 0}
    events = EventAccumulator(os.path.join(run, "tensorboard"), size_guidance=everything).Reload()
    tags = events.Tags()

    def check(tag, wanted):
        found = {event.step: event.value for event in events.Scalars(tag)}
        assert set(found) == set(wanted), (tag, sorted(set(found) ^ set(wanted))[:5])
        for step, value in wanted.items():
            assert math.isclose(found[step], np.float32(value), rel_tol=1e-6), (tag, step, found[step], value)
        print(f"{tag}: {len(found)} points")

    def of(get):
        values = {line["step"]: get(line) for line in lines}
        return {step: value for step, value in values.items() if value is not None}

    check("loss/train", of(lambda line: line["loss"]))
    check("gradient/norm", of(lambda line: line["gradientNorm"]))
    check("rate/encoder", of(lambda line: line["lr_encoder"]))
    check("batch/padding_share", of(lambda line: line.get("paddingShare")))
    if any("heldOut" in line for line in lines):
        check("heldout/f1", of(lambda line: line.get("heldOut", {}).get("f1")))
    histograms = events.Histograms("scores/negatives")
    wanted = of(lambda line: line.get("scores", {}).get("negatives"))
    assert [event.step for event in histograms] == sorted(wanted)
    for event in histograms:
        assert list(event.histogram_value.bucket) == wanted[event.step], event.step
        assert event.histogram_value.num == sum(wanted[event.step])
    print(f"scores/negatives: {len(histograms)} histograms")
    print(f"{len(tags['scalars'])} scalar tags, {len(tags['histograms'])} histogram tags: TensorBoard reads them all")


main()
