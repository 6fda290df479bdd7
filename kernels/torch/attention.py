# Causal attention over segments, by libtorch's flash kernels for CPU. They want as many key heads as query heads, so keys and values
# are expanded, one segment at a time, and their gradients summed over the group.
#
# Layouts: q, k, v, out [T, heads * head_dim]; to the kernel [1, heads, n, head_dim].


def expand_heads(self, x: Tensor, heads: int, kv_heads: int) -> Tensor:
    n = x.size(0)
    dim = x.size(1) // kv_heads
    group = heads // kv_heads
    split = x.view([n, kv_heads, 1, dim])
    if group > 1:
        split = split.expand([n, kv_heads, group, dim])
    return split.permute([1, 2, 0, 3]).reshape([1, heads, n, dim]).contiguous()


# The type that the backward of a short segment is computed in: there libtorch's bfloat16 kernel takes twice the time of float.
def backward_dtype(self, x: Tensor, n: int, accumulator: int) -> int:
    if n <= 256:
        return accumulator
    return x.dtype


def split_heads(self, x: Tensor, heads: int) -> Tensor:
    return x.view([x.size(0), heads, x.size(1) // heads]).transpose(0, 1).unsqueeze(0).contiguous()


# [1, heads, n, dim] -> [n, kv_heads * dim], added to target.
def add_group_sum(self, gradient: Tensor, kv_heads: int, target: Tensor) -> None:
    n = gradient.size(2)
    dim = gradient.size(3)
    grouped = gradient.view([kv_heads, gradient.size(1) // kv_heads, n, dim])
    target.view([n, kv_heads, dim]).add_(torch.sum(grouped, [1]).transpose(0, 1))


# What is added to the scores of a block of queries under a window: row i sees columns i .. i + window - 1, where column 0 is the key
# window - 1 before the block's first query. The same for every block.
def window_mask(self, block: int, window: int, dtype: int) -> Tensor:
    columns = torch.arange(block + window - 1).unsqueeze(0)
    rows = torch.arange(block).unsqueeze(1)
    hidden = torch.logical_or(columns < rows, columns >= rows + window)
    return torch.zeros([block, block + window - 1], dtype=dtype).masked_fill_(hidden, -1e30)


def attention(self, q: Tensor, k: Tensor, v: Tensor, offsets: List[int], heads: int, kv_heads: int, scale: float,
              window: int, accumulator: int) -> List[Tensor]:
    dim = q.size(1) // heads
    out = torch.empty_like(q)
    lse = torch.empty([heads * q.size(0)], dtype=accumulator)
    for i in range(len(offsets) - 1):
        start = offsets[i]
        end = offsets[i + 1]
        n = end - start
        qs = self.split_heads(q[start:end], heads)
        ks = self.expand_heads(k[start:end], heads, kv_heads)
        vs = self.expand_heads(v[start:end], heads, kv_heads)
        o_out = out[start:end].view([n, heads, dim]).transpose(0, 1)
        l_out = lse[heads * start:heads * end].view([heads, n])
        if window <= 0 or window >= n:
            o, l = torch._scaled_dot_product_flash_attention_for_cpu(qs, ks, vs, 0.0, True, scale=scale)
            o_out.copy_(o.squeeze(0))
            l_out.copy_(l.squeeze(0))
        else:
            block = self.window_block(window)
            mask = self.window_mask(block, window, q.dtype)
            for first in range(0, n, block):
                last = min(first + block, n)
                key = max(first - window + 1, 0)
                skip = key - (first - window + 1)
                part = mask[:last - first, skip:skip + last - key].contiguous()
                o, l = torch._scaled_dot_product_flash_attention_for_cpu(
                    qs[:, :, first:last].contiguous(), ks[:, :, key:last].contiguous(), vs[:, :, key:last].contiguous(),
                    0.0, False, attn_mask=part, scale=scale)
                o_out[:, first:last].copy_(o.squeeze(0))
                l_out[:, first:last].copy_(l.squeeze(0))
    return [out, lse]


def window_block(self, window: int) -> int:
    return min(max(window, 64), 512)


def attention_backward(self, d_out: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, lse: Tensor, offsets: List[int],
                       heads: int, kv_heads: int, scale: float, window: int, accumulator: int) -> List[Tensor]:
    dim = q.size(1) // heads
    dq = torch.empty_like(q)
    dk = torch.zeros_like(k)
    dv = torch.zeros_like(v)
    for i in range(len(offsets) - 1):
        start = offsets[i]
        end = offsets[i + 1]
        n = end - start
        dtype = self.backward_dtype(q, n, accumulator)
        gs = self.split_heads(torch.to(d_out[start:end], dtype), heads)
        os = self.split_heads(torch.to(out[start:end], dtype), heads)
        qs = self.split_heads(torch.to(q[start:end], dtype), heads)
        ks = self.expand_heads(torch.to(k[start:end], dtype), heads, kv_heads)
        vs = self.expand_heads(torch.to(v[start:end], dtype), heads, kv_heads)
        ls = lse[heads * start:heads * end].view([1, heads, n])
        dq_out = dq[start:end].view([n, heads, dim]).transpose(0, 1)
        if window <= 0 or window >= n:
            gq, gk, gv = torch._scaled_dot_product_flash_attention_for_cpu_backward(
                gs, qs, ks, vs, os, ls, 0.0, True, scale=scale)
            dq_out.copy_(gq.squeeze(0))
            self.add_group_sum(gk.contiguous(), kv_heads, dk[start:end])
            self.add_group_sum(gv.contiguous(), kv_heads, dv[start:end])
        else:
            block = self.window_block(window)
            mask = self.window_mask(block, window, dtype)
            for first in range(0, n, block):
                last = min(first + block, n)
                key = max(first - window + 1, 0)
                skip = key - (first - window + 1)
                part = mask[:last - first, skip:skip + last - key].contiguous()
                gq, gk, gv = torch._scaled_dot_product_flash_attention_for_cpu_backward(
                    gs[:, :, first:last].contiguous(), qs[:, :, first:last].contiguous(), ks[:, :, key:last].contiguous(),
                    vs[:, :, key:last].contiguous(), os[:, :, first:last].contiguous(), ls[:, :, first:last].contiguous(),
                    0.0, False, attn_mask=part, scale=scale)
                dq_out[:, first:last].copy_(gq.squeeze(0))
                self.add_group_sum(gk.contiguous(), kv_heads, dk[start + key:start + last])
                self.add_group_sum(gv.contiguous(), kv_heads, dv[start + key:start + last])
    return [dq, dk, dv]


def append_to_cache(self, k: Tensor, v: Tensor, keys: Tensor, values: Tensor, length: int) -> None:
    keys[length:length + k.size(0)].copy_(k)
    values[length:length + v.size(0)].copy_(v)


# Appends k and v behind the `length` tokens of the cache, then attends from the new tokens to all that each may see.
def attention_cached(self, q: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor, length: int, heads: int,
                     kv_heads: int, scale: float, window: int) -> Tensor:
    n = q.size(0)
    dim = q.size(1) // heads
    self.append_to_cache(k, v, keys, values, length)
    if n == 1:
        # One query: the heads of a group stand as queries before their shared keys.
        end = length + 1
        key = 0
        if window > 0:
            key = max(end - window, 0)
        qs = q.view([1, kv_heads, heads // kv_heads, dim])
        ks = keys[key:end].view([end - key, kv_heads, dim]).transpose(0, 1).unsqueeze(0).contiguous()
        vs = values[key:end].view([end - key, kv_heads, dim]).transpose(0, 1).unsqueeze(0).contiguous()
        o, l = torch._scaled_dot_product_flash_attention_for_cpu(qs, ks, vs, 0.0, False, scale=scale)
        return o.reshape([1, heads * dim])
    out = torch.empty_like(q)
    qs = self.split_heads(q, heads)
    o_out = out.view([n, heads, dim]).transpose(0, 1)
    block = 256
    for first in range(0, n, block):
        last = min(first + block, n)
        key = 0
        if window > 0:
            key = max(length + first - window + 1, 0)
        end = length + last
        positions = torch.arange(length + first, end).unsqueeze(1)
        columns = torch.arange(key, end).unsqueeze(0)
        hidden = columns > positions
        if window > 0:
            hidden = torch.logical_or(hidden, columns <= positions - window)
        mask = torch.zeros([last - first, end - key], dtype=q.dtype).masked_fill_(hidden, -1e30)
        ks = self.expand_heads(keys[key:end], heads, kv_heads)
        vs = self.expand_heads(values[key:end], heads, kv_heads)
        o, l = torch._scaled_dot_product_flash_attention_for_cpu(
            qs[:, :, first:last].contiguous(), ks, vs, 0.0, False, attn_mask=mask, scale=scale)
        o_out[:, first:last].copy_(o.squeeze(0))
    return out
