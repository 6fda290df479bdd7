"""Writes the Arrow files of this folder, and what they hold as JSON lines. Run with pyarrow 25 and datasets 5."""
import datetime as dt
import json
import os
import shutil

import datasets
import pyarrow as pa

here = os.path.dirname(os.path.abspath(__file__))


def at(name):
    return os.path.join(here, name)


turn = pa.struct([("role", pa.string()), ("content", pa.large_string())])
schema = pa.schema([
    ("text", pa.string()), ("large", pa.large_string()), ("i8", pa.int8()), ("u16", pa.uint16()), ("i32", pa.int32()),
    ("u32", pa.uint32()), ("i64", pa.int64()), ("u64", pa.uint64()), ("f32", pa.float32()), ("f64", pa.float64()),
    ("flag", pa.bool_()), ("nothing", pa.null()), ("messages", pa.list_(turn)), ("ids", pa.large_list(pa.int32())),
    ("pair", pa.list_(pa.int16(), 2)), ("label", pa.dictionary(pa.int8(), pa.string())),
    ("nested", pa.struct([("a", pa.list_(pa.list_(pa.int64()))), ("b", pa.bool_())])),
    ("day", pa.date32()), ("at", pa.timestamp("us")), ("sec", pa.timestamp("s")),
])
rows = []
for i in range(10):
    some = lambda value: None if i % 4 == 3 else value
    rows.append({
        "text": some("é" * i), "large": some(f"line\n{i} 🎉"), "i8": some(-i), "u16": some(65535 - i), "i32": some(-(2**31) + i),
        "u32": some(2**32 - 1 - i), "i64": some(-(2**63) + i), "u64": some(2**64 - 1 - i), "f32": some(i + 0.5),
        "f64": some(i / 3), "flag": some(i % 2 == 0), "nothing": None,
        "messages": some([{"role": "user", "content": "x" * k} if k != 2 else None for k in range(i % 4)]),
        "ids": some(list(range(i))), "pair": some([i, None]), "label": some("abc"[i % 3]),
        "nested": some({"a": [[1, i], [], None], "b": None}), "day": some(dt.date(2024, 2, i + 1)),
        "at": some(dt.datetime(2024, 1, 2, 3, 4, 5, 6000 * i)), "sec": some(dt.datetime(1969, 12, 31, 23, 59, 50 + i)),
    })
table = pa.Table.from_pylist(rows, schema=schema)
with pa.OSFile(at("types-stream.arrow"), "wb") as out, pa.ipc.new_stream(out, schema) as writer:
    writer.write_table(table, max_chunksize=3)
with pa.OSFile(at("types-file.arrow"), "wb") as out, pa.ipc.new_file(out, schema) as writer:
    writer.write_table(table, max_chunksize=4)


def text(value):
    """A moment as DuckDB writes it: without zeros at the end of a fraction."""
    if not isinstance(value, dt.datetime):
        return value.isoformat()
    moment = value.isoformat(sep=" ")
    return moment.rstrip("0") if "." in moment else moment


with open(at("types.jsonl"), "w", encoding="utf-8") as out:
    for row in table.to_pylist():
        out.write(json.dumps(row, default=text, ensure_ascii=False) + "\n")

small = pa.table({"text": ["a", "b"]})
for codec in ("lz4", "zstd"):
    with pa.OSFile(at(codec + ".arrow"), "wb") as out:
        with pa.ipc.new_stream(out, small.schema, options=pa.ipc.IpcWriteOptions(compression=codec)) as writer:
            writer.write_table(small)
picture = pa.table({"text": ["a"], "picture": [b"\x00"]})
with pa.OSFile(at("binary.arrow"), "wb") as out, pa.ipc.new_stream(out, picture.schema) as writer:
    writer.write_table(picture)

chats = lambda name, n: datasets.Dataset.from_list(
    [{"messages": [{"role": "user", "content": f"{name} {i}"}, {"role": "assistant", "content": "ok"}]} for i in range(n)])
shutil.rmtree(at("saved"), ignore_errors=True)
datasets.DatasetDict({"train": chats("train", 7), "test": chats("test", 2)}).save_to_disk(at("saved"), num_shards={"train": 3, "test": 1})
