"""Compares mfnc's numbers with PyTorch's, computed in float64 by networks that share no code with mfnc.

    python check.py FOLDER

FOLDER is written by `npx tsx bench/parity.ts`: cases.json, and for each case a safetensors file with the weights, the inputs, the picture
of the inference, the moments after one step (from which the gradients follow) and the losses of a few Adam steps.
"""

import dataclasses
import json
import os
import sys

import torch
import torch.nn.functional as functional
from losses import RefinementLoss, refinement_bases
from networks import build
from safetensors_file import read
from torch import nn
from weight_paths import discriminator_path, images_to_torch, light_path, multi_resolution_path, to_torch, weight_paths

# A relative difference is accepted when it is this small, or when float32 itself is so far from float64: PyTorch's own error in float32, with some
# room. The KL divergence of two nearly equal distributions needs the second: what is left of it after cancellation has few digits.
TOLERANCE = 1e-4
ALLOWANCE = 10
BETAS, EPSILON = (0.9, 0.999), 1e-8
ALPHA = 1e-5


class Discriminator(nn.Module):
    """SRGAN's discriminator without batch normalisation; gives logits."""

    def __init__(self):
        super().__init__()
        widths = (64, 128, 256, 512)
        self.blocks = nn.ModuleList(self.block(before, width) for before, width in zip((3, *widths), widths))
        self.dense1 = nn.Linear(512, 1024)
        self.dense2 = nn.Linear(1024, 1)

    @staticmethod
    def block(before: int, width: int) -> nn.ModuleDict:
        return nn.ModuleDict({'conv1': nn.Conv2d(before, width, 3, 1, 1), 'conv2': nn.Conv2d(width, width, 3, 2)})

    def forward(self, x):
        for block in self.blocks:
            x = functional.leaky_relu(block['conv1'](x), 0.2)
            height, width = x.shape[2:]
            # TensorFlow's SAME for a 3x3 window and stride 2: one row and column more at the end, at both ends for odd sizes.
            x = functional.leaky_relu(block['conv2'](functional.pad(x, (width % 2, 1, height % 2, 1))), 0.2)
        return self.dense2(functional.leaky_relu(self.dense1(x.mean((2, 3))), 0.2))


def kl(p, q):
    log_p, log_q = functional.log_softmax(p.flatten(1), 1), functional.log_softmax(q.flatten(1), 1)
    return (log_p.exp() * (log_p - log_q)).sum(1).mean()


def fool(logits):
    return functional.softplus(-logits).mean()


def tell(real, fake):
    return functional.softplus(-real).mean() + functional.softplus(fake).mean()


class DegradationStage:
    """Eqs. 5 to 7."""

    def __init__(self, network, path_of, dtype):
        self.deg = network.deg
        self.d_low, self.d_de = Discriminator().to(dtype), Discriminator().to(dtype)
        self.groups = {
            'L_deg': weight_paths(self.deg, 'deg', path_of),
            'L_dlow': weight_paths(self.d_low, 'd_low', discriminator_path),
            'L_dde': weight_paths(self.d_de, 'd_de', discriminator_path),
        }

    def losses(self, low, normal, reference):
        degradation = self.deg(low)
        low_reference = torch.clamp(reference + degradation, -1, 1)
        degradation_reference = self.deg(low_reference)
        adversarial = fool(self.d_low(low_reference)) + fool(self.d_de(degradation_reference))
        return {
            'L_deg': ALPHA * adversarial + kl(degradation, degradation_reference),
            'L_dlow': tell(self.d_low(low), self.d_low(low_reference.detach())),
            'L_dde': tell(self.d_de(degradation.detach()), self.d_de(degradation_reference.detach())),
        }


class RefinementStage:
    """Eqs. 8 and 9."""

    def __init__(self, network, path_of, dtype):
        self.network = network
        self.loss_of = RefinementLoss().to(dtype)
        self.groups = {'L_reg': weight_paths(network.reg, 'reg', path_of)}

    def losses(self, low, normal, reference):
        base, base_reference = refinement_bases(self.network.deg, low, reference)
        return {'L_reg': self.loss_of(self.network.reg(base), normal, self.network.reg(base_reference), reference)}


@dataclasses.dataclass
class Numbers:
    """What one implementation computes for a case, in float64 on the host and in PyTorch's order of dimensions."""

    enhanced: torch.Tensor
    losses: list[dict[str, float]]
    # Of the first step, by loss and path.
    gradients: dict[str, dict[str, torch.Tensor]]


def load(parameters: dict[str, nn.Parameter], tensors: dict[str, torch.Tensor], dtype: torch.dtype):
    for path, parameter in parameters.items():
        parameter.data = to_torch(tensors[f'weight/{path}']).to(dtype).contiguous()


def compute(case: dict, tensors: dict[str, torch.Tensor], dtype: torch.dtype) -> Numbers:
    """Inference and the train steps of a case in PyTorch."""
    path_of = multi_resolution_path if case['model'] == 'drgn' else light_path
    network = build(case['model'], padding='same').to(dtype)
    for name in ('deg', 'reg'):
        load(weight_paths(getattr(network, name), name, path_of), tensors, dtype)
    low, normal, reference = (images_to_torch(tensors[f'input/{name}']).to(dtype) for name in ('low', 'normal', 'reference'))
    with torch.no_grad():
        enhanced = network(low).double()
    stage = (DegradationStage if case['stage'] == 'degradation' else RefinementStage)(network, path_of, dtype)
    for parameters in stage.groups.values():
        load(parameters, tensors, dtype)
    numbers = Numbers(enhanced, [], {})
    optimizers = {
        loss: torch.optim.Adam(parameters.values(), lr=1.0, betas=BETAS, eps=EPSILON) for loss, parameters in stage.groups.items()
    }
    for rate in case['rates']:
        losses = stage.losses(low, normal, reference)
        numbers.losses.append({name: loss.item() for name, loss in losses.items()})
        # All gradients are taken before the first update, as all losses train simultaneously.
        gradients = {
            name: dict(zip(parameters, torch.autograd.grad(losses[name], list(parameters.values()), retain_graph=True)))
            for name, parameters in stage.groups.items()
        }
        if not numbers.gradients:
            numbers.gradients = {name: {path: g.double() for path, g in group.items()} for name, group in gradients.items()}
        for name, parameters in stage.groups.items():
            for path, parameter in parameters.items():
                parameter.grad = gradients[name][path]
            optimizers[name].param_groups[0]['lr'] = rate
            optimizers[name].step()
    return numbers


def from_mfnc(case: dict, tensors: dict[str, torch.Tensor], like: Numbers) -> Numbers:
    """The first moment after one step from zero is (1 - beta1) times the gradient."""
    gradients = {
        loss: {path: to_torch(tensors[f'moment/{path}']).double() / (1 - BETAS[0]) for path in group}
        for loss, group in like.gradients.items()
    }
    return Numbers(images_to_torch(tensors['output/enhanced']), case['losses'], gradients)


def errors(numbers: Numbers, exact: Numbers) -> dict[str, float]:
    """Relative differences from the exact numbers, by what they are differences of."""
    found = {'inference': relative(numbers.enhanced, exact.enhanced, exact.enhanced.abs().max())}
    for loss, group in exact.gradients.items():
        # Each gradient against its own largest value, but not below a thousandth of the network's: there, float32 has only noise.
        floor = 1e-3 * max(gradient.abs().max() for gradient in group.values())
        for path, gradient in group.items():
            found[f'gradient of {loss} for {path}'] = relative(numbers.gradients[loss][path], gradient, torch.maximum(gradient.abs().max(), floor))
    for step, losses in enumerate(exact.losses):
        for name, loss in losses.items():
            found[f'{name} of step {step}'] = abs(numbers.losses[step][name] - loss) / max(abs(loss), 1e-12)
    return found


def relative(ours: torch.Tensor, exact: torch.Tensor, scale: torch.Tensor) -> float:
    assert ours.shape == exact.shape, f'shape {tuple(ours.shape)} instead of {tuple(exact.shape)}'
    return ((ours - exact).abs().max() / scale).item()


def check_case(case: dict, tensors: dict[str, torch.Tensor]) -> int:
    """Prints what is compared, the gradients of a loss in one line, and returns how many numbers differ."""
    exact = compute(case, tensors, torch.float64)
    single = errors(compute(case, tensors, torch.float32), exact)
    ours = errors(from_mfnc(case, tensors, exact), exact)
    failures = {name: error for name, error in ours.items() if not error <= max(TOLERANCE, ALLOWANCE * single[name])}
    for name, error in failures.items():
        print(f'  DIFFERS  {name}: {error:.1e}, PyTorch in float32 {single[name]:.1e}')
    for name in (name for name in ours if not name.startswith('gradient') and name not in failures):
        print(f'  ok       {name}: {ours[name]:.1e}, PyTorch in float32 {single[name]:.1e}')
    for loss, group in exact.gradients.items():
        names = [name for name in ours if name.startswith(f'gradient of {loss} ')]
        worst = [max(found[name] for name in names) for found in (ours, single)]
        print(f'  {len(group)} gradients of {loss}: worst {worst[0]:.1e}, PyTorch in float32 {worst[1]:.1e}')
    return len(failures)


def main():
    folder = sys.argv[1]
    with open(os.path.join(folder, 'cases.json')) as file:
        cases = json.load(file)
    failures = 0
    for case in cases:
        print(f'{case["model"]}, stage {case["stage"]}, on {case["engine"]}: largest relative differences from PyTorch in float64', flush=True)
        failures += check_case(case, read(os.path.join(folder, case['file'])))
    print(f'{failures} differences beyond the tolerance')
    sys.exit(1 if failures else 0)


main()
