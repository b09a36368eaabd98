"""The losses of stage 2 (eq. 9) on images in [-1, 1], NCHW."""

import torch
import torch.nn.functional as functional

EPSILON = 1e-3
LAMBDA = -0.2


def charbonnier(a, b, epsilon: float = EPSILON):
    return torch.sqrt((a - b) ** 2 + epsilon * epsilon).mean()


class SSIM(torch.nn.Module):
    """Wang et al. 2004: an 11x11 Gaussian window (sigma 1.5) without padding, constants for a data range of 1."""

    def __init__(self, size: int = 11, sigma: float = 1.5):
        super().__init__()
        offset = torch.arange(size, dtype=torch.float32) - (size - 1) / 2
        window = torch.exp(-(offset**2) / (2 * sigma * sigma))
        window = window / window.sum()
        self.register_buffer('rows', window.view(1, 1, size, 1).repeat(3, 1, 1, 1))
        self.register_buffer('columns', window.view(1, 1, 1, size).repeat(3, 1, 1, 1))

    def blur(self, x):
        return functional.conv2d(functional.conv2d(x, self.rows, groups=3), self.columns, groups=3)

    def forward(self, a, b):
        a, b = (a + 1) / 2, (b + 1) / 2
        batch = a.shape[0]
        mean_a, mean_b, aa, bb, ab = self.blur(torch.cat((a, b, a * a, b * b, a * b))).split(batch)
        c1, c2 = 0.01**2, 0.03**2
        luminance = (2 * mean_a * mean_b + c1) / (mean_a * mean_a + mean_b * mean_b + c1)
        variance = (aa - mean_a * mean_a) + (bb - mean_b * mean_b)
        structure = (2 * (ab - mean_a * mean_b) + c2) / (variance + c2)
        return (luminance * structure).mean()


class RefinementLoss(torch.nn.Module):
    """L_ReG of eq. 9 over the original and the synthetic pair."""

    def __init__(self):
        super().__init__()
        self.ssim = SSIM()

    def forward(self, enhanced, normal, enhanced_reference, reference):
        content = charbonnier(enhanced, normal) + charbonnier(enhanced_reference, reference)
        structure = self.ssim(enhanced, normal) + self.ssim(enhanced_reference, reference)
        return content + LAMBDA * structure


def refinement_bases(deg, low, reference):
    """What the frozen DeG gives to stage 2: I_B and I_B,ref, without gradients."""
    with torch.no_grad():
        degradation = deg(low)
        base = low - degradation
        low_reference = torch.clamp(reference + degradation, -1, 1)
        base_reference = low_reference - deg(low_reference)
    return base, base_reference
