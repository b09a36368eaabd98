"""Runs an ONNX model in Python's onnxruntime and compares what it gives with expected values.

    python onnx_model.py MODEL.onnx CASE.json

CASE.json holds {"inputs": {NAME: {"shape": [...], "values": [...]}}, "outputs": {the same}, "tolerance": 1e-4}.
Exit code 0: every output is there, has the expected shape, and differs by at most the tolerance, relative to the
greatest expected magnitude. 1: something differs, printed. 3: Python has no onnxruntime or numpy here.
"""

import json
import sys

try:
    import numpy as np
    import onnxruntime
except ImportError as error:
    print(f"not compared: {error}")
    sys.exit(3)


def tensor(description):
    return np.asarray(description["values"], dtype=np.float32).reshape(description["shape"])


def main(model_path, case_path):
    with open(case_path, encoding="utf-8") as file:
        case = json.load(file)
    session = onnxruntime.InferenceSession(model_path, providers=["CPUExecutionProvider"])
    declared = {value.name: tuple(value.shape) for value in session.get_inputs()}
    feeds = {name: tensor(description) for name, description in case["inputs"].items()}
    problems = []
    for name, value in feeds.items():
        if declared.get(name) != value.shape:
            problems.append(f"input {name}: the model declares {declared.get(name)}, the case has {value.shape}")
    for name in sorted(set(declared) - set(feeds)):
        problems.append(f"input {name}: the model wants it, the case has no value")
    if not problems:
        expected = {name: tensor(description) for name, description in case["outputs"].items()}
        results = session.run(list(expected), feeds)
        for (name, wanted), found in zip(expected.items(), results):
            if found.shape != wanted.shape:
                problems.append(f"output {name}: shape {found.shape}, expected {wanted.shape}")
                continue
            difference = float(np.max(np.abs(found - wanted)) / max(1e-6, float(np.max(np.abs(wanted)))))
            print(f"output {name}: relative difference {difference:.1e}")
            if not difference <= case["tolerance"]:
                problems.append(f"output {name}: relative difference {difference:.1e}, allowed {case['tolerance']:.0e}")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
