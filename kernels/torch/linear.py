# Linear layers: dense, with a low-rank adapter (LoRA, DoRA), merging.


# The type that matrix products of x are computed in: float32 in place of bfloat16 where oneDNN has no bfloat16 products (x86 without
# AVX-512). There libtorch falls back to loops of its own, which take ten times as long as float32 products with the conversion of all
# operands, and in a backward pass a hundred times; a few rows of a forward pass excepted, where conversion would cost the most.
def product_type(self, x: Tensor) -> int:
    if x.dtype == 15 and x.size(0) > 4:
        if not ops.mkldnn._is_mkldnn_bf16_supported():
            return 6
    return x.dtype


def mm(self, x: Tensor, y: Tensor, product: int) -> Tensor:
    return torch.mm(torch.to(x, product), torch.to(y, product))


# In the product type.
def wide_linear(self, x: Tensor, w: Tensor, bias: List[Tensor], product: int) -> Tensor:
    if len(bias) > 0:
        return torch.linear(torch.to(x, product), torch.to(w, product), torch.to(bias[0], product))
    return torch.linear(torch.to(x, product), torch.to(w, product))


def linear(self, x: Tensor, w: Tensor, bias: List[Tensor]) -> Tensor:
    return torch.to(self.wide_linear(x, w, bias, self.product_type(x)), x.dtype)


def linear_backward_input(self, dy: Tensor, w: Tensor) -> Tensor:
    return torch.to(self.mm(dy, w, self.product_type(dy)), dy.dtype)


def linear_backward_weight(self, dy: Tensor, x: Tensor) -> Tensor:
    return torch.to(self.mm(dy.t(), x, self.product_type(x)), x.dtype)


def linear_backward_bias(self, dy: Tensor, accumulator: int) -> Tensor:
    return torch.sum(dy, [0], False, dtype=accumulator)


# x where the mask keeps it. The factor 1 / (1 - p) goes to the [T, rank] side, which is small.
def masked(self, x: Tensor, mask: List[Tensor]) -> Tensor:
    if len(mask) > 0:
        return torch.mul(x, mask[0])
    return x


# Here and below, functions that return one tensor or a tuple take and give tensors in the product type; those that the engine calls, which
# return a list, convert what they are given first and what they give last.
def low_rank_down(self, x: Tensor, a: Tensor, mask: List[Tensor], inverse_keep: float) -> Tensor:
    down = torch.mm(self.masked(x, mask), a.t())
    if len(mask) > 0:
        down.mul_(inverse_keep)
    return down


def low_rank_linear(self, x: Tensor, w: Tensor, bias: List[Tensor], a: Tensor, b: Tensor, scale: float,
                    mask: List[Tensor], inverse_keep: float) -> List[Tensor]:
    product = self.product_type(x)
    wide_x = torch.to(x, product)
    down = self.low_rank_down(wide_x, torch.to(a, product), mask, inverse_keep)
    y = self.wide_linear(wide_x, w, bias, product)
    y.addmm_(down, torch.to(b, product).t(), alpha=scale)
    return [torch.to(y, x.dtype), torch.to(down, x.dtype)]


# The adapter's gradients from the gradient of its output, and the gradient of masked(x) A^T.
def low_rank_gradients(self, dy: Tensor, x: Tensor, a: Tensor, b: Tensor, scale: float, mask: List[Tensor],
                       inverse_keep: float, down: Tensor, accumulator: int) -> Tuple[Tensor, Tensor, Tensor]:
    d_b = torch.to(torch.mm(dy.t(), down), accumulator).mul_(scale)
    d_down = torch.mm(dy, b).mul_(scale * inverse_keep)
    d_a = torch.to(torch.mm(d_down.t(), self.masked(x, mask)), accumulator)
    return d_down, d_a, d_b


def low_rank_linear_backward(self, dy: Tensor, x: Tensor, w: Tensor, a: Tensor, b: Tensor, scale: float,
                             mask: List[Tensor], inverse_keep: float, down: Tensor, input_gradient: bool,
                             accumulator: int) -> List[Tensor]:
    product = self.product_type(x)
    wide_dy = torch.to(dy, product)
    wide_a = torch.to(a, product)
    d_down, d_a, d_b = self.low_rank_gradients(wide_dy, torch.to(x, product), wide_a, torch.to(b, product), scale, mask,
                                               inverse_keep, torch.to(down, product), accumulator)
    gradients = [d_a, d_b]
    if input_gradient:
        if len(mask) > 0:
            dx = torch.mm(d_down, wide_a).mul_(mask[0])
            dx.addmm_(wide_dy, torch.to(w, product))
            gradients.append(torch.to(dx, x.dtype))
        else:
            dx = torch.mm(wide_dy, torch.to(w, product))
            dx.addmm_(d_down, wide_a)
            gradients.append(torch.to(dx, x.dtype))
    return gradients


# c = magnitude / norm, divided in the accumulator type.
def dora_factor(self, x: Tensor, magnitude: Tensor, norm: Tensor) -> Tensor:
    return torch.to(torch.div(torch.to(magnitude, norm.dtype), norm), x.dtype)


# d W^T + scale * down B^T: what the magnitude multiplies.
def dora_direction(self, x: Tensor, w: Tensor, b: Tensor, scale: float, mask: List[Tensor], inverse_keep: float,
                   down: Tensor) -> Tensor:
    y = torch.mm(self.masked(x, mask), w.t())
    if len(mask) > 0:
        y.mul_(inverse_keep)
    y.addmm_(down, b.t(), alpha=scale)
    return y


def dora_linear(self, x: Tensor, w: Tensor, bias: List[Tensor], a: Tensor, b: Tensor, magnitude: Tensor, norm: Tensor,
                scale: float, mask: List[Tensor], inverse_keep: float) -> List[Tensor]:
    product = self.product_type(x)
    wide_x = torch.to(x, product)
    wide_w = torch.to(w, product)
    wide_b = torch.to(b, product)
    down = self.low_rank_down(wide_x, torch.to(a, product), mask, inverse_keep)
    c = self.dora_factor(wide_x, magnitude, norm)
    if len(mask) == 0:
        y = self.dora_direction(wide_x, wide_w, wide_b, scale, mask, inverse_keep, down).mul_(c)
    else:
        y = torch.mm(wide_x, wide_w.t())
        y.addcmul_(torch.mm(torch.mul(wide_x, mask[0]), wide_w.t()).mul_(inverse_keep), c - 1.0)
        y.addcmul_(torch.mm(down, wide_b.t()), torch.mul(c, scale))
    if len(bias) > 0:
        y.add_(bias[0])
    return [torch.to(y, x.dtype), torch.to(down, x.dtype)]


def dora_linear_backward(self, dy: Tensor, x: Tensor, w: Tensor, a: Tensor, b: Tensor, magnitude: Tensor, norm: Tensor,
                         scale: float, mask: List[Tensor], inverse_keep: float, down: Tensor, input_gradient: bool,
                         accumulator: int) -> List[Tensor]:
    product = self.product_type(x)
    wide_dy = torch.to(dy, product)
    wide_x = torch.to(x, product)
    wide_w = torch.to(w, product)
    wide_a = torch.to(a, product)
    wide_b = torch.to(b, product)
    wide_down = torch.to(down, product)
    direction = self.dora_direction(wide_x, wide_w, wide_b, scale, mask, inverse_keep, wide_down)
    d_magnitude = torch.sum(direction.mul_(wide_dy), [0], False, dtype=accumulator).div_(norm)
    c = self.dora_factor(wide_x, magnitude, norm)
    scaled = torch.mul(wide_dy, c)
    d_down, d_a, d_b = self.low_rank_gradients(scaled, wide_x, wide_a, wide_b, scale, mask, inverse_keep, wide_down,
                                               accumulator)
    gradients = [d_a, d_b, d_magnitude]
    if input_gradient:
        if len(mask) > 0:
            scaled.sub_(wide_dy)
            dx = torch.mm(scaled, wide_w).mul_(inverse_keep)
            dx.addmm_(d_down, wide_a)
            dx.mul_(mask[0])
            dx.addmm_(wide_dy, wide_w)
            gradients.append(torch.to(dx, x.dtype))
        else:
            dx = torch.mm(scaled, wide_w)
            dx.addmm_(d_down, wide_a)
            gradients.append(torch.to(dx, x.dtype))
    return gradients


# Rows of W + scale B A, in blocks: the sum never exists whole in the accumulator type.
def dimension_norm(self, w: Tensor, a: Tensor, b: Tensor, scale: float, block: int, accumulator: int) -> Tensor:
    norm = torch.empty([w.size(0)], dtype=accumulator)
    wide_a = torch.to(a, accumulator)
    for start in range(0, w.size(0), block):
        end = min(start + block, w.size(0))
        sum = torch.to(w[start:end], accumulator, False, True)
        sum.addmm_(torch.to(b[start:end], accumulator), wide_a, alpha=scale)
        norm[start:end].copy_(torch.linalg_vector_norm(sum, 2, [1]))
    return norm


def merge_low_rank(self, w: Tensor, a: Tensor, b: Tensor, scale: float, magnitude: List[Tensor], block: int,
                   accumulator: int) -> Tensor:
    merged = torch.empty_like(w)
    wide_a = torch.to(a, accumulator)
    for start in range(0, w.size(0), block):
        end = min(start + block, w.size(0))
        sum = torch.to(w[start:end], accumulator, False, True)
        sum.addmm_(torch.to(b[start:end], accumulator), wide_a, alpha=scale)
        if len(magnitude) > 0:
            norm = torch.linalg_vector_norm(sum, 2, [1])
            sum.mul_(torch.div(torch.to(magnitude[0][start:end], accumulator), norm).unsqueeze(1))
        merged[start:end].copy_(sum)
    return merged
