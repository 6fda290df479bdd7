"""Files of golden data: short floats in JSON, summaries of tensors, checkpoints as transformers writes them."""
import copy
import json
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

import peft
import tokenizers
import transformers


def versions():
    modules = {"transformers": transformers, "peft": peft, "tokenizers": tokenizers, "torch": torch}
    return {name: module.__version__ for name, module in modules.items()}


def rounded(value):
    """The value with floats cut to nine digits, enough for float32."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item) for item in value]
    return value


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rounded(value), indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def write_tensors(path, tensors):
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.detach().contiguous().clone() for name, tensor in tensors.items()}, path)


def summary(tensor):
    """What golden.json keeps of a large tensor."""
    flat = tensor.detach().double().flatten()
    return {"shape": list(tensor.shape), "l2": flat.norm().item(), "first16": flat[:16].float().tolist()}


def summaries(tensors):
    return {name: summary(tensor) for name, tensor in sorted(tensors.items())}


def checkpoint(model, values=None):
    """The model's tensors by their names in a checkpoint; with values, these in the parameters' place.

    transformers renames and splits some parameters when it saves (experts, for example). Saving a copy whose parameters hold
    the gradients gives the gradients those names.
    """
    held = copy.deepcopy(model)
    if values is not None:
        with torch.no_grad():
            for name, parameter in held.named_parameters():
                parameter.copy_(values[name])
    with tempfile.TemporaryDirectory() as folder:
        held.save_pretrained(folder)
        return {name: tensor.clone() for name, tensor in load_file(Path(folder) / "model.safetensors").items()}


def adapter_key(parameter):
    """A peft parameter's key in adapter_model.safetensors."""
    return parameter.replace(".lora_magnitude_vector.default.weight", ".lora_magnitude_vector").replace(".default", "")
