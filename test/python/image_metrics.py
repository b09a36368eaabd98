"""Expected values of NIQE and SSEQ by implementations of others, for test/runtime/metrics/{niqe,sseq}.test.ts.

pip install numpy scipy resize-right libsvm-official
pip download --no-deps --no-binary :all: basicsr==1.4.2   # and unpack it
python image_metrics.py BASICSR/basicsr/metrics/niqe.py test/runtime/metrics/fixtures

NIQE is BasicSR's, with the imresize of resize-right in place of its own, which needs PyTorch. The features of SSEQ are written after its release with scipy's
DCT and skewness; libsvm itself trains its machines, on random features, and predicts. scipy writes the MAT-files, one of them compressed.
"""

import json
import sys
import types
import warnings

import numpy as np
import scipy.fft
import scipy.io
import scipy.ndimage
import scipy.sparse
import scipy.stats

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import resize_right
from libsvm.svmutil import svm_predict, svm_problem, svm_parameter, svm_train


def picture(width, height, seed):
    """The same as `picture` of test/runtime/metrics/pictures.ts: folded ramps under noise, which is weaker in every fourth block of 96x96."""
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    state = seed
    for y in range(height):
        for x in range(width):
            for c in range(3):
                state = (1664525 * state + 1013904223) % 2**32
                ramp = (x * (c + 2) + y * 3) % 256
                noise = (state >> 24) >> (3 if (x // 96 + 2 * (y // 96)) % 4 == 3 else 1)
                pixels[y, x, c] = min(255, (ramp if ramp < 128 else 255 - ramp) + noise)
    return pixels


def grey(pixels):
    return np.floor(pixels @ [0.298936021293775, 0.587043074451121, 0.114020904255103] + 0.5)


def halve(values):
    return resize_right.resize(values, scale_factors=0.5, pad_mode="symmetric")


def basicsr(path):
    """Functions of BasicSR's niqe.py, whose imports that are not needed here stay empty."""
    for name in ("cv2", "basicsr", "basicsr.metrics", "basicsr.metrics.metric_util", "basicsr.utils", "basicsr.utils.matlab_functions",
                 "basicsr.utils.registry", "scipy.ndimage.filters"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["scipy.ndimage.filters"].convolve = scipy.ndimage.convolve
    sys.modules["basicsr.metrics.metric_util"].reorder_image = sys.modules["basicsr.metrics.metric_util"].to_y_channel = None
    sys.modules["basicsr.utils.matlab_functions"].imresize = lambda values, scale, antialiasing: halve(values)
    sys.modules["basicsr.utils.registry"].METRIC_REGISTRY = types.SimpleNamespace(register=lambda: lambda function: function)
    module = {}
    exec(compile(open(path, encoding="utf-8").read(), path, "exec"), module)
    return module


def gaussian_window():
    x = np.arange(-3, 4)
    window = np.exp(-(x[:, None] ** 2 + x[None] ** 2) / (2 * (7 / 6) ** 2))
    return window / window.sum()


def niqe_blocks(niqe, image):
    """Features and sharpness of the blocks, after estimatemodelparam.m."""
    rows, columns = image.shape[0] // 96, image.shape[1] // 96
    image = image[: rows * 96, : columns * 96]
    features = [[] for _ in range(rows * columns)]
    sharpness = []
    for side in (96, 48):
        mean = scipy.ndimage.convolve(image, gaussian_window(), mode="nearest")
        sigma = np.sqrt(np.abs(scipy.ndimage.convolve(image**2, gaussian_window(), mode="nearest") - mean**2))
        places = [np.s_[r * side : (r + 1) * side, c * side : (c + 1) * side] for c in range(columns) for r in range(rows)]
        for found, place in zip(features, places):
            found += niqe["compute_feature"](((image - mean) / (sigma + 1))[place])
        if side == 96:
            sharpness = np.array([sigma[place].mean() for place in places])
        image = halve(image)
    return np.array(features), sharpness


def write_niqe(niqe, folder):
    images = [grey(picture(width, height, seed)) for width, height, seed in ((480, 384, 1), (384, 490, 2), (485, 390, 3))]
    chosen = []
    for image in images:
        features, sharpness = niqe_blocks(niqe, image)
        chosen.append(features[sharpness > 0.75 * sharpness.max()])
    used = [len(features) for features in chosen]
    chosen = np.concatenate(chosen)
    mean, covariance = chosen.mean(axis=0), np.cov(chosen, rowvar=False)
    scores = [
        {"width": w, "height": h, "seed": s, "niqe": float(np.squeeze(niqe["niqe"](grey(picture(w, h, s)), mean[None], covariance, gaussian_window())))}
        for w, h, s in ((300, 200, 7), (230, 330, 8))
    ]
    content = {"used": used, "mu": mean.tolist(), "cov": covariance.tolist(), "scores": scores}
    write(f"{folder}/niqe.json", content)
    scipy.io.savemat(f"{folder}/niqe-model.mat", {"mu_prisparam": mean[None], "cov_prisparam": covariance})


def sseq_features(image):
    features = []
    for _ in range(3):
        padded = np.pad(image, [(0, -image.shape[0] % 8), (0, -image.shape[1] % 8)])
        blocks = padded.reshape(padded.shape[0] // 8, 8, -1, 8).transpose(0, 2, 1, 3).reshape(-1, 8, 8)
        spatial = [scipy.stats.entropy(np.bincount(block.astype(int).ravel()), base=2) for block in blocks]
        spectral = []
        for block in blocks:
            coefficients = scipy.fft.dctn(block, norm="ortho")
            coefficients[0, 0] = 1e-8
            share = coefficients**2 / np.sum(coefficients**2)
            share[share == 0] = 1e-8
            spectral.append(-np.sum(share * np.log2(share)))
        for entropies in (np.sort(spatial), np.sort(spectral)):
            n = len(entropies)
            middle = entropies[int(np.ceil(n * 0.2)) - 1 : int(np.ceil(n * 0.8))]
            features += [middle.mean(), scipy.stats.skew(entropies)]
        image = np.clip(np.floor(halve(image) + 0.5), 0, 255)
    return np.array(features)


def as_matlab(model, kind):
    """A machine as libsvm's MATLAB interface gives it."""
    vectors = np.array([[vector.get(i, 0.0) for i in range(1, 13)] for vector in model.get_SV()])
    classes = model.get_nr_class() if kind == 0 else 2
    pairs = classes * (classes - 1) // 2
    rho = np.array([model.rho[i] for i in range(pairs)])[:, None]
    empty = np.zeros((0, 0))
    return {
        "Parameters": np.array([[kind], [2], [3], [model.param.gamma], [0]], dtype=float),
        "nr_class": float(classes),
        "totalSV": float(len(vectors)),
        "rho": rho,
        "Label": np.array(model.get_labels(), dtype=float)[:, None] if kind == 0 else empty,
        "sv_indices": np.array(model.get_sv_indices(), dtype=float)[:, None],
        "ProbA": np.array([model.probA[i] for i in range(pairs)])[:, None] if kind == 0 else empty,
        "ProbB": np.array([model.probB[i] for i in range(pairs)])[:, None] if kind == 0 else empty,
        "nSV": np.array([model.nSV[i] for i in range(classes)], dtype=float)[:, None] if kind == 0 else empty,
        "sv_coef": np.array(model.get_sv_coef()),
        "SVs": scipy.sparse.csc_matrix(vectors),
    }


def write_sseq(folder):
    # Sides that can be halved: resize-right places the samples of odd ones otherwise than MATLAB.
    sizes = [(200, 132, 4), (164, 240, 5)]
    features = np.array([sseq_features(grey(picture(*size))) for size in sizes])
    random = np.random.default_rng(1)
    spread = 0.1 + 0.2 * np.abs(features.mean(axis=0))
    centres = features.mean(axis=0) + spread * random.normal(size=(5, 12))
    labels = np.repeat(np.arange(1, 6), 12)
    samples = centres[labels - 1] + 0.8 * spread * random.normal(size=(60, 12))
    low, high = samples.min(axis=0), samples.max(axis=0)
    scaled = -1 + 2 * (samples - low) / (high - low)
    wanted = -1 + 2 * (features - low) / (high - low)
    classifier = svm_train(svm_problem(labels.tolist(), scaled.tolist()), svm_parameter("-s 0 -t 2 -c 10 -b 1 -q"))
    regressions = [
        svm_train(svm_problem(random.uniform(-1, 1, 12).tolist(), scaled[labels == k].tolist()), svm_parameter("-s 4 -t 2 -c 10 -n 0.5 -q"))
        for k in range(1, 6)
    ]
    rows = wanted.tolist()
    _, _, probabilities = svm_predict([0.0] * len(rows), rows, classifier, "-b 1 -q")
    predictions = np.array([svm_predict([0.0] * len(rows), rows, machine, "-q")[0] for machine in regressions]).T
    scores = 50 + 50 * np.sum(np.array(probabilities) * predictions, axis=1)
    cells = np.empty((1, 5), dtype=object)
    for i, machine in enumerate(regressions):
        cells[0, i] = as_matlab(machine, 4)
    scipy.io.savemat(
        f"{folder}/sseq-model.mat",
        {"fmin": low[None], "fmax": high[None], "svmmodel": as_matlab(classifier, 0), "svrmodel": cells},
        do_compression=True,
    )
    write(
        f"{folder}/sseq.json",
        [
            {"width": w, "height": h, "seed": s, "features": f.tolist(), "probabilities": p, "sseq": float(score)}
            for (w, h, s), f, p, score in zip(sizes, features, probabilities, scores)
        ],
    )


def write(path, content):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file)
        file.write("\n")


if __name__ == "__main__":
    write_niqe(basicsr(sys.argv[1]), sys.argv[2])
    write_sseq(sys.argv[2])
