"""Golden data of optimizers: twenty steps from equal gradients.

    python make_optimizers.py OUT

AdamW and SGD are torch's own. Lion is written here from its paper (Chen et al. 2023, arXiv 2302.06675, algorithm 2).
"""
import sys
from pathlib import Path

import torch

from golden_files import write_json, write_tensors

STEPS = 20
SHAPES = {"a": (64, 32), "b": (32,), "c": (4, 64)}


def inputs():
    """Starting values and gradients. Sizes span a wide range; some gradients are zero; step 7 is five times as large."""
    source = torch.Generator().manual_seed(3)
    parameters, gradients = {}, {}
    for name, shape in SHAPES.items():
        parameters[name] = torch.randn(shape, generator=source) * 0.2
        size = 10 ** (torch.rand(shape, generator=source) * 3 - 3)
        gradients[name] = torch.randn((STEPS, *shape), generator=source) * size
        gradients[name][7] *= 5
    gradients["a"][:, 0] = 0
    gradients["a"][3:9, 1:3] = 0
    gradients["b"][0] = 0
    return parameters, gradients


class Lion:
    def __init__(self, parameters, lr, betas, weight_decay):
        self.parameters, self.lr, self.betas, self.decay = parameters, lr, betas, weight_decay
        self.state = {p: {"state1": torch.zeros_like(p)} for p in parameters}

    @torch.no_grad()
    def step(self):
        for p in self.parameters:
            m = self.state[p]["state1"]
            update = (self.betas[0] * m + (1 - self.betas[0]) * p.grad).sign()
            p.mul_(1 - self.lr * self.decay).sub_(self.lr * update)
            m.mul_(self.betas[1]).add_(p.grad, alpha=1 - self.betas[1])


RUNS = {
    "adamw_torch": (torch.optim.AdamW, dict(lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)),
    "sgd": (torch.optim.SGD, dict(lr=0.05, weight_decay=0.01)),
    "sgd_momentum_nesterov": (torch.optim.SGD, dict(lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01)),
    "sgd_momentum_dampening": (torch.optim.SGD, dict(lr=0.05, momentum=0.9, dampening=0.1, weight_decay=0.01)),
    "lion_32bit": (Lion, dict(lr=1e-4, betas=(0.9, 0.999), weight_decay=0.01)),
}


def main():
    out = Path(sys.argv[1])
    torch.set_num_threads(1)
    start, gradients = inputs()
    write_tensors(
        out / "inputs.safetensors",
        {f"param/{n}": t for n, t in start.items()} | {f"grad/{n}": t for n, t in gradients.items()})
    for run, (kind, settings) in RUNS.items():
        values = {name: tensor.clone().requires_grad_() for name, tensor in start.items()}
        optimizer = kind(list(values.values()), **settings)
        steps = []
        for step in range(STEPS):
            for name, value in values.items():
                value.grad = gradients[name][step]
            optimizer.step()
            steps.append({
                name: {"l2": v.detach().norm().item(), "sum": v.detach().sum().item(), "first4": v.detach().flatten()[:4].tolist()}
                for name, v in values.items()})
        tensors = {f"final/{name}": value for name, value in values.items()}
        for name, value in values.items():
            for buffer, tensor in optimizer.state[value].items():
                if torch.is_tensor(tensor) and tensor.dim() > 0:
                    tensors[f"state/{name}/{buffer}"] = tensor
        write_tensors(out / f"{run}.safetensors", tensors)
        write_json(out / f"{run}.json", {
            "class": kind.__name__, "source": "written from the paper" if kind is Lion else f"torch {torch.__version__}",
            "groups": [dict(settings)], "steps": steps})
        print(run)


if __name__ == "__main__":
    main()
