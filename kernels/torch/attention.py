# Causal attention over segments.
#
# Layouts: q, k, v, out [T, heads * head_dim]. In training, scores are computed in the accumulator type for a small block of queries at a
# time, against all keys that they see: softmax needs no running maximum then, the block stays in the processor's cache, and general matrix
# products do the rest. Against libtorch's flash kernel for CPU this took half of the time. The queries of a group of heads stand as rows
# before their shared key head, so keys and values are never expanded.
#
# Generating, flash serves; it wants as many key heads as query heads.


# [n, kv_heads * group * dim] -> [kv_heads, n * group, dim], row i * group + j being head j of the group at token i.
def rows_by_key_head(self, x: Tensor, kv_heads: int, group: int, accumulator: int) -> Tensor:
    n = x.size(0)
    dim = x.size(1) // (kv_heads * group)
    heads = torch.to(x, accumulator).view([n, kv_heads, group, dim])
    return heads.transpose(0, 1).reshape([kv_heads, n * group, dim])


# The way back, into target.
def put_by_token(self, rows: Tensor, target: Tensor, kv_heads: int, group: int) -> None:
    n = target.size(0)
    dim = rows.size(2)
    target.view([n, kv_heads, group, dim]).copy_(rows.view([kv_heads, n, group, dim]).transpose(0, 1))


# Queries at a time: about a hundred rows with their group.
def query_block(self, group: int) -> int:
    return max(96 // group, 8)


# The probabilities of queries [first, last) over keys [key, last), and what the softmax was taken of. future [block, block] hides the keys
# behind each query.
def probabilities(self, queries: Tensor, keys: Tensor, first: int, last: int, key: int, group: int, window: int,
                  future: Tensor) -> Tuple[Tensor, Tensor]:
    m = last - first
    scores = torch.bmm(queries[:, first * group:last * group], keys[:, key:last].transpose(1, 2))
    by_token = scores.view([keys.size(0), m, group, last - key])
    by_token[:, :, :, first - key:].add_(future[:m, :m].unsqueeze(1))
    if window > 0:
        # Key key + j is out of the sight of query first + i where j <= i + first - key - window.
        past = torch.full([m, last - key], -1e30, dtype=scores.dtype).tril_(first - key - window)
        by_token.add_(past.unsqueeze(1))
    return torch.softmax(scores, 2), scores


def first_key(self, first: int, window: int) -> int:
    if window > 0:
        return max(first - window + 1, 0)
    return 0


def attention(self, q: Tensor, k: Tensor, v: Tensor, offsets: List[int], heads: int, kv_heads: int, scale: float,
              window: int, accumulator: int) -> List[Tensor]:
    group = heads // kv_heads
    block = self.query_block(group)
    future = torch.full([block, block], -1e30, dtype=accumulator).triu_(1)
    out = torch.empty_like(q)
    lse = torch.empty([heads * q.size(0)], dtype=accumulator)
    for i in range(len(offsets) - 1):
        start = offsets[i]
        end = offsets[i + 1]
        n = end - start
        queries = self.rows_by_key_head(q[start:end], kv_heads, group, accumulator).mul(scale)
        keys = self.rows_by_key_head(k[start:end], kv_heads, 1, accumulator)
        values = self.rows_by_key_head(v[start:end], kv_heads, 1, accumulator)
        outs = torch.empty_like(queries)
        l_out = lse[heads * start:heads * end].view([kv_heads, group, n]).transpose(1, 2)
        for first in range(0, n, block):
            last = min(first + block, n)
            key = self.first_key(first, window)
            p, scores = self.probabilities(queries, keys, first, last, key, group, window, future)
            outs[:, first * group:last * group].copy_(torch.bmm(p, values[:, key:last]))
            # The largest probability is exp(largest score - log-sum-exp).
            l = torch.amax(scores, [2]).sub_(torch.amax(p, [2]).log_())
            l_out[:, first:last].copy_(l.view([kv_heads, last - first, group]))
        self.put_by_token(outs, out[start:end], kv_heads, group)
    return [out, lse]


def attention_backward(self, d_out: Tensor, q: Tensor, k: Tensor, v: Tensor, offsets: List[int], heads: int, kv_heads: int,
                       scale: float, window: int, accumulator: int) -> List[Tensor]:
    group = heads // kv_heads
    block = self.query_block(group)
    future = torch.full([block, block], -1e30, dtype=accumulator).triu_(1)
    dq = torch.empty_like(q)
    dk = torch.empty_like(k)
    dv = torch.empty_like(v)
    for i in range(len(offsets) - 1):
        start = offsets[i]
        end = offsets[i + 1]
        n = end - start
        d_outs = self.rows_by_key_head(d_out[start:end], kv_heads, group, accumulator)
        queries = self.rows_by_key_head(q[start:end], kv_heads, group, accumulator).mul(scale)
        keys = self.rows_by_key_head(k[start:end], kv_heads, 1, accumulator)
        values = self.rows_by_key_head(v[start:end], kv_heads, 1, accumulator)
        d_queries = torch.empty_like(queries)
        d_keys = torch.zeros_like(keys)
        d_values = torch.zeros_like(values)
        for first in range(0, n, block):
            last = min(first + block, n)
            key = self.first_key(first, window)
            p, scores = self.probabilities(queries, keys, first, last, key, group, window, future)
            d_block = d_outs[:, first * group:last * group]
            d_values[:, key:last].baddbmm_(p.transpose(1, 2), d_block)
            d_p = torch.bmm(d_block, values[:, key:last].transpose(1, 2))
            d_scores = torch._softmax_backward_data(d_p, p, 2, accumulator)
            d_keys[:, key:last].baddbmm_(d_scores.transpose(1, 2), queries[:, first * group:last * group])
            d_queries[:, first * group:last * group].copy_(torch.bmm(d_scores, keys[:, key:last]))
        self.put_by_token(d_queries.mul_(scale), dq[start:end], kv_heads, group)
        self.put_by_token(d_keys, dk[start:end], kv_heads, 1)
        self.put_by_token(d_values, dv[start:end], kv_heads, 1)
    return [dq, dk, dv]


def expand_heads(self, x: Tensor, heads: int, kv_heads: int) -> Tensor:
    n = x.size(0)
    dim = x.size(1) // kv_heads
    group = heads // kv_heads
    split = x.view([n, kv_heads, 1, dim])
    if group > 1:
        split = split.expand([n, kv_heads, group, dim])
    return split.permute([1, 2, 0, 3]).reshape([1, heads, n, dim]).contiguous()


def split_heads(self, x: Tensor, heads: int) -> Tensor:
    return x.view([x.size(0), heads, x.size(1) // heads]).transpose(0, 1).unsqueeze(0).contiguous()


# keys and values [places, capacity, kv_heads * dim]: the tokens offsets[i] to offsets[i + 1] go to places[i], behind the lengths[i] that it
# holds.
def append_to_cache(self, k: Tensor, v: Tensor, keys: Tensor, values: Tensor, offsets: List[int], places: List[int],
                    lengths: List[int]) -> None:
    for i in range(len(places)):
        n = offsets[i + 1] - offsets[i]
        keys[places[i], lengths[i]:lengths[i] + n].copy_(k[offsets[i]:offsets[i + 1]])
        values[places[i], lengths[i]:lengths[i] + n].copy_(v[offsets[i]:offsets[i + 1]])


# Appends k and v, then attends from the new tokens to all that each may see, one sequence after the other.
def attention_cached(self, q: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor, offsets: List[int],
                     places: List[int], lengths: List[int], heads: int, kv_heads: int, scale: float,
                     window: int) -> Tensor:
    self.append_to_cache(k, v, keys, values, offsets, places, lengths)
    if len(places) == 1:
        return self.attention_of_one(q, keys[places[0]], values[places[0]], lengths[0], heads, kv_heads, scale, window)
    out = torch.empty_like(q)
    for i in range(len(places)):
        start = offsets[i]
        end = offsets[i + 1]
        o = self.attention_of_one(q[start:end], keys[places[i]], values[places[i]], lengths[i], heads, kv_heads, scale,
                                  window)
        out[start:end].copy_(o)
    return out


# The same for one new token of each of many sequences, all at once: the shorter ones are hidden from behind their ends.
def attention_of_next(self, q: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor, offsets: List[int],
                      places: List[int], lengths: List[int], heads: int, kv_heads: int, scale: float,
                      window: int) -> Tensor:
    n = q.size(0)
    dim = q.size(1) // heads
    place = torch.tensor(places)
    length = torch.tensor(lengths)
    at = torch.add(torch.mul(place, keys.size(1)), length)
    keys.view([-1, keys.size(2)]).index_copy_(0, at, k)
    values.view([-1, values.size(2)]).index_copy_(0, at, v)
    end = max(lengths) + 1
    key = 0
    if window > 0:
        key = max(min(lengths) + 1 - window, 0)
    ks = keys[:, key:end]
    vs = values[:, key:end]
    # The places ascend: as many as there are, they are all.
    if n < keys.size(0):
        ks = torch.index_select(ks, 0, place)
        vs = torch.index_select(vs, 0, place)
    columns = torch.arange(key, end).unsqueeze(0)
    hidden = columns > length.unsqueeze(1)
    if window > 0:
        hidden = torch.logical_or(hidden, columns <= length.unsqueeze(1) - window)
    mask = torch.zeros([n, end - key], dtype=q.dtype).masked_fill_(hidden, -1e30)
    mask = mask.view([n, 1, 1, end - key]).expand([n, 1, heads // kv_heads, end - key]).contiguous()
    qs = q.view([n, kv_heads, heads // kv_heads, dim])
    ks = ks.reshape([n, end - key, kv_heads, dim]).transpose(1, 2).contiguous()
    vs = vs.reshape([n, end - key, kv_heads, dim]).transpose(1, 2).contiguous()
    o, l = torch._scaled_dot_product_flash_attention_for_cpu(qs, ks, vs, 0.0, False, attn_mask=mask, scale=scale)
    return o.reshape([n, heads * dim])


# The new tokens of one sequence, whose keys and values stand in the cache behind the `length` tokens before them.
def attention_of_one(self, q: Tensor, keys: Tensor, values: Tensor, length: int, heads: int, kv_heads: int, scale: float,
                     window: int) -> Tensor:
    n = q.size(0)
    dim = q.size(1) // heads
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
