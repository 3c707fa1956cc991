# Makes the files beside it: python make.py FOLDER (datasets 5.2, pyarrow 25, Pillow 12.3).
import decimal, io, os, sys
import pyarrow as pa, pyarrow.parquet as pq
from datasets import Dataset, Features, Image as Picture, List, Value
from PIL import Image

out = sys.argv[1]
text, whole = Value("string"), Value("int64")


def png(colour):
    buffer = io.BytesIO()
    Image.new("RGB", (4, 3), colour).save(buffer, "PNG")
    return buffer.getvalue()


# TRL's columns by Hugging Face datasets: three row groups, lists that are empty or null.
rows = [dict(
    id=f"q{i}",
    prompt=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "No picture" if i == 3 else f"<image>What is {i}?"}],
    images=[] if i == 3 else [{"bytes": png((i, 2 * i, 3 * i)), "path": None}],
    answer=f"a{i}", question_type=None if i % 2 else "even",
    teacher_responses=None if i == 5 else [{"teacher": "A", "text": f"é {i}"}, {"teacher": "B", "text": "𝄞"}]) for i in range(7)]
messages, answers = List({"role": text, "content": text}), List({"teacher": text, "text": text})
Dataset.from_list(rows, features=Features(dict(id=text, prompt=messages, images=List(Picture()), answer=text, question_type=text,
    teacher_responses=answers))).to_parquet(f"{out}/trl.parquet", batch_size=3)

rows = [dict(prompt=f"What is {i}?", image={"bytes": png((9, 9, i)), "path": f"p{i}.png"}, answer=i * 10**15) for i in range(4)]
Dataset.from_list(rows, features=Features(dict(prompt=text, image=Picture(), answer=whole))).to_parquet(f"{out}/single.parquet")

table = pa.Table.from_pylist([dict(
    data_source="geo3k", prompt=[{"role": "user", "content": f"<image>\nFind x{i}."}], images=[{"bytes": png((i, 0, 0)), "path": None}],
    ability="math", reward_model={"style": "rule", "ground_truth": str(i)}, extra_info={"split": "train", "index": i}) for i in range(5)])
pq.write_table(table, f"{out}/verl.parquet", row_group_size=2)

parts = pa.list_(pa.struct([("role", pa.large_string()), ("content", pa.large_list(pa.struct([("type", pa.string()), ("text", pa.string())])))]))
table = pa.Table.from_pylist([
    dict(prompt=[{"role": "user", "content": [{"type": "image", "text": None}, {"type": "text", "text": "Parts?"}]}], image=png((1, 2, 3)), solution=72.0),
    dict(prompt=[{"role": "user", "content": [{"type": "text", "text": "Only text"}]}], image=None, solution=0.5)],
    schema=pa.schema([("prompt", parts), ("image", pa.binary()), ("solution", pa.float64())]))
pq.write_table(table, f"{out}/parts.parquet", compression="zstd")
pq.write_table(table, f"{out}/pages2.parquet", data_page_version="2.0")
pq.write_table(pa.table({"prompt": ["?"], "answer": ["x"], "half": pa.array([0.5], pa.float16())}), f"{out}/half.parquet")

for compression in ["none", "snappy", "gzip", "brotli", "lz4", "zstd"]:
    table = pa.table({"prompt": [f"What {i % 5}?" for i in range(40)], "answer": pa.array([f"yes {i % 3}" for i in range(40)]).dictionary_encode()})
    pq.write_table(table, f"{out}/{compression}.parquet", compression=compression, row_group_size=16)

values = dict(
    int8=pa.array([-5, None], pa.int8()), uint64=pa.array([2**64 - 1, None], pa.uint64()), float32=pa.array([0.1, float("nan")], pa.float32()),
    float64=pa.array([1e3, None], pa.float64()), decimal=pa.array([decimal.Decimal("1.50"), None], pa.decimal128(10, 2)),
    bool=pa.array([True, None], pa.bool_()), date=pa.array([366, None], pa.date32()), null=pa.array([None, None], pa.null()))
for name, column in values.items():
    pq.write_table(pa.table({"prompt": ["a?", "b?"], "answer": column}), f"{out}/answer-{name}.parquet")
nested = pa.array([[["a", None], [], None], None], pa.list_(pa.list_(pa.string())))
pq.write_table(pa.table({"prompt": ["a?", "b?"], "answer": ["x", "y"], "tags": nested, "map": pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int32()))}), f"{out}/nested.parquet")
