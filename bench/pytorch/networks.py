"""DRGN and LW-DRGN in PyTorch, written from the tables of the paper's reading and not from mfnc's sources.

They serve twice: as the other side of the benchmark, and as an independent oracle for what mfnc computes.

padding='symmetric' is PyTorch's fastest natural form (`padding=1` inside the convolution). padding='same' follows
TensorFlow's rule, which pads a strided convolution more at the bottom and right; mfnc's networks use it.
"""

import torch
import torch.nn.functional as functional
from torch import nn

PARAMETERS = {'drgn': 4_774_768, 'lw-drgn': 660_486}


def convolution(in_channels: int, out_channels: int, size: int, stride: int = 1, padding: str = 'symmetric') -> nn.Module:
    """A convolution with bias whose output is ceil(input / stride), for even inputs."""
    if stride == 1 or padding == 'symmetric':
        return nn.Conv2d(in_channels, out_channels, size, stride, padding=size // 2)
    total = size - stride
    return SamePaddedConvolution(in_channels, out_channels, size, stride, before=total // 2, after=total - total // 2)


class SamePaddedConvolution(nn.Conv2d):
    def __init__(self, in_channels: int, out_channels: int, size: int, stride: int, before: int, after: int):
        super().__init__(in_channels, out_channels, size, stride)
        self.around = (before, after, before, after)

    def forward(self, x):
        return super().forward(functional.pad(x, self.around))


def deconvolution(in_channels: int, out_channels: int) -> nn.Module:
    """4x4, stride 2: doubles height and width. TensorFlow's SAME is symmetric here."""
    return nn.ConvTranspose2d(in_channels, out_channels, 4, 2, padding=1)


class ChannelAttention(nn.Module):
    def __init__(self, width: int, reduction: int):
        super().__init__()
        self.squeeze = nn.Conv2d(width, width // reduction, 1)
        self.excite = nn.Conv2d(width // reduction, width, 1)

    def forward(self, x):
        scale = x.mean((2, 3), keepdim=True)
        return x * torch.sigmoid(self.excite(functional.relu(self.squeeze(scale), inplace=True)))


class RCAB(nn.Module):
    def __init__(self, width: int, reduction: int):
        super().__init__()
        self.conv1 = convolution(width, width, 3)
        self.conv2 = convolution(width, width, 3)
        self.attention = ChannelAttention(width, reduction)

    def forward(self, x):
        return x + self.attention(self.conv2(functional.relu(self.conv1(x), inplace=True)))


class ResidualGroup(nn.Module):
    def __init__(self, width: int, rcabs: int, reduction: int):
        super().__init__()
        self.rcabs = nn.Sequential(*(RCAB(width, reduction) for _ in range(rcabs)))

    def forward(self, x):
        return x + self.rcabs(x)


def depth_to_space(x, block: int):
    """TensorFlow's channel order: the offset inside the block comes first, the colour last."""
    batch, channels, height, width = x.shape
    colours = channels // (block * block)
    x = x.reshape(batch, block, block, colours, height, width)
    return x.permute(0, 3, 4, 1, 5, 2).reshape(batch, colours, height * block, width * block)


class MultiResolutionFusion(nn.Module):
    """The MFN of Sec. 2.4 with a pyramid of three levels (eqs. 10-13)."""

    def __init__(self, width: int = 64, groups=(2, 3, 4), rcabs: int = 3, padding: str = 'symmetric'):
        super().__init__()
        taps = torch.tensor([0.05, 0.25, 0.4, 0.25, 0.05])
        self.register_buffer('gaussian', torch.outer(taps, taps).expand(3, 1, 5, 5).contiguous(), persistent=False)
        self.padding = padding
        self.init = nn.ModuleList(convolution(3, width, 3, 2, padding) for _ in groups)
        self.down12 = convolution(width, width, 3, 2, padding)
        self.down13 = convolution(width, width, 3, 2, padding)
        self.down23 = convolution(width, width, 3, 2, padding)
        self.fuse2 = nn.Conv2d(2 * width, width, 1)
        self.fuse3 = nn.Conv2d(3 * width, width, 1)
        self.groups = nn.ModuleList(nn.Sequential(*(ResidualGroup(width, rcabs, 16) for _ in range(n))) for n in groups)
        self.long = nn.ModuleList(nn.Conv2d(2 * width, width, 1) for _ in groups)
        self.up2 = deconvolution(width, width)
        self.up3 = nn.ModuleList((deconvolution(width, width), deconvolution(width, width)))
        self.fuse = nn.Conv2d(3 * width, width, 1)
        self.reconstruct = convolution(width, 12, 3)

    def blur_down(self, x):
        padded = functional.pad(x, (2, 2, 2, 2), mode='replicate')
        return functional.conv2d(padded, self.gaussian, stride=2, groups=3)

    def forward(self, x):
        level2 = self.blur_down(x)
        level3 = self.blur_down(level2)
        f1, f2, f3 = (functional.relu(init(g), inplace=True) for init, g in zip(self.init, (x, level2, level3)))
        d12 = functional.relu(self.down12(f1), inplace=True)
        d13 = functional.relu(self.down13(d12), inplace=True)
        d23 = functional.relu(self.down23(f2), inplace=True)
        fused = (f1, self.fuse2(torch.cat((f2, d12), 1)), self.fuse3(torch.cat((f3, d13, d23), 1)))
        long = [long(torch.cat((group(m), m), 1)) for long, group, m in zip(self.long, self.groups, fused)]
        up2 = functional.relu(self.up2(long[1]), inplace=True)
        up3 = functional.relu(self.up3[1](functional.relu(self.up3[0](long[2]), inplace=True)), inplace=True)
        y = self.reconstruct(self.fuse(torch.cat((long[0], up2, up3), 1)))
        return depth_to_space(y, 2) if self.padding == 'same' else functional.pixel_shuffle(y, 2)


class AttentionFusion(nn.Module):
    """ADF: channel attention over a 1x1 fusion of all features so far."""

    def __init__(self, inputs: int, width: int, reduction: int):
        super().__init__()
        self.fuse = nn.Conv2d(inputs * width, width, 1)
        self.attention = ChannelAttention(width, reduction)

    def forward(self, features):
        return self.attention(self.fuse(torch.cat(features, 1)))


class LightModule(nn.Module):
    def __init__(self, width: int, inner: int, reduction: int, padding: str):
        super().__init__()
        self.down = convolution(width, inner, 3, 2, padding)
        self.rcabs = nn.Sequential(RCAB(inner, reduction), RCAB(inner, reduction))
        self.up = deconvolution(inner, width)

    def forward(self, x):
        x = functional.relu(self.down(x), inplace=True)
        return functional.relu(self.up(self.rcabs(x)), inplace=True)


class LightGenerator(nn.Module):
    """One generator of LW-DRGN: a single branch with attention-guided dense fusion."""

    def __init__(self, width: int = 64, padding: str = 'symmetric'):
        super().__init__()
        self.init = convolution(3, width, 3, 2, padding)
        self.modules_ = nn.ModuleList(LightModule(width, width // 2, 4, padding) for _ in range(3))
        self.fusions = nn.ModuleList(AttentionFusion(n, width, 4) for n in (2, 3, 4))
        self.up = deconvolution(width, 16)
        self.reconstruct = convolution(16, 3, 3)

    def forward(self, x):
        features = [functional.relu(self.init(x), inplace=True)]
        fused = features[0]
        for module, fusion in zip(self.modules_, self.fusions):
            features.append(module(fused))
            fused = fusion(features)
        return self.reconstruct(functional.relu(self.up(fused), inplace=True))


class TwoStageNetwork(nn.Module):
    """I* = ReG(I_L - DeG(I_L)), Sec. 2.1 and 2.2."""

    def __init__(self, deg: nn.Module, reg: nn.Module):
        super().__init__()
        self.deg = deg
        self.reg = reg

    def forward(self, low):
        return self.reg(low - self.deg(low))


def build(name: str, padding: str = 'symmetric') -> TwoStageNetwork:
    """Builds 'drgn' or 'lw-drgn' with Glorot-uniform filters and checks the number of its parameters."""
    generator = {'drgn': MultiResolutionFusion, 'lw-drgn': LightGenerator}[name]
    network = TwoStageNetwork(generator(padding=padding), generator(padding=padding))
    for parameter in network.parameters():
        nn.init.xavier_uniform_(parameter) if parameter.dim() == 4 else nn.init.zeros_(parameter)
    count = sum(parameter.numel() for parameter in network.parameters())
    assert count == PARAMETERS[name], f'{name} has {count} parameters instead of {PARAMETERS[name]}'
    return network
