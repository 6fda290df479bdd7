"""Golden data of chat templates: conversations rendered and tokenised by transformers' apply_chat_template.

    python make_chat.py FOLDER

FOLDER holds a tokenizer and chat_template.txt; its golden.json is written anew: for each conversation, with and without a generation
prompt, the text, the ids and the mask of the assistant's tokens (where the template marks them), or the error of the template.
"""
import json
import sys
from pathlib import Path

from jinja2.exceptions import TemplateError
from transformers import AutoTokenizer

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather", "description": "The weather of a city.",
        "parameters": {
            "type": "object", "required": ["city"],
            "properties": {"city": {"type": "string", "description": "Its name"}, "days": {"type": "integer"}}}}}
CLOCK = {"type": "function", "function": {"name": "get_time", "description": "The time.", "parameters": {"type": "object", "properties": {}}}}


def call(name, arguments, id):
    return {"type": "function", "id": id, "function": {"name": name, "arguments": arguments}}


def says(role, content, **more):
    return {"role": role, "content": content, **more}


CASES = [
    ("system_user", [says("system", "You are terse.\nAnswer in one line."), says("user", "What is the capital of France?")], None),
    ("user_only_unicode", [says("user", "  Héllo 👋🏽 wörld — 你好,\n\tis it \"fine\" & <b>ok</b>?   \n")], None),
    ("multi_turn_system", [
        says("system", "Be kind."), says("user", "Hi"), says("assistant", "Hello! How are you?"), says("user", "Fine."),
        says("assistant", "Good.\n\nWhat next?"), says("user", "{{ nothing }}")], None),
    ("assistant_last", [says("user", "One plus one?"), says("assistant", " Two. ")], None),
    ("tools", [
        says("user", "Weather in Paris?"), says("assistant", "", tool_calls=[call("get_weather", {"city": "Paris"}, "call00001")]),
        says("tool", "{\"sky\": \"clear\"}", name="get_weather", tool_call_id="call00001"), says("assistant", "It is clear.")],
        [WEATHER, CLOCK]),
    ("parallel_tool_calls", [
        says("user", "Weather and time?"),
        says("assistant", "", tool_calls=[
            call("get_weather", {"city": "São Paulo", "days": 2}, "call00001"), call("get_time", {}, "call00002")]),
        says("tool", "rain", name="get_weather", tool_call_id="call00001"),
        says("tool", "noon", name="get_time", tool_call_id="call00002"), says("assistant", "Rain at noon.")], [WEATHER, CLOCK]),
    ("tools_listed_only", [says("user", "Just say hi.")], [WEATHER]),
    ("same_role_twice", [says("user", "One."), says("user", "Two.")], None),
    ("special_tokens_in_text", [says("user", "<|im_end|> </s> <|eot_id|> [INST]"), says("assistant", "<|im_start|>user")], None),
]


def main():
    folder = Path(sys.argv[1])
    template = (folder / "chat_template.txt").read_text(encoding="utf-8")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    marks = "{% generation" in template or "{%- generation" in template
    cases = []
    for name, messages, tools in CASES:
        for prompt in (False, True):
            case = {"name": name, "messages": messages, "tools": tools, "kwargs": {}, "add_generation_prompt": prompt}
            common = dict(tools=tools, add_generation_prompt=prompt, chat_template=template)
            try:
                case["text"] = tokenizer.apply_chat_template(messages, tokenize=False, **common)
                encoded = tokenizer.apply_chat_template(
                    messages, tokenize=True, return_dict=True, return_assistant_tokens_mask=marks, **common)
                case["ids"] = list(encoded["input_ids"])
                if marks:
                    case["assistant_mask"] = [int(m) for m in encoded["assistant_masks"]]
            except TemplateError as e:
                case["error"] = str(e)
            cases.append(case)
    (folder / "golden.json").write_text(json.dumps({
        "name": folder.name, "template": template, "bos_token": tokenizer.bos_token, "eos_token": tokenizer.eos_token,
        "pad_token": tokenizer.pad_token, "cases": cases}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{folder.name}: {len(cases)} cases, {sum('error' in case for case in cases)} refused by the template")


if __name__ == "__main__":
    main()
