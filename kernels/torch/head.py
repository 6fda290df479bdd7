# Token log-probabilities, by chunks of positions: the logits of one chunk exist at a time.


def token_log_probs(self, hidden: Tensor, w: Tensor, positions: Tensor, targets: Tensor, chunk: int,
                    accumulator: int) -> Tensor:
    n = positions.size(0)
    log_probs = torch.empty([n], dtype=accumulator)
    for start in range(0, n, chunk):
        end = min(start + chunk, n)
        h = torch.index_select(hidden, 0, positions[start:end])
        # libtorch's log_softmax is one fused pass, its logsumexp is not.
        p = torch.log_softmax(torch.to(torch.linear(h, w), accumulator), 1)
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
        p = torch.log_softmax(torch.to(torch.linear(h, w), accumulator), 1)
        log_probs[start:end].copy_(torch.gather(p, 1, target).squeeze(1))
        # softmax - onehot; the factor -dLogProbs goes to the [chunk, hidden] side.
        p.exp_()
        p.scatter_add_(1, target, torch.full([end - start, 1], -1.0, dtype=accumulator))
        factor = torch.neg(d_log_probs[start:end]).unsqueeze(1)
        if hidden_gradient:
            narrow = torch.to(p, hidden.dtype)
            d_hidden.index_add_(0, at, torch.to(torch.mm(narrow, w), accumulator).mul_(factor))
        if weight_gradient:
            # Summed in place by a wide product: a narrow one would be written, read and added once a chunk, which costs more.
            d_weight.addmm_(p.t(), torch.mul(torch.to(h, accumulator), factor))
    outputs = [log_probs]
    if hidden_gradient:
        outputs.append(torch.to(d_hidden, hidden.dtype))
    if weight_gradient:
        outputs.append(d_weight)
    return outputs
