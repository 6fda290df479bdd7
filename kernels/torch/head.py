# Token log-probabilities, by chunks of positions: the logits of one chunk exist at a time.


# Rows of the head that exist at once in a product type other than their own: about 4 MiB of a small model.
def head_block(self) -> int:
    return 2048


# h W^T in the accumulator type.
def logits(self, h: Tensor, w: Tensor, accumulator: int) -> Tensor:
    product = self.product_type(h)
    if product == h.dtype:
        return torch.to(torch.linear(h, w), accumulator)
    wide_h = torch.to(h, product)
    out = torch.empty([h.size(0), w.size(0)], dtype=accumulator)
    for start in range(0, w.size(0), self.head_block()):
        end = min(start + self.head_block(), w.size(0))
        out[:, start:end].copy_(torch.linear(wide_h, torch.to(w[start:end], product)))
    return out


# d_logits W in the accumulator type.
def logits_backward(self, d_logits: Tensor, h: Tensor, w: Tensor, accumulator: int) -> Tensor:
    product = self.product_type(h)
    if product == h.dtype:
        return torch.to(torch.mm(torch.to(d_logits, h.dtype), w), accumulator)
    d_h = torch.zeros(h.size(), dtype=accumulator)
    for start in range(0, w.size(0), self.head_block()):
        end = min(start + self.head_block(), w.size(0))
        d_h.addmm_(d_logits[:, start:end], torch.to(w[start:end], product))
    return d_h


def token_log_probs(self, hidden: Tensor, w: Tensor, positions: Tensor, targets: Tensor, chunk: int,
                    accumulator: int) -> Tensor:
    n = positions.size(0)
    log_probs = torch.empty([n], dtype=accumulator)
    for start in range(0, n, chunk):
        end = min(start + chunk, n)
        h = torch.index_select(hidden, 0, positions[start:end])
        # libtorch's log_softmax is one fused pass, its logsumexp is not.
        p = torch.log_softmax(self.logits(h, w, accumulator), 1)
        log_probs[start:end].copy_(torch.gather(p, 1, targets[start:end].unsqueeze(1)).squeeze(1))
    return log_probs


def token_log_probs_and_gradients(self, hidden: Tensor, w: Tensor, positions: Tensor, targets: Tensor, d_log_probs: Tensor,
                                  hidden_gradient: bool, weight_gradient: bool, chunk: int,
                                  accumulator: int) -> List[Tensor]:
    n = positions.size(0)
    log_probs = torch.empty([n], dtype=accumulator)
    d_hidden = torch.empty([0], dtype=accumulator)
    d_weight = torch.empty([0], dtype=accumulator)
    if hidden_gradient:
        d_hidden = torch.zeros(hidden.size(), dtype=accumulator)
    if weight_gradient:
        d_weight = torch.zeros(w.size(), dtype=accumulator)
    for start in range(0, n, chunk):
        end = min(start + chunk, n)
        at = positions[start:end]
        target = targets[start:end].unsqueeze(1)
        h = torch.index_select(hidden, 0, at)
        p = torch.log_softmax(self.logits(h, w, accumulator), 1)
        log_probs[start:end].copy_(torch.gather(p, 1, target).squeeze(1))
        # softmax - onehot; the factor -dLogProbs goes to the [chunk, hidden] side.
        p.exp_()
        p.scatter_add_(1, target, torch.full([end - start, 1], -1.0, dtype=accumulator))
        factor = torch.neg(d_log_probs[start:end]).unsqueeze(1)
        if hidden_gradient:
            d_hidden.index_add_(0, at, self.logits_backward(p, h, w, accumulator).mul_(factor))
        if weight_gradient:
            # Summed in place by a wide product: a narrow one would be written, read and added once a chunk, which costs more.
            d_weight.addmm_(p.t(), torch.mul(torch.to(h, accumulator), factor))
    outputs = [log_probs]
    if hidden_gradient:
        outputs.append(torch.to(d_hidden, hidden.dtype))
    if weight_gradient:
        outputs.append(d_weight)
    return outputs
