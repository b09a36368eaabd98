"""A long-lived PyTorch worker: reads one JSON command a line from stdin, answers one JSON line to stdout.

{"command": "prepare", "case": "inference" | "train-step", "model": ..., "layout": "default" | "channels_last",
 "batch": ..., "height": ..., "width": ..., "threads": ...}
{"command": "run"}      one timed run: {"milliseconds", "cpuMilliseconds", "value"}
{"command": "memory"}   {"peakBytes"}: VmHWM of this process
"""

import json
import resource
import sys
import time

import torch
from losses import RefinementLoss, refinement_bases
from networks import build


def prepare_inference(request, layout):
    network = build(request['model']).to(memory_format=layout).eval()
    image = random_image(request).to(memory_format=layout)

    def run():
        with torch.inference_mode():
            return float(network(image)[0, 0, 0, 0])

    return run


def prepare_train_step(request, layout):
    network = build(request['model']).to(memory_format=layout)
    loss_of = RefinementLoss()
    optimizer = torch.optim.Adam(network.reg.parameters(), lr=5e-4, betas=(0.9, 0.999), eps=1e-8, fused=True)
    low, normal, reference = (random_image(request).to(memory_format=layout) for _ in range(3))

    def run():
        base, base_reference = refinement_bases(network.deg, low, reference)
        loss = loss_of(network.reg(base), normal, network.reg(base_reference), reference)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return run


def random_image(request):
    return torch.rand(request['batch'], 3, request['height'], request['width']) * 2 - 1


def cpu_milliseconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1000


def peak_bytes():
    with open('/proc/self/status') as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith('VmHWM'))


def main():
    run = None
    for line in sys.stdin:
        request = json.loads(line)
        if request['command'] == 'prepare':
            torch.manual_seed(1)
            torch.set_num_threads(request['threads'])
            layout = torch.channels_last if request['layout'] == 'channels_last' else torch.contiguous_format
            run = (prepare_inference if request['case'] == 'inference' else prepare_train_step)(request, layout)
            answer = {'version': f'PyTorch {torch.__version__}', 'threads': torch.get_num_threads()}
        elif request['command'] == 'run':
            cpu, start = cpu_milliseconds(), time.perf_counter()
            value = run()
            answer = {
                'milliseconds': (time.perf_counter() - start) * 1000,
                'cpuMilliseconds': cpu_milliseconds() - cpu,
                'value': value,
            }
        else:
            answer = {'peakBytes': peak_bytes()}
        print(json.dumps(answer), flush=True)


main()
