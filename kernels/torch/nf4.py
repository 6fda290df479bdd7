# NF4 to dense.


# Scales that are codes themselves, in blocks of 256; the last may be short.
def nf4_scales(self, codes: Tensor, scales: Tensor, table: Tensor, offset: float) -> Tensor:
    codes = codes.view([-1])
    blocks = codes.size(0)
    absmax = torch.index_select(table, 0, torch.to(codes, 3))
    whole = blocks // 256 * 256
    absmax[:whole].view([-1, 256]).mul_(scales[: blocks // 256].unsqueeze(1))
    if whole < blocks:
        absmax[whole:].mul_(scales[blocks // 256])
    return absmax.add_(offset)


# pairs [256, 2]: the two values of each byte. A block of 64 values is 32 bytes; the last may be short.
def dequantize_nf4(self, packed: Tensor, absmax: Tensor, pairs: Tensor, shape: List[int], dtype: int,
                   chunk: int) -> Tensor:
    packed = packed.view([-1])
    bytes = packed.size(0)
    out = torch.empty([bytes, 2], dtype=dtype)
    complete = bytes // 32
    for start in range(0, complete, chunk):
        end = min(start + chunk, complete)
        values = torch.index_select(pairs, 0, torch.to(packed[start * 32:end * 32], 3))
        values.view([-1, 64]).mul_(absmax[start:end].unsqueeze(1))
        out[start * 32:end * 32].copy_(values)
    if complete * 32 < bytes:
        values = torch.index_select(pairs, 0, torch.to(packed[complete * 32:], 3))
        out[complete * 32:].copy_(values.mul_(absmax[complete]))
    return out.view(shape)
