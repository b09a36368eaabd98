"""Compares mfnc's numbers with PyTorch's, computed in float64 by networks that share no code with mfnc.

    python check.py FOLDER

FOLDER is written by `npx tsx bench/parity.ts`: cases.json, and for each case a safetensors file with the weights, the inputs, the picture
of the inference, the moments after one step (from which the gradients follow) and the losses of a few Adam steps.
"""

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

FORWARD_TOLERANCE = 1e-4
LOSS_TOLERANCE = 1e-4
GRADIENT_TOLERANCE = 1e-4
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

    def __init__(self, network, path_of):
        self.deg = network.deg
        self.d_low, self.d_de = Discriminator().double(), Discriminator().double()
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

    def __init__(self, network, path_of):
        self.network = network
        self.loss_of = RefinementLoss().double()
        self.groups = {'L_reg': weight_paths(network.reg, 'reg', path_of)}

    def losses(self, low, normal, reference):
        base, base_reference = refinement_bases(self.network.deg, low, reference)
        return {'L_reg': self.loss_of(self.network.reg(base), normal, self.network.reg(base_reference), reference)}


class Comparison:
    def __init__(self):
        self.failures = 0

    def tensor(self, what: str, ours: torch.Tensor, wanted: torch.Tensor, tolerance: float, quiet: bool = False) -> float:
        """Largest difference relative to the largest value of the wanted tensor."""
        assert ours.shape == wanted.shape, f'{what}: shape {tuple(ours.shape)} instead of {tuple(wanted.shape)}'
        scale = max(wanted.abs().max().item(), 1e-30)
        difference = (ours - wanted).abs().max().item() / scale
        self.say(what, difference, tolerance, quiet)
        return difference

    def say(self, what: str, difference: float, tolerance: float, quiet: bool = False):
        failed = not difference <= tolerance
        self.failures += failed
        if failed or not quiet:
            print(f'  {"DIFFERS" if failed else "ok     "}  {what}: relative difference {difference:.1e}')


def load(parameters: dict[str, nn.Parameter], tensors: dict[str, torch.Tensor]):
    for path, parameter in parameters.items():
        parameter.data = to_torch(tensors[f'weight/{path}']).double().contiguous()


def check_case(case: dict, tensors: dict[str, torch.Tensor], comparison: Comparison):
    path_of = multi_resolution_path if case['model'] == 'drgn' else light_path
    network = build(case['model'], padding='same').double()
    for name in ('deg', 'reg'):
        load(weight_paths(getattr(network, name), name, path_of), tensors)
    low, normal, reference = (images_to_torch(tensors[f'input/{name}']) for name in ('low', 'normal', 'reference'))

    with torch.no_grad():
        comparison.tensor('inference', images_to_torch(tensors['output/enhanced']), network(low), FORWARD_TOLERANCE)

    stage = (DegradationStage if case['stage'] == 'degradation' else RefinementStage)(network, path_of)
    for parameters in stage.groups.values():
        load(parameters, tensors)
    optimizers = {
        loss: torch.optim.Adam(parameters.values(), lr=1.0, betas=BETAS, eps=EPSILON) for loss, parameters in stage.groups.items()
    }
    for step, (rate, ours) in enumerate(zip(case['rates'], case['losses'])):
        losses = stage.losses(low, normal, reference)
        for name, loss in losses.items():
            difference = abs(ours[name] - loss.item()) / max(abs(loss.item()), 1e-12)
            comparison.say(f'{name} of step {step} ({loss.item():.7g})', difference, LOSS_TOLERANCE)
        gradients = {
            name: torch.autograd.grad(losses[name], list(parameters.values()), retain_graph=True) for name, parameters in stage.groups.items()
        }
        if step == 0:
            check_gradients(stage, gradients, tensors, comparison)
        for name, parameters in stage.groups.items():
            for parameter, gradient in zip(parameters.values(), gradients[name]):
                parameter.grad = gradient
            optimizers[name].param_groups[0]['lr'] = rate
            optimizers[name].step()


def check_gradients(stage, gradients, tensors, comparison: Comparison):
    for loss, parameters in stage.groups.items():
        largest = max(gradient.abs().max().item() for gradient in gradients[loss])
        worst = 0.0
        for path, gradient in zip(parameters, gradients[loss]):
            # The first moment after one step from zero is (1 - beta1) g.
            ours = to_torch(tensors[f'moment/{path}']).double() / (1 - BETAS[0])
            assert ours.shape == gradient.shape, f'{path}: shape {tuple(ours.shape)} instead of {tuple(gradient.shape)}'
            # Gradients of one tensor against its own largest, but not below a thousandth of the network's: there, float32 has only noise.
            scale = max(gradient.abs().max().item(), largest * 1e-3)
            difference = (ours - gradient).abs().max().item() / scale
            worst = max(worst, difference)
            comparison.say(f'gradient of {path}', difference, GRADIENT_TOLERANCE, quiet=True)
        comparison.say(f'gradients of {loss}, worst of {len(parameters)} tensors', worst, GRADIENT_TOLERANCE)


def main():
    folder = sys.argv[1]
    with open(os.path.join(folder, 'cases.json')) as file:
        cases = json.load(file)
    comparison = Comparison()
    for case in cases:
        print(f'{case["model"]}, stage {case["stage"]}, on {case["engine"]}')
        check_case(case, read(os.path.join(folder, case['file'])), comparison)
    print(f'{comparison.failures} differences beyond the tolerance')
    sys.exit(1 if comparison.failures else 0)


main()
