"""Where mfnc's weights belong in the networks of networks.py: paths of modules, and the order of the dimensions of filters."""

import torch
from torch import nn

MULTI_RESOLUTION = {
    'down12': 'f[1,2]',
    'down13': 'f[1,3]',
    'down23': 'f[2,3]',
    'fuse2': 'msr[2]',
    'fuse3': 'msr[3]',
    'up2': 'up[2].deconv[1]',
    'up3.0': 'up[3].deconv[1]',
    'up3.1': 'up[3].deconv[2]',
    'fuse': 'fuse',
    'reconstruct': 'rec',
}
LIGHT = {'init': 'y[0]', 'up': 'up', 'reconstruct': 'rec'}


def multi_resolution_path(name: str) -> str:
    parts = name.split('.')
    if name in MULTI_RESOLUTION:
        return MULTI_RESOLUTION[name]
    level = int(parts[1]) + 1
    if parts[0] == 'init':
        return f'f[{level},{level}]'
    if parts[0] == 'long':
        return f'long[{level}]'
    # groups.I.K.rcabs.M.conv1
    return '.'.join([f'r[{level}]', f'group[{int(parts[2]) + 1}]', f'rcab[{int(parts[4]) + 1}]', *parts[5:]])


def light_path(name: str) -> str:
    parts = name.split('.')
    if name in LIGHT:
        return LIGHT[name]
    position = int(parts[1])
    if parts[0] == 'fusions':
        return '.'.join(['fusion' if position == 2 else f'fused[{position + 2}]', *parts[2:]])
    if parts[2] == 'rcabs':
        return '.'.join([f'y[{position + 1}]', f'rcab[{int(parts[3]) + 1}]', *parts[4:]])
    return '.'.join([f'y[{position + 1}]', *parts[2:]])


def discriminator_path(name: str) -> str:
    parts = name.split('.')
    if parts[0] != 'blocks':
        return name
    return '.'.join([f'f[{int(parts[1]) + 1}]', *parts[2:]])


def weight_paths(network: nn.Module, instance: str, path_of) -> dict[str, torch.nn.Parameter]:
    """The parameters of a network by the paths that mfnc gives them under `instance`."""
    named = {}
    for name, module in network.named_modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
            path = f'{instance}.{path_of(name)}'
            named[f'{path}.kernel'] = module.weight
            named[f'{path}.bias'] = module.bias
    return named


def to_torch(values: torch.Tensor) -> torch.Tensor:
    """Filters [h, w, in, out] (transposed ones [h, w, out, in]) become [out, in, h, w] ([in, out, h, w]); matrices are transposed."""
    if values.dim() == 4:
        return values.permute(3, 2, 0, 1)
    return values.t() if values.dim() == 2 else values


def images_to_torch(values: torch.Tensor) -> torch.Tensor:
    return values.permute(0, 3, 1, 2).double()
