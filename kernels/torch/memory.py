# Memory, conversion and elementwise operations.
#
# The files in this folder are TorchScript: the engine joins them into one module in memory, each top-level function a method of
# it, and calls them through DJL. A tensor that may be missing is a List[Tensor] of none or one. dtype numbers are libtorch's.


def empty(self, dtype: int, shape: List[int]) -> Tensor:
    return torch.empty(shape, dtype=dtype)


# A tensor over the memory of `bytes`, of a type that DJL may have no number for.
def over(self, bytes: Tensor, dtype: int, shape: List[int]) -> Tensor:
    strides = annotate(List[int], [])
    stride = 1
    for i in range(len(shape)):
        strides.append(stride)
        stride = stride * shape[len(shape) - 1 - i]
    strides.reverse()
    return torch.empty([0], dtype=dtype).set_(bytes, 0, shape, strides)


def zeros(self, dtype: int, shape: List[int]) -> Tensor:
    return torch.zeros(shape, dtype=dtype)


def cast(self, x: Tensor, dtype: int) -> Tensor:
    return torch.to(x, dtype, False, True)


def copy_into(self, source: Tensor, target: Tensor) -> None:
    target.copy_(source)


def reshape(self, x: Tensor, shape: List[int]) -> Tensor:
    return x.view(shape)


def rows(self, x: Tensor, start: int, end: int) -> Tensor:
    return x[start:end].clone()


def add(self, a: Tensor, b: Tensor) -> Tensor:
    return torch.add(a, b)


def add_into(self, source: Tensor, target: Tensor) -> None:
    target.add_(torch.to(source, target.dtype))


def scale(self, tensors: List[Tensor], factor: float) -> None:
    torch._foreach_mul_(tensors, factor)


def squared_norm(self, tensors: List[Tensor]) -> float:
    total = 0.0
    for x in tensors:
        flat = x.view([-1])
        if x.dtype != 7:
            flat = torch.to(flat, 6)
        total = total + float(torch.dot(flat, flat))
    return total


def embedding(self, table: Tensor, ids: Tensor) -> Tensor:
    return torch.index_select(table, 0, ids)


def embedding_backward(self, d_out: Tensor, ids: Tensor, vocabulary: int, accumulator: int) -> Tensor:
    d_table = torch.zeros([vocabulary, d_out.size(1)], dtype=accumulator)
    d_table.index_add_(0, ids, torch.to(d_out, accumulator))
    return d_table
