"""Writes masks.json: random conversations with the ids and masks of Hugging Face's own code.

generation: transformers' apply_chat_template(return_assistant_tokens_mask=True), for templates with generation blocks.
prefix: a token is trained if it lies behind the prompt of its turn (the conversation so far with a generation prompt) and not behind the
end token that closes the turn; only for conversations that each such prompt begins.

Run in the folder golden/chat:  python masks/make.py
"""
import json
import random

from transformers import AutoTokenizer

R = random.Random(4)
WORDS = ["Hello", "world", "it's", "12.5", "é", "中文", "😀", "\n", "a\tb", "\"quoted\"", "<b>", "{x}", "end.", "  two  spaces", "ﬁn"]

GENERATION = {
    "whole": "{% for m in messages %}{% if m.role == 'assistant' %}<|im_start|>assistant\n{% generation %}{{ m.content }}<|im_end|>"
    "{% endgeneration %}\n{% else %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endif %}{% endfor %}",
    "text_alone": "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' }}{% if m.role == 'assistant' %}{% generation %}"
    "{{ m.content | trim }}{% endgeneration %}{% else %}{{ m.content }}{% endif %}{{ '<|im_end|>\n' }}{% endfor %}",
    "thinking": "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' }}{% if m.role == 'assistant' %}{%- generation -%}"
    "{{ '<think>\n' + (m.reasoning_content or '') + '\n</think>\n\n' + m.content + '<|im_end|>' }}{%- endgeneration -%}"
    "{% else %}{{ m.content + '<|im_end|>' }}{% endif %}{{ '\n' }}{% endfor %}",
    "tools": "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' }}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}"
    "{% for c in m.tool_calls or [] %}{{ '<tool_call>' + c.function | tojson + '</tool_call>' }}{% endfor %}{{ '<|im_end|>\n' }}"
    "{% endgeneration %}{% else %}{{ m.content + '<|im_end|>\n' }}{% endif %}{% endfor %}",
    "by_index": "{% for i in range(messages | length) %}{% set m = messages[i] %}{{ '<|im_start|>' + m.role + '\n' }}"
    "{% if m.role == 'assistant' %}{% generation %}{{ m.content + '<|im_end|>' }}{% endgeneration %}{% else %}"
    "{{ m.content + '<|im_end|>' }}{% endif %}{{ '\n' }}{% endfor %}",
}


def text(i):
    return f"t{i} " + " ".join(R.choice(WORDS) for _ in range(R.randint(0, 6))) + f" z{i}"


def conversation(tools, thinking):
    messages = [{"role": "system", "content": text(0)}] if R.random() < 0.5 else []
    for _ in range(R.randint(1, 3)):
        messages.append({"role": "user", "content": text(len(messages))})
        answer = {"role": "assistant", "content": text(len(messages))}
        if thinking and R.random() < 0.6:
            answer["reasoning_content"] = "because " + text(len(messages))
        if tools and R.random() < 0.5:
            answer["content"] = R.choice(["", answer["content"]])
            arguments = {"city": R.choice(WORDS), "days": R.randint(1, 9)}
            answer["tool_calls"] = [{"type": "function", "function": {"name": "weather", "arguments": arguments}}]
            messages += [answer, {"role": "tool", "name": "weather", "content": text(len(messages) + 1)}]
            answer = {"role": "assistant", "content": text(len(messages))}
        messages.append(answer)
    return messages


def prefix_mask(tokenizer, messages, eos):
    whole = tokenizer.apply_chat_template(messages, tokenize=False)
    mask = [0] * len(whole)
    for i, message in enumerate(messages):
        if message["role"] != "assistant":
            continue
        prompt = tokenizer.apply_chat_template(messages[:i], tokenize=False, add_generation_prompt=True)
        if not whole.startswith(prompt):
            return None
        end = whole.index(eos, len(prompt)) + len(eos)
        mask[len(prompt):end] = [1] * (end - len(prompt))
    encoded = tokenizer(whole, add_special_tokens=False, return_offsets_mapping=True)
    return encoded["input_ids"], [int(any(mask[a:b])) for a, b in encoded["offset_mapping"]]


cases = []
for name, template in GENERATION.items():
    tokenizer = AutoTokenizer.from_pretrained("chatml")
    tokenizer.chat_template = template
    for _ in range(12):
        messages = conversation(name == "tools", name == "thinking")
        out = tokenizer.apply_chat_template(messages, return_dict=True, return_assistant_tokens_mask=True)
        cases.append({"tokenizer": "chatml", "template": template, "by": "generation", "messages": messages,
                      "ids": out["input_ids"], "mask": out["assistant_masks"]})
for name, eos in {"chatml": "<|im_end|>", "hermes_tools": "<|im_end|>", "llama3": "<|eot_id|>"}.items():
    tokenizer = AutoTokenizer.from_pretrained(name)
    for _ in range(20):
        messages = conversation(name != "chatml", False)
        out = prefix_mask(tokenizer, messages, eos)
        if out:
            cases.append({"tokenizer": name, "template": None, "by": "prefix", "messages": messages, "ids": out[0], "mask": out[1]})
with open("masks/masks.json", "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n")
print(len(cases), {by: sum(c["by"] == by for c in cases) for by in ("generation", "prefix")})
