# Norms, rotary embedding, activations.


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


# As torch.nn.LayerNorm: all in the accumulator type, rounded once. Keeps the mean and the inverse standard deviation of each row.
def layer_norm(self, x: Tensor, w: Tensor, bias: List[Tensor], eps: float, accumulator: int) -> List[Tensor]:
    wide = torch.to(x, accumulator).view([-1, x.size(-1)])
    wide_bias = torch.zeros([x.size(-1)], dtype=accumulator)
    if len(bias) > 0:
        wide_bias = torch.to(bias[0], accumulator)
    y, mean, inverse = torch.native_layer_norm(wide, [x.size(-1)], torch.to(w, accumulator), wide_bias, eps)
    return [torch.to(y, x.dtype).view(x.size()), mean.view([-1]), inverse.view([-1])]


def layer_norm_backward(self, dy: Tensor, x: Tensor, w: Tensor, mean: Tensor, inverse: Tensor, weight_gradient: bool,
                        bias_gradient: bool, accumulator: int) -> List[Tensor]:
    width = x.size(-1)
    column = inverse.view([-1, 1])
    normed = torch.sub(torch.to(x, accumulator).view([-1, width]), mean.view([-1, 1])).mul_(column)
    wide = torch.to(dy, accumulator, False, True).view([-1, width])
    rest: List[Tensor] = []
    if weight_gradient:
        rest.append(torch.sum(torch.mul(wide, normed), [0]))
    if bias_gradient:
        rest.append(torch.sum(wide, [0]))
    wide.mul_(w)
    along = torch.sum(torch.mul(wide, normed), [-1], True).div_(-width)
    middle = torch.mean(wide, [-1], True)
    wide.sub_(middle).addcmul_(normed, along).mul_(column)
    return [torch.to(wide, x.dtype).view(x.size())] + rest


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


def activation(self, x: Tensor, activation: int) -> Tensor:
    return self.activate(x, activation)


# The gradient before the activation, written over d_active.
def activate_backward(self, d_active: Tensor, x: Tensor, activation: int) -> Tensor:
    if activation == 0:
        torch.silu_backward(d_active, x, grad_input=d_active)
    elif activation == 1:
        torch.gelu_backward(d_active, x, grad_input=d_active)
    else:
        torch.gelu_backward(d_active, x, approximate="tanh", grad_input=d_active)
    return d_active


def activation_backward(self, dy: Tensor, x: Tensor, activation: int) -> Tensor:
    return self.activate_backward(torch.clone(dy), x, activation)


def gated_activation(self, gate: Tensor, up: Tensor, activation: int) -> Tensor:
    return self.activate(gate, activation).mul_(up)


def gated_activation_backward(self, dy: Tensor, gate: Tensor, up: Tensor, activation: int) -> List[Tensor]:
    d_up = self.activate(gate, activation).mul_(dy)
    d_active = self.activate_backward(torch.mul(dy, up), gate, activation)
    return [d_active, d_up]
