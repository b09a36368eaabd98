"""Values of blocks of the standard library by PyTorch, for test/models/block-references.test.ts.

python block_references.py OUT.safetensors

Each case has an input `CASE/x` [B, H, W, C], weights `CASE/net.PATH` in the layouts of mfnc, and the output `CASE/y` [B, H, W, C]. What PyTorch has a layer for is
that layer; the attentions are written as their papers say, with loops where mfnc has reshapes.
"""

import json
import struct
import sys

import torch
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
tensors = {}


def picture(*shape):
    return torch.randn(*shape)


def record(case, x, y, weights):
    """x and y as [B, C, H, W]."""
    for name, value in {"x": x.permute(0, 2, 3, 1), "y": y.permute(0, 2, 3, 1), **{f"net.{k}": v for k, v in weights.items()}}.items():
        tensors[f"{case}/{name}"] = value.detach().float().contiguous()


def channels_last(layer, x):
    return layer(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def random_affine(layer):
    for parameter in layer.parameters():
        torch.nn.init.normal_(parameter)
    return layer


x = 2 * picture(2, 6, 4, 5) + 1
layer = random_affine(torch.nn.LayerNorm(6))
record("LayerNorm", x, channels_last(layer, x), {"scale": layer.weight, "bias": layer.bias})

scale = picture(6)
variance = x.var(1, unbiased=False, keepdim=True)
record("BiasFreeLayerNorm", x, x / torch.sqrt(variance + 1e-5) * scale.view(1, 6, 1, 1), {"scale": scale})

layer = random_affine(torch.nn.GroupNorm(3, 6))
record("GroupNorm", x, layer(x), {"scale": layer.weight, "bias": layer.bias})

layer = random_affine(torch.nn.InstanceNorm2d(6, affine=True))
record("InstanceNorm", x, layer(x), {"scale": layer.weight, "bias": layer.bias})

layer = torch.nn.PReLU(6)
torch.nn.init.normal_(layer.weight)
record("PReLU", x, layer(x), {"slope": layer.weight})

for name, function in {
    "gelu": F.gelu,
    "gelu_tanh": lambda t: F.gelu(t, approximate="tanh"),
    "silu": F.silu,
    "mish": F.mish,
    "elu": F.elu,
    "hard_sigmoid": F.hardsigmoid,
    "hard_swish": F.hardswish,
}.items():
    record(name, 3 * x, function(3 * x), {})


def window_attention(x, heads, size, shift, weights):
    """Attention of every pixel with the pixels of its window, pixel by pixel; windows lie on the picture rolled by `shift`."""
    batch, channels, height, width = x.shape
    depth = channels // heads
    result = torch.zeros_like(x)
    qkv = torch.einsum("bchw,cd->bdhw", x, weights["qkv.qkv.kernel"]) + weights["qkv.qkv.bias"].view(1, -1, 1, 1)
    q, k, v = qkv.chunk(3, dim=1)
    table = weights["bias.table"][0]

    def region(position, extent):
        return 0 if position < extent - size else 1 if position < extent - shift else 2

    for row in range(height):
        for column in range(width):
            # Places on the rolled picture; pixel (row, column) of x stands at (row - shift, column - shift) there.
            r, c = (row - shift) % height, (column - shift) % width
            top, left = r - r % size, c - c % size
            places = [(i, j) for i in range(top, top + size) for j in range(left, left + size)]
            pixels = [((i + shift) % height, (j + shift) % width) for i, j in places]
            for head in range(heads):
                part = slice(head * depth, (head + 1) * depth)
                scores = []
                for (i, j), (pi, pj) in zip(places, pixels):
                    score = (q[:, part, row, column] * k[:, part, pi, pj]).sum(1) / depth**0.5
                    score = score + table[(r - i + size - 1) * (2 * size - 1) + (c - j + size - 1), head]
                    if shift and (region(r, height), region(c, width)) != (region(i, height), region(j, width)):
                        score = score - 100
                    scores.append(score)
                shares = torch.stack(scores).softmax(0)
                result[:, part, row, column] = sum(s.view(-1, 1) * v[:, part, pi, pj] for s, (pi, pj) in zip(shares, pixels))
    return torch.einsum("bchw,cd->bdhw", result, weights["whole.proj.kernel"]) + weights["whole.proj.bias"].view(1, -1, 1, 1)


x = picture(1, 4, 8, 4)
for case, shift in (("WindowAttention", 0), ("WindowAttention shifted", 2)):
    weights = {
        "qkv.qkv.kernel": picture(4, 12) / 2,
        "qkv.qkv.bias": picture(12),
        "bias.table": picture(1, 49, 2),
        "whole.proj.kernel": picture(4, 4),
        "whole.proj.bias": picture(4),
    }
    record(case, x, window_attention(x, 2, 4, shift, weights), weights)


def filters(kernel):
    """HWIO to OIHW."""
    return kernel.permute(3, 2, 0, 1)


def depthwise_filters(kernel):
    """[h, w, C, 1] to [C, 1, h, w]."""
    return kernel.permute(2, 3, 0, 1)


x = picture(2, 4, 3, 5)
weights = {
    "temperature": picture(2, 1, 1),
    "qkv.qkv.kernel": picture(1, 1, 4, 12),
    "qkv.qkv_depthwise.kernel": picture(3, 3, 12, 1),
    "project.kernel": picture(1, 1, 4, 4),
}
qkv = F.conv2d(F.conv2d(x, filters(weights["qkv.qkv.kernel"])), depthwise_filters(weights["qkv.qkv_depthwise.kernel"]), padding=1, groups=12)
q, k, v = [part.reshape(2, 2, 2, 15) for part in qkv.chunk(3, dim=1)]
shares = (F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1) * weights["temperature"]).softmax(-1)
record("TransposedAttention", x, F.conv2d((shares @ v).reshape(2, 4, 3, 5), filters(weights["project.kernel"])), weights)

weights = {
    "parts.enter.kernel": picture(1, 1, 4, 20),
    "parts.depthwise.kernel": picture(3, 3, 20, 1),
    "leave.kernel": picture(1, 1, 10, 4),
}
h = F.conv2d(F.conv2d(x, filters(weights["parts.enter.kernel"])), depthwise_filters(weights["parts.depthwise.kernel"]), padding=1, groups=20)
a, b = h.chunk(2, dim=1)
record("GatedFeedForward", x, F.conv2d(F.gelu(a) * b, filters(weights["leave.kernel"])), weights)

weights = {
    "kernel": picture(3, 9 * 4 * 5),
    "bias": picture(3, 5),
    "scores.squeeze.kernel": picture(4, 2),
    "scores.squeeze.bias": picture(2),
    "scores.share.kernel": picture(2, 3),
    "scores.share.bias": picture(3),
}
means = x.mean((2, 3))
hidden = F.relu(means @ weights["scores.squeeze.kernel"] + weights["scores.squeeze.bias"])
shares = ((hidden @ weights["scores.share.kernel"] + weights["scores.share.bias"]) / 2).softmax(1)
outputs = []
for sample, share in zip(x, shares):
    kernel = sum(s * w for s, w in zip(share, weights["kernel"])).reshape(3, 3, 4, 5)
    outputs.append(F.conv2d(sample[None], filters(kernel), (share[:, None] * weights["bias"]).sum(0), padding=1))
record("DynamicConv", x, torch.cat(outputs), weights)

header, offset = {}, 0
for name, value in tensors.items():
    size = 4 * value.numel()
    header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [offset, offset + size]}
    offset += size
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text)
    for value in tensors.values():
        file.write(value.numpy().tobytes())
