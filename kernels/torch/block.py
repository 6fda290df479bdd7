# RMS norm, rotary embedding, gated activation.


# As Llama in Hugging Face's transformers: the norm in the accumulator type, rounded to x's type, then times the weight.
def rms_norm(self, x: Tensor, w: Tensor, eps: float, accumulator: int) -> List[Tensor]:
    wide = torch.to(x, accumulator)
    square = torch.linalg_vector_norm(wide, 2, [-1], True).square_()
    inverse = square.div_(x.size(-1)).add_(eps).rsqrt_()
    y = torch.to(torch.mul(wide, inverse), x.dtype).mul_(w)
    return [y, inverse.view([-1])]


def rms_norm_backward(self, dy: Tensor, x: Tensor, w: Tensor, inverse: Tensor, weight_gradient: bool,
                      accumulator: int) -> List[Tensor]:
    column = inverse.view([-1, 1])
    normed = torch.to(x, accumulator, False, True).view([-1, x.size(-1)]).mul_(column)
    wide = torch.to(dy, accumulator, False, True).view([-1, x.size(-1)])
    d_weight: List[Tensor] = []
    if weight_gradient:
        d_weight.append(torch.sum(torch.mul(wide, normed), [0]))
    wide.mul_(w)
    along = torch.sum(torch.mul(wide, normed), [-1], True).div_(-x.size(-1))
    wide.addcmul_(normed, along).mul_(column)
    return [torch.to(wide, x.dtype).view(x.size())] + d_weight


# sign 1 rotates, -1 rotates back.
def rotary(self, x: Tensor, cos: Tensor, sin: Tensor, head_dim: int, sign: float) -> Tensor:
    half = cos.size(1)
    heads = x.view([x.size(0), -1, head_dim])
    c = torch.to(cos, x.dtype).unsqueeze(1)
    s = torch.to(sin, x.dtype).mul(sign).unsqueeze(1)
    out = torch.empty_like(heads)
    low = heads[:, :, :half]
    high = heads[:, :, half:2 * half]
    torch.mul(low, c, out=out[:, :, :half]).addcmul_(high, s, value=-1)
    torch.mul(high, c, out=out[:, :, half:2 * half]).addcmul_(low, s)
    if 2 * half < head_dim:
        out[:, :, 2 * half:].copy_(heads[:, :, 2 * half:])
    return out.view(x.size())


# activation: 0 SiLU, 1 GELU, 2 GELU by tanh.
def activate(self, x: Tensor, activation: int) -> Tensor:
    if activation == 0:
        return torch.silu(x)
    if activation == 1:
        return torch.gelu(x)
    return torch.gelu(x, approximate="tanh")


def gated_activation(self, gate: Tensor, up: Tensor, activation: int) -> Tensor:
    return self.activate(gate, activation).mul_(up)


def gated_activation_backward(self, dy: Tensor, gate: Tensor, up: Tensor, activation: int) -> List[Tensor]:
    d_up = self.activate(gate, activation).mul_(dy)
    d_active = torch.mul(dy, up)
    if activation == 0:
        torch.silu_backward(d_active, gate, grad_input=d_active)
    elif activation == 1:
        torch.gelu_backward(d_active, gate, grad_input=d_active)
    else:
        torch.gelu_backward(d_active, gate, approximate="tanh", grad_input=d_active)
    return [d_active, d_up]
