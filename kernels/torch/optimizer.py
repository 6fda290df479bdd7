# AdamW by libtorch's fused kernel. It must get the lists as they came: around lists made here, TorchScript takes the call for dead code.


def adamw(self, parameters: List[Tensor], gradients: List[Tensor], first: List[Tensor], second: List[Tensor],
          steps: List[Tensor], rate: float, beta1: float, beta2: float, eps: float, decay: float) -> None:
    torch._fused_adamw_(
        parameters, gradients, first, second, annotate(List[Tensor], []), steps, lr=rate, beta1=beta1, beta2=beta2,
        weight_decay=decay, eps=eps, amsgrad=False, maximize=False)


# torch.optim.SGD. State: the velocities, none without momentum.
def sgd(self, parameters: List[Tensor], gradients: List[Tensor], state: List[Tensor], rate: float, momentum: float,
        dampening: float, nesterov: float, decay: float) -> None:
    for i in range(len(parameters)):
        w = parameters[i]
        g = gradients[i].to(w.dtype)
        if decay != 0:
            g = g + decay * w
        if len(state) > 0:
            v = state[i]
            v.mul_(momentum).add_(g, alpha=1 - dampening)
            g = g + momentum * v if nesterov != 0 else v
        w.add_(g, alpha=-rate)


# Lion. State: the momenta.
def lion(self, parameters: List[Tensor], gradients: List[Tensor], state: List[Tensor], rate: float, beta1: float,
         beta2: float, decay: float) -> None:
    for i in range(len(parameters)):
        w = parameters[i]
        m = state[i]
        g = gradients[i].to(w.dtype)
        w.mul_(1 - rate * decay)
        w.sub_(torch.sign(m * beta1 + g * (1 - beta1)), alpha=rate)
        m.mul_(beta2).add_(g, alpha=1 - beta2)
