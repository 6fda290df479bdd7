# Every operation written plainly, differentiated by libtorch's autograd. Each function gives the value, then the gradients of
# sum(value * d) for the leaves.


# A tensor that autograd may keep, to be filled from outside.
def filled(self, dtype: int, shape: List[int]) -> Tensor:
    return torch.zeros(shape, dtype=dtype)


def leaf(self, x: Tensor) -> Tensor:
    return torch.requires_grad_(torch.detach(torch.clone(x)))


def gradients(self, y: Tensor, d: Tensor, leaves: List[Tensor]) -> List[Tensor]:
    results = [torch.detach(y).contiguous()]
    for gradient in torch.grad([torch.sum(y * d)], leaves):
        results.append(unchecked_cast(Tensor, gradient).contiguous())
    return results


def embedding(self, table: Tensor, ids: Tensor, d: Tensor) -> List[Tensor]:
    leaf = self.leaf(table)
    return self.gradients(leaf[ids], d, [leaf])


def linear(self, x: Tensor, w: Tensor, bias: Tensor, d: Tensor) -> List[Tensor]:
    x = self.leaf(x)
    w = self.leaf(w)
    bias = self.leaf(bias)
    return self.gradients(torch.matmul(x, w.t()) + bias, d, [x, w, bias])


# kept: one where an element stays, divided by the probability to stay.
def low_rank(self, x: Tensor, w: Tensor, bias: Tensor, a: Tensor, b: Tensor, scale: float, kept: Tensor,
             d: Tensor) -> List[Tensor]:
    x = self.leaf(x)
    a = self.leaf(a)
    b = self.leaf(b)
    y = torch.matmul(x, w.t()) + bias + torch.matmul(torch.matmul(x * kept, a.t()), b.t()) * scale
    return self.gradients(y, d, [x, a, b])


def dora(self, x: Tensor, w: Tensor, bias: Tensor, a: Tensor, b: Tensor, magnitude: Tensor, norm: Tensor, scale: float,
         kept: Tensor, d: Tensor) -> List[Tensor]:
    x = self.leaf(x)
    a = self.leaf(a)
    b = self.leaf(b)
    magnitude = self.leaf(magnitude)
    c = magnitude / norm
    dropped = x * kept
    low = torch.matmul(torch.matmul(dropped, a.t()), b.t()) * scale
    y = torch.matmul(x, w.t()) + bias + torch.matmul(dropped, w.t()) * (c - 1.0) + low * c
    return self.gradients(y, d, [x, a, b, magnitude])


def merged(self, w: Tensor, a: Tensor, b: Tensor, scale: float, magnitude: Tensor) -> List[Tensor]:
    sum = w + torch.matmul(b, a) * scale
    norm = torch.sqrt(torch.sum(sum * sum, [1]))
    return [sum, norm, sum * (magnitude / norm).unsqueeze(1)]


def rms_norm(self, x: Tensor, w: Tensor, eps: float, d: Tensor) -> List[Tensor]:
    x = self.leaf(x)
    w = self.leaf(w)
    y = x / torch.sqrt(torch.mean(x * x, [-1], True) + eps) * w
    return self.gradients(y, d, [x, w])


def rotary(self, x: Tensor, cos: Tensor, sin: Tensor, head_dim: int, d: Tensor) -> List[Tensor]:
    x = self.leaf(x)
    half = cos.size(1)
    heads = x.view([x.size(0), -1, head_dim])
    c = cos.unsqueeze(1)
    s = sin.unsqueeze(1)
    low = heads[:, :, :half]
    high = heads[:, :, half:2 * half]
    y = torch.cat([low * c - high * s, high * c + low * s, heads[:, :, 2 * half:]], -1).view(x.size())
    return self.gradients(y, d, [x])


def gated(self, gate: Tensor, up: Tensor, activation: int, d: Tensor) -> List[Tensor]:
    gate = self.leaf(gate)
    up = self.leaf(up)
    active = gate * torch.sigmoid(gate)
    if activation == 1:
        active = gate * 0.5 * (1.0 + torch.erf(gate / 1.4142135623730951))
    elif activation == 2:
        active = gate * 0.5 * (1.0 + torch.tanh(0.7978845608028654 * (gate + 0.044715 * gate * gate * gate)))
    return self.gradients(active * up, d, [gate, up])


# The whole square of scores. segment [T]: the number of each token's segment. Also gives the log-sum-exp, [heads, T].
def attention(self, q: Tensor, k: Tensor, v: Tensor, segment: Tensor, heads: int, kv_heads: int, scale: float, window: int,
              d: Tensor) -> List[Tensor]:
    q = self.leaf(q)
    k = self.leaf(k)
    v = self.leaf(v)
    n = q.size(0)
    dim = q.size(1) // heads
    group = heads // kv_heads
    queries = q.view([n, heads, dim]).transpose(0, 1)
    keys = k.view([n, kv_heads, dim]).repeat_interleave(group, 1).transpose(0, 1)
    values = v.view([n, kv_heads, dim]).repeat_interleave(group, 1).transpose(0, 1)
    row = torch.arange(n).unsqueeze(1)
    column = torch.arange(n).unsqueeze(0)
    hidden = torch.logical_or(column > row, segment.unsqueeze(1) != segment.unsqueeze(0))
    if window > 0:
        hidden = torch.logical_or(hidden, column <= row - window)
    scores = torch.matmul(queries, keys.transpose(1, 2)) * scale
    scores = torch.masked_fill(scores, hidden, -1e300)
    y = torch.matmul(torch.softmax(scores, -1), values).transpose(0, 1).reshape(q.size())
    return self.gradients(y, d, [q, k, v]) + [torch.detach(torch.logsumexp(scores, [-1]))]


def head(self, hidden: Tensor, w: Tensor, positions: Tensor, targets: Tensor, d: Tensor) -> List[Tensor]:
    hidden = self.leaf(hidden)
    w = self.leaf(w)
    log_probs = torch.log_softmax(torch.matmul(hidden[positions], w.t()), -1)
    return self.gradients(torch.gather(log_probs, 1, targets.unsqueeze(1)).squeeze(1), d, [hidden, w])


def layer_norm(self, x: Tensor, w: Tensor, bias: Tensor, eps: float, d: Tensor) -> List[Tensor]:
    x = self.leaf(x)
    w = self.leaf(w)
    bias = self.leaf(bias)
    centred = x - torch.mean(x, [-1], True)
    y = centred / torch.sqrt(torch.mean(centred * centred, [-1], True) + eps) * w + bias
    return self.gradients(y, d, [x, w, bias])


def activation(self, x: Tensor, activation: int, d: Tensor) -> List[Tensor]:
    results = self.gated(x, torch.ones_like(x), activation, d)
    return [results[0], results[1]]


def slice(self, x: Tensor, groups: int, start: int, length: int, d: Tensor) -> List[Tensor]:
    x = self.leaf(x)
    y = x.view([x.size(0), groups, -1])[:, :, start:start + length].reshape([x.size(0), -1])
    return self.gradients(y, d, [x])


# The weights of the k likeliest experts. balance [experts] is a further gradient of each token's probabilities.
def route(self, logits: Tensor, k: int, renormalise: bool, balance: Tensor, d: Tensor) -> List[Tensor]:
    logits = self.leaf(logits)
    probabilities = torch.softmax(logits, 1)
    weights, experts = torch.topk(probabilities, k, 1)
    if renormalise:
        weights = weights / torch.sum(weights, [1], True)
    sum = torch.sum(weights * d) + torch.sum(probabilities * balance)
    gradient = torch.grad([sum], [logits])[0]
    return [torch.detach(weights), torch.detach(probabilities), unchecked_cast(Tensor, gradient).contiguous()]


# A whole mixture of one-matrix experts with a router, written without any sorting: experts [experts, out, in], router [experts, in]. The
# loss is sum(y * d) + weight * (the balance of transformers' load_balancing_loss_func).
def mixture(self, x: Tensor, router: Tensor, experts: Tensor, k: int, renormalise: bool, weight: float,
            d: Tensor) -> List[Tensor]:
    x = self.leaf(x)
    router = self.leaf(router)
    experts = self.leaf(experts)
    count = router.size(0)
    probabilities = torch.softmax(torch.matmul(x, router.t()), 1)
    chosen, index = torch.topk(probabilities, k, 1)
    if renormalise:
        chosen = chosen / torch.sum(chosen, [1], True)
    mask = (index.unsqueeze(2) == torch.arange(count).view([1, 1, count])).double()
    weights = torch.sum(mask * chosen.unsqueeze(2), [1])
    each = torch.matmul(experts, x.t()).permute([2, 0, 1])
    y = torch.sum(each * weights.unsqueeze(2), [1])
    balance = torch.sum(torch.mean(mask, [0]) * torch.mean(probabilities, [0]).unsqueeze(0)) * count
    results = [torch.detach(y), torch.detach(balance).view([1])]
    for gradient in torch.grad([torch.sum(y * d) + balance * weight], [x, router, experts]):
        results.append(unchecked_cast(Tensor, gradient).contiguous())
    return results
