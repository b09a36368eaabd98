"""Reads float32 tensors from a safetensors file; no package is needed for that."""

import json
import struct

import numpy
import torch


def read(path: str) -> dict[str, torch.Tensor]:
    with open(path, 'rb') as file:
        content = file.read()
    (length,) = struct.unpack('<Q', content[:8])
    header = json.loads(content[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == '__metadata__':
            continue
        assert entry['dtype'] == 'F32', f'{name} is {entry["dtype"]}'
        begin, end = entry['data_offsets']
        values = numpy.frombuffer(content[8 + length + begin : 8 + length + end], dtype='<f4')
        tensors[name] = torch.from_numpy(values.reshape(entry['shape']).copy())
    return tensors
