"""Golden data of objectives: ten optimizer steps of TRL's own trainer on the tiny models.

    python make_objectives.py MODELS OUT

MODELS holds the families that make_models.py wrote (llama, llama_tied); OUT gets pairs.json, dpo_sigmoid, dpo_sigmoid_accum2 and
dpo_sigmoid_full. Each run is repeated in float64; how far the float32 run is from that is recorded as its noise.
"""
import copy
import json
import random
import sys
from pathlib import Path

import torch
from datasets import Dataset
from peft import LoraConfig, set_peft_model_state_dict
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import DPOConfig, DPOTrainer

from golden_files import adapter_key, checkpoint, rounded, write_json, write_tensors

STEPS, PAIRS = 10, 20
METRICS = [
    "loss", "grad_norm", "entropy", "logits/chosen", "logits/rejected", "mean_token_accuracy", "rewards/chosen", "rewards/rejected",
    "rewards/accuracies", "rewards/margins", "logps/chosen", "logps/rejected"]


def pairs():
    source = random.Random(11)

    def ids(shortest, longest):
        return [source.randrange(16, 512) for _ in range(source.randint(shortest, longest))]

    rows = []
    for _ in range(PAIRS):
        rows.append({"prompt_ids": ids(4, 14), "chosen_ids": ids(3, 16), "rejected_ids": ids(3, 16)})
        if source.random() < 0.2:  # answers that begin alike
            rows[-1]["rejected_ids"][:2] = rows[-1]["chosen_ids"][:2]
    return rows


class InOrder(DPOTrainer):
    """Takes rows that are tokens already, in the order of the file."""

    def _prepare_dataset(self, dataset, *arguments, **named):
        return dataset

    def _get_train_sampler(self, dataset=None):
        return torch.utils.data.SequentialSampler(dataset if dataset is not None else self.train_dataset)


class Steps(TrainerCallback):
    def __init__(self):
        self.steps = []

    def on_log(self, args, state, control, logs=None, **named):
        if "loss" in logs and "rewards/margins" in logs:
            kept = {"step": state.global_step - 1, "lr": logs["learning_rate"]}
            self.steps.append(kept | {name: float(logs[name]) for name in METRICS if name in logs})


def run(models, rows, family, dtype, accumulation, rate, full, scratch):
    model = AutoModelForCausalLM.from_pretrained(models / family / "model", dtype=dtype, attn_implementation="eager")
    adapter = models / family / "adapter"
    reference = copy.deepcopy(model) if full else None
    settings = None if full else LoraConfig.from_pretrained(adapter)
    if settings:
        settings.inference_mode = False
    callback = Steps()
    config = DPOConfig(
        output_dir=str(scratch), per_device_train_batch_size=2, gradient_accumulation_steps=accumulation, max_steps=STEPS,
        learning_rate=rate, lr_scheduler_type="linear", warmup_steps=0, weight_decay=0.0, max_grad_norm=1.0, beta=0.1,
        logging_steps=1, save_strategy="no", report_to=[], use_cpu=True, bf16=False, fp16=False, gradient_checkpointing=False,
        disable_dropout=True, max_length=None, optim="adamw_torch", remove_unused_columns=False, disable_tqdm=True)
    trainer = InOrder(
        model=model, ref_model=reference, args=config, peft_config=settings, train_dataset=Dataset.from_list(rows),
        processing_class=AutoTokenizer.from_pretrained(models / family / "model"), callbacks=[callback])
    # TRL would take a model that has an adapter already as the reference, adapter included; made by TRL, the adapter is switched off.
    model = trainer.model
    if not full:
        set_peft_model_state_dict(model, load_file(adapter / "adapter_model.safetensors"))
        model.to(dtype)
    start = {name: p.detach().clone() for name, p in model.named_parameters() if p.requires_grad}
    trainer.train()
    return model, start, callback.steps


def relative(a, b):
    return abs(a - b) / max(abs(b), 0.01)


def record(models, out, rows, name, family, accumulation=1, rate=1e-3, full=False):
    scratch = out / "scratch"
    model, start, steps = run(models, rows, family, torch.float32, accumulation, rate, full, scratch)
    exact, _, exact_steps = run(models, rows, family, torch.float64, accumulation, rate, full, scratch)
    assert len(steps) == len(exact_steps) == STEPS
    noise = {
        metric: max(relative(a[metric], b[metric]) for a, b in zip(steps, exact_steps)) for metric in METRICS if metric in steps[0]}
    if full:
        tensors = checkpoint(model)
    else:
        tensors = {adapter_key(n): p for n, p in model.named_parameters() if p.requires_grad}
    moved = {n: p for n, p in exact.named_parameters() if p.requires_grad}
    apart = [
        ((p.double() - moved[n]).norm() / (moved[n] - start[n].double()).norm()).item()
        for n, p in model.named_parameters() if p.requires_grad]
    write_json(out / f"{name}.json", {
        "trainer": "DPOTrainer", "model": family,
        "trained": "all weights, against a frozen copy" if full else "adapter, starts at ../<model>/adapter",
        "rows": "pairs",
        "settings": {
            "per_device_train_batch_size": 2, "gradient_accumulation_steps": accumulation, "learning_rate": rate, "beta": 0.1},
        "noise": {"against": "the same run in float64", "steps_max_relative": noise, "final_distance_over_distance_moved": max(apart)},
        "steps": steps})
    write_tensors(out / f"{name}.safetensors", {f"final/{n}": t for n, t in tensors.items()})
    print(f"{name}: loss {steps[0]['loss']:.6f} ... {steps[-1]['loss']:.6f}")


def main():
    torch.set_num_threads(1)
    models, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    rows = pairs()
    (out / "pairs.json").write_text(
        '{"pairs": [\n  ' + ",\n  ".join(json.dumps(rounded(row)) for row in rows) + "\n]}\n", encoding="utf-8")
    record(models, out, rows, "dpo_sigmoid", "llama")
    record(models, out, rows, "dpo_sigmoid_accum2", "llama", accumulation=2)
    record(models, out, rows, "dpo_sigmoid_full", "llama_tied", rate=2e-4, full=True)


if __name__ == "__main__":
    main()
