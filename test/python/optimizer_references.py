"""Six train steps by PyTorch with each option of the optimiser, for test/parity/optimizer-options.test.ts.

python optimizer_references.py OUT.safetensors
python -m pip install torch timm torchvision     (what was recorded came from torch 2.15.0 and timm 1.0.31)

A network of two convolutions is trained on pictures of noise with torch.optim.Adam or AdamW, torch.nn.utils.clip_grad_value_ and clip_grad_norm_, and timm's
ModelEmaV3, in float64. Recorded in float32, filters as HWIO, pictures as [steps, B, H, W, C]: `low`, `normal`, `net.PATH` before the first step; and for each
case `CASE/net.PATH` and `CASE/net.PATH:ema` after the last one, `CASE/losses` and `CASE/norms` of every step.
"""

import json
import struct
import sys

import torch
from timm.utils.model_ema import ModelEmaV3

steps = 6
torch.manual_seed(11)
torch.set_default_dtype(torch.float64)
tensors = {}


def record(name, value):
    tensors[name] = value.detach().float().contiguous()


low = torch.randn(steps, 2, 3, 5, 6).float().double()
normal = torch.randn(steps, 2, 3, 5, 6).float().double() * torch.tensor([1, 3, 0.5, 6, 1, 2]).view(-1, 1, 1, 1, 1)
normal = normal.float().double()
record("low", low.permute(0, 1, 3, 4, 2))
record("normal", normal.permute(0, 1, 3, 4, 2))
first = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3, padding=1), torch.nn.Tanh(), torch.nn.Conv2d(4, 3, 1))
initial = {name: value.float().double() for name, value in first.state_dict().items()}
paths = {"0.weight": "net.first.kernel", "0.bias": "net.first.bias", "2.weight": "net.last.kernel", "2.bias": "net.last.bias"}


def record_weights(prefix, weights, suffix=""):
    for name, path in paths.items():
        value = weights[name]
        record(f"{prefix}{path}{suffix}", value.permute(2, 3, 1, 0) if value.dim() == 4 else value)


def train(case, weight_decay=0.0, clip_value=None, clip_norm=None, ema=None):
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3, padding=1), torch.nn.Tanh(), torch.nn.Conv2d(4, 3, 1))
    network.load_state_dict(initial)
    kind = torch.optim.AdamW if weight_decay > 0 else torch.optim.Adam
    optimizer = kind(network.parameters(), lr=1e-2, betas=(0.9, 0.99), eps=1e-8, weight_decay=weight_decay)
    average = ModelEmaV3(network, **ema) if ema else None
    losses, norms = [], []
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 1e-2 * 0.9**step
        optimizer.zero_grad()
        loss = 4 * torch.nn.functional.mse_loss(network(low[step]), normal[step])
        loss.backward()
        if clip_value is not None:
            torch.nn.utils.clip_grad_value_(network.parameters(), clip_value)
        norms.append(torch.nn.utils.clip_grad_norm_(network.parameters(), float("inf") if clip_norm is None else clip_norm))
        losses.append(loss)
        optimizer.step()
        if average is not None:
            average.update(network, step=step + 1 if ema.get("use_warmup") else None)
    record(f"{case}/losses", torch.stack(losses))
    record(f"{case}/norms", torch.stack(norms))
    record_weights(f"{case}/", network.state_dict())
    if average is not None:
        record_weights(f"{case}/", average.module.state_dict(), ":ema")


record_weights("", initial)
train("plain")
train("weight decay", weight_decay=0.3)
train("clipped by norm", clip_norm=2.0)
train("clipped by value", clip_value=0.05)
train("average", ema={"decay": 0.8})
train("average with warm-up", ema={"decay": 0.7, "use_warmup": True})
train("everything", weight_decay=0.1, clip_value=0.5, clip_norm=1.0, ema={"decay": 0.9})

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
