"""Loads a SavedModel in Python's tensorflow and compares what its signature gives with expected values.

    python savedmodel.py FOLDER CASE.json

CASE.json holds {"inputs": {KEY: {"shape": [...], "values": [...]}}, "outputs": {the same}, "tolerance": 1e-4}.
Exit code 0: every output is there, has the expected shape, and differs by at most the tolerance, relative to the
greatest expected magnitude. 1: something differs, printed. 3: Python has no tensorflow here.
"""

import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

try:
    import numpy as np
    import tensorflow as tf
except ImportError as error:
    print(f"not compared: {error}")
    sys.exit(3)


def tensor(description):
    return np.asarray(description["values"], dtype=np.float32).reshape(description["shape"])


def main(folder, case_path):
    with open(case_path, encoding="utf-8") as file:
        case = json.load(file)
    model = tf.saved_model.load(folder)
    signature = model.signatures["serving_default"]
    _, declared = signature.structured_input_signature
    feeds = {key: tensor(description) for key, description in case["inputs"].items()}
    problems = []
    for key, value in feeds.items():
        if key not in declared or tuple(declared[key].shape) != value.shape:
            problems.append(f"input {key}: the model declares {declared.get(key)}, the case has {value.shape}")
    for key in sorted(set(declared) - set(feeds)):
        problems.append(f"input {key}: the model wants it, the case has no value")
    if not problems:
        results = signature(**{key: tf.constant(value) for key, value in feeds.items()})
        for key, description in case["outputs"].items():
            wanted = tensor(description)
            found = results[key].numpy() if key in results else np.zeros(())
            if found.shape != wanted.shape:
                problems.append(f"output {key}: shape {found.shape}, expected {wanted.shape}")
                continue
            difference = float(np.max(np.abs(found - wanted)) / max(1e-6, float(np.max(np.abs(wanted)))))
            print(f"output {key}: relative difference {difference:.1e}")
            if not difference <= case["tolerance"]:
                problems.append(f"output {key}: relative difference {difference:.1e}, allowed {case['tolerance']:.0e}")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
