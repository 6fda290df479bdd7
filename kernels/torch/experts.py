# Mixture of experts: which experts a token goes to, and the sum of what they give. All sums are gathers in a fixed order, so that a
# repetition gives the same bits.


# Softmax in the accumulator type, then the k largest; renormalised, they sum to one. Gives the weights [n, k], the experts [n, k], the
# probabilities [n, experts] and their sums over the tokens [experts].
def route(self, logits: Tensor, k: int, renormalise: bool, accumulator: int) -> List[Tensor]:
    probabilities = torch.softmax(torch.to(logits, accumulator), 1)
    weights, experts = torch.topk(probabilities, k, 1)
    if renormalise:
        weights.div_(torch.sum(weights, [1], True))
    return [weights, experts, probabilities, torch.sum(probabilities, [0])]


# d_probabilities [experts], where given, is added to the gradient of every token's probabilities.
def route_backward(self, d_weights: Tensor, weights: Tensor, experts: Tensor, probabilities: Tensor,
                   d_probabilities: List[Tensor], renormalise: bool, dtype: int) -> Tensor:
    d_chosen = d_weights
    if renormalise:
        along = torch.sum(torch.mul(d_weights, weights), [1], True)
        chosen = torch.sum(torch.gather(probabilities, 1, experts), [1], True)
        d_chosen = torch.sub(d_weights, along).div_(chosen)
    wide = torch.zeros_like(probabilities).scatter_(1, experts, d_chosen)
    if len(d_probabilities) > 0:
        wide.add_(d_probabilities[0])
    return torch.to(torch._softmax_backward_data(wide, probabilities, 1, probabilities.dtype), dtype)


def gather_rows(self, x: Tensor, rows: Tensor) -> Tensor:
    return torch.index_select(x, 0, rows)


def joined(self, parts: List[Tensor]) -> Tensor:
    if len(parts) == 1:
        return parts[0]
    return torch.cat(parts, 0)


# places [n, k]: the rows of the joined parts that belong to each token. Their sum, weighted where weights [n, k] are given.
def combine(self, parts: List[Tensor], places: Tensor, weights: List[Tensor], accumulator: int) -> Tensor:
    rows = self.joined(parts)
    sum = torch.zeros([places.size(0), rows.size(1)], dtype=accumulator)
    for slot in range(places.size(1)):
        row = torch.to(torch.index_select(rows, 0, places[:, slot]), accumulator)
        if len(weights) > 0:
            row = torch.mul(row, weights[0][:, slot:slot + 1])
        sum.add_(row)
    return torch.to(sum, rows.dtype)


# tokens [n * k]: the token of each row of the joined parts.
def combine_backward(self, d_out: Tensor, parts: List[Tensor], tokens: Tensor, places: Tensor, weights: Tensor,
                     accumulator: int) -> List[Tensor]:
    rows = self.joined(parts)
    wide = torch.to(d_out, accumulator)
    d_weights = torch.empty_like(weights)
    for slot in range(places.size(1)):
        row = torch.to(torch.index_select(rows, 0, places[:, slot]), accumulator)
        d_weights[:, slot].copy_(torch.sum(torch.mul(row, wide), [1]))
    by_row = torch.empty([rows.size(0)], dtype=weights.dtype)
    by_row.scatter_(0, places.reshape([-1]), weights.reshape([-1]))
    outputs = [d_weights]
    start = 0
    for part in parts:
        end = start + part.size(0)
        d_part = torch.index_select(wide, 0, tokens[start:end]).mul_(by_row[start:end].unsqueeze(1))
        outputs.append(torch.to(d_part, part.dtype))
        start = end
    return outputs
