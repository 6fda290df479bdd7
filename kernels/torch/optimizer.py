# AdamW by libtorch's fused kernel; parameters narrower than their moments are updated through a wide copy.


def adamw(self, parameters: List[Tensor], gradients: List[Tensor], first: List[Tensor], second: List[Tensor], step: int,
          rate: float, beta1: float, beta2: float, eps: float, decay: float) -> None:
    for i in range(len(parameters)):
        p = parameters[i]
        wide = torch.to(p, first[i].dtype)
        torch._fused_adamw_(
            [wide], [torch.to(gradients[i], wide.dtype)], [first[i]], [second[i]], annotate(List[Tensor], []),
            [torch.full([], float(step), dtype=6)], lr=rate, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps,
            amsgrad=False, maximize=False)
        if p.dtype != wide.dtype:
            p.copy_(wide)
