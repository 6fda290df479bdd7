"""Golden data of tiny models with random weights: logits, losses, gradients, adapters, packed rows, NF4 and ten steps of training.

    python make_models.py OUT [FAMILY ...]

writes OUT/FAMILY in the layout that src/test/resources/golden/README.md describes. Everything is computed by transformers and peft in
float32 on one thread; the same is computed in float64 to know the reference's own rounding.
"""
import copy
import json
import math
import sys
import zlib
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch.nn.functional import cross_entropy
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast

from golden_files import adapter_key, checkpoint, summaries, versions, write_json, write_tensors

VOCABULARY = 512
BOS, EOS, PAD = 9, 13, 10
STEPS, WARMUP, RATE, DECAY = 10, 2, 1e-3, 0.01
IGNORED = -100

SMALL = dict(
    vocab_size=VOCABULARY, hidden_size=64, intermediate_size=128, num_hidden_layers=3, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=256, bos_token_id=BOS, eos_token_id=EOS, pad_token_id=PAD)
LLAMA3_ROPE = dict(
    rope_type="llama3", rope_theta=10000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
    original_max_position_embeddings=64)
PLAIN_ROPE = dict(rope_type="default", rope_theta=10000.0)

FAMILIES = {
    "llama": ("llama", dict(SMALL, rope_parameters=LLAMA3_ROPE, rms_norm_eps=1e-5, tie_word_embeddings=False)),
    "llama_tied": ("llama", dict(SMALL, rope_parameters=PLAIN_ROPE, rms_norm_eps=1e-6, tie_word_embeddings=True)),
    "mistral": ("mistral", dict(SMALL, rope_parameters=PLAIN_ROPE, sliding_window=12, tie_word_embeddings=False)),
    "qwen2": ("qwen2", dict(SMALL, rope_parameters=PLAIN_ROPE, tie_word_embeddings=True)),
    "qwen3": ("qwen3", dict(SMALL, rope_parameters=PLAIN_ROPE, head_dim=32, tie_word_embeddings=False)),
    "gpt_neox": ("gpt_neox", dict(
        {key: value for key, value in SMALL.items() if key != "num_key_value_heads"},
        rope_parameters=dict(PLAIN_ROPE, partial_rotary_factor=0.25), use_parallel_residual=True)),
    "mixtral": ("mixtral", dict(
        SMALL, rope_parameters=PLAIN_ROPE, intermediate_size=48, num_hidden_layers=2, num_local_experts=4, num_experts_per_tok=2,
        router_aux_loss_coef=0.02, tie_word_embeddings=False)),
}
TARGETS = {
    "gpt_neox": ["query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"],
    "mixtral": ["q_proj", "k_proj", "v_proj", "o_proj"],
}
LLAMA_TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
EXPERTS = {"mixtral": ["q_proj", "k_proj", "v_proj", "o_proj", "gate", "w1", "w2", "w3"]}
RUNS_IN_FULL = "llama"

TEXTS = [
    "Hello world", "", " ", "  leading and trailing  ", "The quick brown fox jumps over the lazy dog.", "it's 12,345.67!", "é ü ñ ß",
    "你好，世界", "😀👍🏽", "a\tb\nc\r\nd\n\n", "x = {'k': [1, 2]}", "<|endoftext|> in text", "ﬁn", "UPPER lower", "1 22 333 4444", "…"]


# The model and its tokenizer

def random_model(family):
    kind, settings = FAMILIES[family]
    config = AutoConfig.for_model(kind, **settings)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32, attn_implementation="eager", experts_implementation="eager").eval()
    random = torch.Generator().manual_seed(zlib.crc32(family.encode()))
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            noise = torch.randn(parameter.shape, generator=random)
            if parameter.dim() > 1:
                parameter.copy_(0.2 * noise)
            else:
                parameter.copy_(0.1 * noise + (1.0 if "norm" in name and name.endswith("weight") else 0.0))
    return model


def tokenizer():
    """Byte-level BPE of 512 tokens; its merges come from the texts."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    special = [f"<|special_{i}|>" for i in range(16)]
    special[BOS], special[EOS], special[PAD] = "<|begin|>", "<|end|>", "<|pad|>"
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=special, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False)
    words = [a + b for a in ("the ", "and ", "model ", "token ", "trained ") for b in ("answers", "rows", "layers", "of a house")]
    bpe.train_from_iterator(TEXTS * 3 + words * 5, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe, bos_token="<|begin|>", eos_token="<|end|>", pad_token="<|pad|>", clean_up_tokenization_spaces=False)


def tokenizer_cases(tok):
    cases = []
    for text in TEXTS:
        ids = tok(text)["input_ids"]
        plain = tok(text, add_special_tokens=False)["input_ids"]
        cases.append({
            "text": text, "ids": ids, "ids_no_special": plain, "tokens_no_special": tok.convert_ids_to_tokens(plain),
            "decoded": tok.decode(ids), "decoded_skip_special": tok.decode(ids, skip_special_tokens=True)})
    return cases


def legacy_config(config):
    """The configuration as transformers 4 wrote it."""
    old = dict(config)
    rope = dict(old.pop("rope_parameters", {}))
    old["torch_dtype"] = old.pop("dtype", "float32")
    theta, partial = rope.pop("rope_theta", None), rope.pop("partial_rotary_factor", None)
    if old["model_type"] == "gpt_neox":
        old["rotary_emb_base"], old["rotary_pct"] = theta, partial
    else:
        old["rope_theta"] = theta
        old["rope_scaling"] = None if rope.get("rope_type") == "default" else rope
    return old


# Inputs

def inputs(family):
    random = torch.Generator().manual_seed(zlib.crc32(family.encode()) + 1)

    def ids(*shape):
        return torch.randint(16, VOCABULARY, shape, generator=random)

    forward = {"input_ids": ids(2, 48), "attention_mask": torch.ones(2, 48, dtype=torch.long)}
    forward["attention_mask"][1, 37:] = 0
    train = {"input_ids": ids(STEPS, 2, 32), "attention_mask": torch.ones(STEPS, 2, 32, dtype=torch.long)}
    for step in range(STEPS):
        train["attention_mask"][step, 1, 20 + step:] = 0
    for batch in (forward, train):
        batch["input_ids"][batch["attention_mask"] == 0] = PAD
        labels = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, IGNORED)
        labels[..., :7] = IGNORED
        batch["labels"] = labels
    return forward, train


def packed_inputs():
    random = torch.Generator().manual_seed(7)
    ids = torch.randint(16, VOCABULARY, (STEPS, 48), generator=random)
    lengths = [[20 + step % 5, 28 - step % 5] for step in range(STEPS)]
    positions, segments, labels = torch.zeros_like(ids), torch.zeros_like(ids), ids.clone()
    for row, (first, second) in enumerate(lengths):
        positions[row] = torch.cat([torch.arange(first), torch.arange(second)])
        segments[row, first:] = 1
        labels[row, 0] = labels[row, first] = IGNORED
    return {"input_ids": ids, "position_ids": positions, "segment_ids": segments, "labels": labels}, lengths


def document_mask(segments, dtype):
    """[1, 1, T, T]: 0 where a token may look, the lowest number elsewhere."""
    size = len(segments)
    visible = (segments[:, None] == segments[None, :]) & torch.ones(size, size, dtype=torch.bool).tril()
    return torch.zeros(size, size, dtype=dtype).masked_fill(~visible, torch.finfo(dtype).min)[None, None]


# Computing

def logits_of(model, batch):
    return model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], use_cache=False).logits


def packed_logits(model, batch, row):
    mask = document_mask(batch["segment_ids"][row], next(model.parameters()).dtype)
    return model(
        input_ids=batch["input_ids"][row][None], attention_mask=mask, position_ids=batch["position_ids"][row][None],
        use_cache=False).logits


def loss_sum(logits, labels):
    return cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=IGNORED, reduction="sum")


def trained_tokens(labels):
    return int((labels[:, 1:] != IGNORED).sum())


def trainable(model):
    return {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}


def router_loss_of(model, batch):
    """The load-balancing loss of a forward pass, as transformers computes it: without padding."""
    return model(
        input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], use_cache=False, output_router_logits=True).aux_loss


def gradients(model, compute, labels, router_loss=None):
    """Mean loss, and its gradient for each trained parameter; router_loss() is added, times the model's factor."""
    model.zero_grad()
    loss = loss_sum(compute(), labels) / trained_tokens(labels)
    if router_loss:
        loss = loss + model.config.router_aux_loss_coef * router_loss()
    loss.backward()
    grads = {name: torch.zeros_like(p) if p.grad is None else p.grad.clone() for name, p in trainable(model).items()}
    model.zero_grad()
    return loss.item(), grads


def total_norm(grads):
    return math.sqrt(sum(g.double().pow(2).sum().item() for g in grads.values()))


def by_adapter_key(tensors):
    return {adapter_key(name): tensor for name, tensor in tensors.items()}


def rate(step):
    if step < WARMUP:
        return RATE * step / WARMUP
    return RATE * 0.5 * (1 + math.cos(math.pi * (step - WARMUP) / (STEPS - WARMUP)))


def train(model, micro_batches, clip=None, no_decay=(), router_loss=None):
    """Ten steps of AdamW; micro_batches(step) gives pairs of (compute logits, labels).

    router_loss(step, i) of a micro batch is added to its loss as it is, as transformers' Trainer does: it is not shared out among
    the micro batches of a step.
    """
    parameters = trainable(model)
    optimizer = torch.optim.AdamW(
        [{"params": [p for n, p in parameters.items() if n not in no_decay], "weight_decay": DECAY},
         {"params": [p for n, p in parameters.items() if n in no_decay], "weight_decay": 0.0}],
        lr=RATE, betas=(0.9, 0.999), eps=1e-8, foreach=False)
    result = {"loss": [], "grad_norm": [], "lr": []}
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        optimizer.zero_grad()
        batches = micro_batches(step)
        tokens = sum(trained_tokens(labels) for _, labels in batches)
        total = 0.0
        for i, (compute, labels) in enumerate(batches):
            loss = loss_sum(compute(), labels) / tokens
            if router_loss:
                loss = loss + model.config.router_aux_loss_coef * router_loss(step, i)
            loss.backward()
            total += loss.item()
        norm = torch.nn.utils.clip_grad_norm_(list(parameters.values()), clip if clip else math.inf)
        result["loss"].append(total)
        result["grad_norm"].append(float(norm))
        result["lr"].append(rate(step))
        optimizer.step()
    return result


# Adapters

def new_adapter(model, family, folder, **kind):
    """A peft adapter with random A, B and magnitudes, saved as peft saves it."""
    torch.manual_seed(zlib.crc32((family + folder.name).encode()))
    config = LoraConfig(
        r=4, lora_alpha=8, lora_dropout=0.0, bias="none", task_type="CAUSAL_LM", init_lora_weights=False,
        target_modules=TARGETS.get(family, LLAMA_TARGETS), **kind)
    adapted = get_peft_model(copy.deepcopy(model), config)
    random = torch.Generator().manual_seed(zlib.crc32((family + folder.name).encode()) + 1)
    with torch.no_grad():
        for name, parameter in sorted(trainable(adapted).items()):
            if "magnitude" in name:
                parameter.mul_(1 + 0.05 * torch.randn(parameter.shape, generator=random))
            else:
                parameter.copy_(0.1 * torch.randn(parameter.shape, generator=random))
    adapted.peft_config["default"].base_model_name_or_path = "../model"
    adapted.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)


def adapted(model, folder):
    return PeftModel.from_pretrained(copy.deepcopy(model), folder, is_trainable=True).eval()


def adapter_section(model, folder, forward, tensors, kind):
    policy = adapted(model, folder)
    loss, grads = gradients(policy, lambda: logits_of(policy, forward), forward["labels"])
    with torch.no_grad():
        tensors[f"{kind}.logits_row0"] = logits_of(policy, forward)[0]
    merged = checkpoint(policy.merge_and_unload())
    base = checkpoint(model)
    changed = {name: tensor for name, tensor in merged.items() if not torch.equal(tensor, base[name])}
    return {"r": 4, "alpha": 8, "loss": loss, "grads": summaries(by_adapter_key(grads)), "merged": summaries(changed)}


# Adapters on experts: peft knows them as it names them under transformers 4, where each expert's projections are linear layers

def new_expert_adapter(model, family, folder):
    """An adapter with random A and B on every matrix of the blocks, in the files that peft wrote under transformers 4."""
    random = torch.Generator().manual_seed(zlib.crc32((family + folder.name).encode()))
    tensors = {}
    for name, weight in sorted(checkpoint(model).items()):
        if weight.dim() == 2 and ".layers." in name:
            module = "base_model.model." + name.removesuffix(".weight")
            tensors[module + ".lora_A.weight"] = 0.1 * torch.randn(4, weight.shape[1], generator=random)
            tensors[module + ".lora_B.weight"] = 0.1 * torch.randn(weight.shape[0], 4, generator=random)
    write_tensors(folder / "adapter_model.safetensors", tensors)
    config = LoraConfig(
        r=4, lora_alpha=8, lora_dropout=0.0, bias="none", task_type="CAUSAL_LM", target_modules=EXPERTS[family], inference_mode=True)
    config.base_model_name_or_path = "../model"
    config.save_pretrained(folder)


class ExpertAdapter(torch.nn.Module):
    """A model whose weights are W + scale * B A, written out; A and B are its parameters, named as in the adapter's file."""

    def __init__(self, model, folder):
        super().__init__()
        self.base = [model]
        self.config = model.config
        for name, tensor in load_file(folder / "adapter_model.safetensors").items():
            self.register_parameter(name.replace(".", "/"), torch.nn.Parameter(tensor))

    def delta(self, module):
        a, b = (getattr(self, f"base_model.model.{module}.lora_{part}.weight".replace(".", "/")) for part in "AB")
        return 2.0 * b @ a

    def weights(self):
        """By the names of transformers 5, where the experts of a layer are one tensor, each one's gate above its up projection."""
        changed = {}
        for name, weight in self.base[0].named_parameters():
            module = name.removesuffix(".weight").replace(".mlp.", ".block_sparse_moe.")
            if name.endswith("experts.gate_up_proj"):
                expert = module.removesuffix(".gate_up_proj")
                deltas = [torch.cat([self.delta(f"{expert}.{e}.w1"), self.delta(f"{expert}.{e}.w3")]) for e in range(len(weight))]
                changed[name] = weight + torch.stack(deltas)
            elif name.endswith("experts.down_proj"):
                expert = module.removesuffix(".down_proj")
                changed[name] = weight + torch.stack([self.delta(f"{expert}.{e}.w2") for e in range(len(weight))])
            elif ".self_attn." in name or name.endswith(".mlp.gate.weight"):
                changed[name] = weight + self.delta(module)
        return changed

    def forward(self, **inputs):
        return torch.func.functional_call(self.base[0], self.weights(), kwargs=inputs)

    def merged(self):
        held = {name: parameter for name, parameter in self.base[0].named_parameters()}
        return checkpoint(self.base[0], held | self.weights())


def by_file_key(tensors):
    return {name.replace("/", "."): tensor for name, tensor in tensors.items()}


def write_routers(model, out, forward, batches, golden, tensors):
    """Adapters on experts, and the loss that balances the routers."""
    loss, grads = gradients(
        model, lambda: logits_of(model, forward), forward["labels"], lambda: router_loss_of(model, forward))
    with torch.no_grad():
        balance = router_loss_of(model, forward).item()
    golden["forward_router_aux"] = {
        "coef": model.config.router_aux_loss_coef, "aux_loss": balance, "loss": loss, "grads": summaries(checkpoint(model, grads))}

    policy = ExpertAdapter(model, out / "adapter_experts")
    loss, grads = gradients(policy, lambda: logits_of(policy, forward), forward["labels"])
    with torch.no_grad():
        tensors["lora_experts.logits_row0"] = logits_of(policy, forward)[0]
        merged = policy.merged()
    changed = {name: merged[name] for name, tensor in checkpoint(model).items() if not torch.equal(tensor, merged[name])}
    golden["lora_experts"] = {
        "r": 4, "alpha": 8, "scaling": 2.0, "loss": loss, "grads": summaries(by_file_key(grads)), "merged": summaries(changed)}

    def rows(policy, step, first, last):
        batch = {name: tensor[step, first:last] for name, tensor in batches.items()}
        return batch, ((lambda: logits_of(policy, batch)), batch["labels"])

    def router_loss(policy):
        return lambda step, i: router_loss_of(policy, rows(policy, step, i, i + 1)[0])

    def accumulated(policy):
        return lambda step: [rows(policy, step, 0, 1)[1], rows(policy, step, 1, 2)[1]]

    runs = {"lora_experts": (lambda policy: lambda step: [rows(policy, step, 0, 2)[1]], None), "lora_experts_routers": (accumulated, router_loss)}
    for name, (micro_batches, balanced) in runs.items():
        policy = ExpertAdapter(model, out / "adapter_experts")
        golden["train"][name] = train(policy, micro_batches(policy), router_loss=balanced(policy) if balanced else None)
        tensors |= {f"train.{name}.final/{key}": tensor for key, tensor in by_file_key(trainable(policy)).items()}
    return tensors


# NF4: QLoRA, arXiv 2305.14314, in bitsandbytes' layout

NF4_CODES = torch.tensor([
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
    -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0])
BLOCK, NESTED_BLOCK = 64, 256


def dynamic_map():
    """The 8-bit code for scales: seven decades with 1, 2, 4, ... 64 values of each sign, 0 and 1 (arXiv 1511.04561)."""
    values = [torch.tensor([0.0, 1.0])]
    for i in range(7):
        borders = torch.linspace(0.1, 1, 2**i + 1)
        means = (borders[:-1] + borders[1:]) / 2 * 10 ** (i - 6)
        values += [means, -means]
    return torch.cat(values).sort().values


def nearest(values, codes):
    return (values[..., None] - codes).abs().argmin(-1)


def nf4(matrix):
    blocks = matrix.flatten().reshape(-1, BLOCK)
    absmax = blocks.abs().amax(1)
    codes = nearest(blocks / absmax[:, None], NF4_CODES)
    return codes.to(torch.uint8), absmax


def dense(codes, absmax, shape):
    return (NF4_CODES[codes.long()] * absmax[:, None]).reshape(shape)


def nested(absmax):
    """Scales in 8 bits: (codes, scale of each 256, offset, restored)."""
    offset = absmax.mean()
    padded = torch.nn.functional.pad(absmax - offset, (0, -len(absmax) % NESTED_BLOCK)).reshape(-1, NESTED_BLOCK)
    scale = padded.abs().amax(1)
    codes = nearest(padded / scale[:, None], dynamic_map()).to(torch.uint8)
    restored = (dynamic_map()[codes.long()] * scale[:, None]).flatten()[: len(absmax)] + offset
    return codes.flatten()[: len(absmax)], scale, offset[None], restored


def quantised_in_place(weight, double):
    codes, absmax = nf4(weight)
    weight.copy_(dense(codes, nested(absmax)[3] if double else absmax, weight.shape))


def quantise(model, double):
    """The matrices of the blocks, but routers. Each matrix of each expert is one by itself."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() == 3:
                for expert in weight:
                    for matrix in expert.chunk(2) if name.endswith("gate_up_proj") else [expert]:
                        quantised_in_place(matrix, double)
            elif ".layers." in name and weight.dim() == 2 and not name.endswith("mlp.gate.weight"):
                quantised_in_place(weight, double)


def write_expert_nf4(model, out, forward):
    tensors, result = {}, {}
    for kind, double in (("qlora", False), ("qlora_double_quant", True)):
        held = copy.deepcopy(model)
        quantise(held, double)
        policy = ExpertAdapter(held, out / "adapter_experts")
        loss, grads = gradients(policy, lambda: logits_of(policy, forward), forward["labels"])
        with torch.no_grad():
            tensors[f"{kind}.logits_row0"] = logits_of(policy, forward)[0]
        result[kind] = {"adapter": "adapter_experts", "loss": loss, "lora_grads": summaries(by_file_key(grads))}
    write_tensors(out / "nf4/nf4.safetensors", tensors)
    write_json(out / "nf4/nf4.json", result)


def write_nf4(model, out, forward):
    weight = model.model.layers[0].mlp.down_proj.weight.detach().clone()
    codes, absmax = nf4(weight)
    flat = codes.flatten()
    scale_codes, nested_absmax, offset, restored = nested(absmax)
    tensors = {
        "weight": weight, "codes": flat, "packed": (flat[0::2] << 4 | flat[1::2]), "absmax": absmax, "codebook": NF4_CODES,
        "thresholds": (NF4_CODES[1:] + NF4_CODES[:-1]) / 2, "dequantized": dense(codes, absmax, weight.shape),
        "dq.absmax_u8": scale_codes, "dq.nested_absmax": nested_absmax, "dq.nested_code": dynamic_map(), "dq.offset": offset,
        "dq.absmax_restored": restored, "dq.dequantized": dense(codes, restored, weight.shape)}
    result = {
        "blocksize": BLOCK, "nested_blocksize": NESTED_BLOCK, "first_bytes_hex": bytes(tensors["packed"][:16].tolist()).hex(),
        "l1_error": (weight - tensors["dequantized"]).abs().mean().item()}
    for kind, double in (("qlora", False), ("qlora_double_quant", True)):
        quantised = copy.deepcopy(model)
        quantise(quantised, double)
        policy = adapted(quantised, out / "adapter")
        loss, grads = gradients(policy, lambda: logits_of(policy, forward), forward["labels"])
        with torch.no_grad():
            tensors[f"{kind}.logits_row0"] = logits_of(policy, forward)[0]
        result[kind] = {"loss": loss, "lora_grads": summaries(by_adapter_key(grads))}
    write_tensors(out / "nf4/nf4.safetensors", tensors)
    write_json(out / "nf4/nf4.json", result)


# A family

def noise(model, forward):
    """How far float32 is from float64 in the reference itself."""
    exact = copy.deepcopy(model).double()
    loss, grads = gradients(model, lambda: logits_of(model, forward), forward["labels"])
    exact_loss, exact_grads = gradients(exact, lambda: logits_of(exact, forward), forward["labels"])
    with torch.no_grad():
        logits = (logits_of(model, forward).double() - logits_of(exact, forward))[forward["attention_mask"] == 1]
    relative = [((grads[n].double() - g).norm() / g.norm().clamp_min(1e-30)).item() for n, g in exact_grads.items()]
    return {"loss_abs": abs(loss - exact_loss), "logits_max_abs": logits.abs().max().item(), "grad_max_rel_l2": max(relative)}


def make(family, out):
    model = random_model(family)
    model.save_pretrained(out / "model")
    tok = tokenizer()
    tok.save_pretrained(out / "model")
    config = json.loads((out / "model/config.json").read_text())
    write_json(out / "model/config.legacy.json", legacy_config(config))
    forward, batches = inputs(family)
    tensors = {f"forward.{name}": tensor for name, tensor in forward.items()}
    tensors |= {f"train.{name}": tensor for name, tensor in batches.items()}

    loss, grads = gradients(model, lambda: logits_of(model, forward), forward["labels"])
    with torch.no_grad():
        logits = logits_of(model, forward)
        nll = cross_entropy(
            logits[:, :-1].flatten(0, 1), forward["labels"][:, 1:].flatten(), ignore_index=IGNORED, reduction="none")
    tensors["forward.logits"] = logits * forward["attention_mask"][..., None]
    tensors["forward.token_nll"] = nll.reshape(2, -1)
    tokens = trained_tokens(forward["labels"])
    golden = {
        "name": family, "versions": versions(), "dtype": "float32", "attn_implementation": "eager",
        "n_params": sum(p.numel() for p in model.parameters()), "tokenizer_kind": "bpe", "tokenizer": tokenizer_cases(tok),
        "forward": {
            "loss": loss, "loss_sum": nll.double().sum().item(), "num_loss_tokens": tokens, "global_grad_norm": total_norm(grads),
            "logits_std": logits[forward["attention_mask"] == 1].std().item()},
        "grads": summaries(checkpoint(model, grads)), "fp64_noise": noise(model, forward)}

    kinds = {"lora": ("adapter", {})}
    if family == RUNS_IN_FULL:
        kinds |= {"dora": ("adapter_dora", {"use_dora": True}), "rslora": ("adapter_rslora", {"use_rslora": True})}
    for kind, (folder, settings) in kinds.items():
        new_adapter(model, family, out / folder, **settings)
        golden[kind] = adapter_section(model, out / folder, forward, tensors, kind)
        golden[kind]["scaling"] = 8 / math.sqrt(4) if kind == "rslora" else 2.0
    golden["lora"]["target_modules"] = sorted(TARGETS.get(family, LLAMA_TARGETS))

    golden["train"] = {"steps": STEPS, "lr": RATE, "warmup": WARMUP, "weight_decay": DECAY, "betas": [0.9, 0.999], "eps": 1e-8}

    def rows(policy, first, last):
        def of(step):
            batch = {name: tensor[step, first:last] for name, tensor in batches.items()}
            return (lambda: logits_of(policy, batch)), batch["labels"]
        return of

    def run(name, folder, micro_batches, clip=None):
        policy = adapted(model, out / folder)
        golden["train"][name] = train(policy, micro_batches(policy), clip)
        for parameter, tensor in trainable(policy).items():
            tensors[f"train.{name}.final/{adapter_key(parameter)}"] = tensor

    def whole(policy):
        return lambda step: [rows(policy, 0, 2)(step)]

    run("lora_noclip", "adapter", whole)
    run("lora_clip1", "adapter", whole, 1.0)
    if family == RUNS_IN_FULL:
        run("dora_noclip", "adapter_dora", whole)
        run("rslora_noclip", "adapter_rslora", whole)
        run("lora_accum2_num_items", "adapter",
            lambda policy: lambda step: [rows(policy, 0, 1)(step), rows(policy, 1, 2)(step)])

        packed, lengths = packed_inputs()
        tensors |= {f"packed.{name}": tensor for name, tensor in packed.items()}

        def packed_rows(policy):
            return lambda step: [((lambda: packed_logits(policy, packed, step)), packed["labels"][step][None])]

        policy = adapted(model, out / "adapter")
        loss, grads = gradients(policy, lambda: packed_logits(policy, packed, 0), packed["labels"][:1])
        with torch.no_grad():
            tensors["packed.logits_step0"] = packed_logits(policy, packed, 0)[0]
        golden["packed"] = {"doc_lengths": lengths, "loss": loss, "lora_grads": summaries(by_adapter_key(grads))}
        run("packed_noclip", "adapter", packed_rows)

        for name, clip in (("full_noclip", None), ("full_clip1", 1.0)):
            policy = copy.deepcopy(model)
            no_decay = [n for n in trainable(policy) if "norm" in n]
            golden["train"][name] = train(policy, whole(policy), clip, no_decay)
            golden["train"][name]["no_decay"] = sorted(no_decay)
            final = checkpoint(policy)
            golden["train"][name]["final"] = summaries(final)
            write_tensors(out / f"train.{name}.safetensors", final)
        write_nf4(model, out, forward)

    if family in EXPERTS:
        new_expert_adapter(model, family, out / "adapter_experts")
        tensors = write_routers(model, out, forward, batches, golden, tensors)
        write_expert_nf4(model, out, forward)

    write_tensors(out / "golden.safetensors", tensors)
    write_json(out / "golden.json", golden)
    print(f"{family}: loss {golden['forward']['loss']:.4f}, {golden['n_params']:,} parameters")


def main():
    torch.set_num_threads(1)
    out = Path(sys.argv[1])
    for family in sys.argv[2:] or FAMILIES:
        make(family, out / family)


if __name__ == "__main__":
    main()
