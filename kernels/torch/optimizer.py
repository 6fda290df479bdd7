# AdamW by libtorch's fused kernel. It must get the lists as they came: around lists made here, TorchScript takes the call for dead code.


def adamw(self, parameters: List[Tensor], gradients: List[Tensor], first: List[Tensor], second: List[Tensor],
          steps: List[Tensor], rate: float, beta1: float, beta2: float, eps: float, decay: float) -> None:
    torch._fused_adamw_(
        parameters, gradients, first, second, annotate(List[Tensor], []), steps, lr=rate, beta1=beta1, beta2=beta2,
        weight_decay=decay, eps=eps, amsgrad=False, maximize=False)
