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


def scaled(self, x: Tensor, factor: float) -> Tensor:
    return torch.mul(x, factor)


# x [n, groups * width]: columns [start, start + length) of each group.
def slice_columns(self, x: Tensor, groups: int, start: int, length: int) -> Tensor:
    n = x.size(0)
    by_group = x.view([n, groups, x.size(1) // groups])
    # Of one row libtorch would give a view.
    out = torch.empty([n, groups, length], dtype=x.dtype)
    return out.copy_(by_group[:, :, start:start + length]).view([n, groups * length])


# The way back: source is added to those columns of target.
def add_columns(self, source: Tensor, target: Tensor, groups: int, start: int) -> None:
    n = target.size(0)
    length = source.size(1) // groups
    by_group = target.view([n, groups, target.size(1) // groups])
    by_group[:, :, start:start + length].add_(source.view([n, groups, length]))


def add_rows(self, source: Tensor, target: Tensor, start: int) -> None:
    target[start:start + source.size(0)].add_(source)


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
