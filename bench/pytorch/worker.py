"""A long-lived PyTorch worker: reads one JSON command a line from stdin, answers one JSON line to stdout.

{"command": "prepare", "case": "inference" | "train-step", "model": ..., "layout": "default" | "channels_last",
 "device": "cpu" | "cuda", "precision": "float32" | "bfloat16", "batch": ..., "height": ..., "width": ..., "threads": ...}
                        {"version", "threads", "milliseconds", "cpuMilliseconds"}: the load, with the import of torch
{"command": "run"}      one timed run: {"milliseconds", "cpuMilliseconds", "value"}
{"command": "memory"}   {"peakBytes"}: VmHWM of this process
"""

import json
import resource
import sys
import time

started = time.perf_counter()

import torch  # noqa: E402  its import is part of the load time
from losses import RefinementLoss, refinement_bases  # noqa: E402
from networks import build  # noqa: E402


def casting(request):
    """Autocast to bfloat16 where it is asked for; else nothing."""
    return torch.autocast(request['device'], dtype=torch.bfloat16, enabled=request['precision'] == 'bfloat16')


def prepare_inference(request, layout):
    network = build(request['model']).to(request['device'], memory_format=layout).eval()
    image = random_image(request).to(memory_format=layout)

    def run():
        with torch.inference_mode(), casting(request):
            # To the host, as every side gives its picture to the caller.
            return float(network(image.to(request['device'])).float().cpu()[0, 0, 0, 0])

    return run


def prepare_train_step(request, layout):
    network = build(request['model']).to(request['device'], memory_format=layout)
    loss_of = RefinementLoss().to(request['device'])
    optimizer = torch.optim.Adam(network.reg.parameters(), lr=5e-4, betas=(0.9, 0.999), eps=1e-8, fused=True)
    pictures = [random_image(request).to(memory_format=layout) for _ in range(3)]

    def run():
        low, normal, reference = (picture.to(request['device']) for picture in pictures)
        with casting(request):
            base, base_reference = refinement_bases(network.deg, low, reference)
            restored, restored_reference = network.reg(base), network.reg(base_reference)
        loss = loss_of(restored.float(), normal, restored_reference.float(), reference)
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
            if request['device'] == 'cuda' and not torch.cuda.is_available():
                print(json.dumps({'failure': 'PyTorch finds no CUDA device'}), flush=True)
                continue
            torch.manual_seed(1)
            torch.set_num_threads(request['threads'])
            # The fastest of cuDNN's algorithms for these shapes, in float32 without TF32, as mfnc's engines compute.
            torch.backends.cudnn.benchmark = True
            torch.backends.cudnn.allow_tf32 = False
            torch.backends.cuda.matmul.allow_tf32 = False
            layout = torch.channels_last if request['layout'] == 'channels_last' else torch.contiguous_format
            run = (prepare_inference if request['case'] == 'inference' else prepare_train_step)(request, layout)
            answer = {
                'version': f'PyTorch {torch.__version__}',
                'threads': torch.get_num_threads(),
                'milliseconds': (time.perf_counter() - started) * 1000,
                'cpuMilliseconds': cpu_milliseconds(),
            }
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
