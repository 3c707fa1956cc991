#!/usr/bin/env bash
# Shows that a checkpoint written by this trainer opens in transformers and says the same there.
#   bench/same_in_transformers.sh CHECKPOINT [ROOT] [QUESTIONS]     CHECKPOINT: for instance RUN/student; ROOT: where the peers are installed (default ~/.cache/ril-peers)
# Both sides answer the same questions of the embedded example greedily; prints one JSON line with the number of equal answers and the first that differ.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$(dirname "$here")
checkpoint=${1:?"usage: bench/same_in_transformers.sh CHECKPOINT [ROOT] [QUESTIONS]"}
root=${2:-$HOME/.cache/ril-peers}
questions=${3:-200}
[ -x "$root/opt/venv/bin/python" ] || { echo "bench/same_in_transformers.sh: there are no peers in $root; install them with shared/peers/setup.sh first." >&2; exit 2; }
work=$root/tmp/ril-same
rm -rf "$work"
mkdir -p "$work"
cp -r "$checkpoint" "$work/model"
ril() { dotnet run -c Release --project "$repository/RIL.Training" -- "$@"; }
ril quickstart export "quickstart:test:7:$questions" --output "$work/data" >&2
ril evaluate "$checkpoint" --preset quickstart --dataset "$work/data/data.jsonl" --limit "$questions" --answers "$work/ours.jsonl" --json >&2
chroot "$root" env OMP_WAIT_POLICY=passive /opt/venv/bin/python - <<'PY'
import json, torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor
folder = "/tmp/ril-same"
model = AutoModelForImageTextToText.from_pretrained(folder + "/model", dtype=torch.float32).eval()
processor = AutoProcessor.from_pretrained(folder + "/model")
rows = [json.loads(line) for line in open(folder + "/data/data.jsonl")]
ours = [json.loads(line)["answer"] for line in open(folder + "/ours.jsonl")]
same, different = 0, []
for row, mine in zip(rows, ours):
    images = [Image.open(f"{folder}/data/{name}").convert("RGB") for name in row["images"]]
    prompt = row["prompt"]
    if isinstance(prompt, str):
        parts = prompt.split("<image>")
        prompt = [dict(role="user", content=[p for i, text in enumerate(parts) for p in ([dict(type="image")] if i else []) + ([dict(type="text", text=text)] if text else [])])]
    text = processor.apply_chat_template(prompt, add_generation_prompt=True)
    inputs = processor(text=[text], images=images, return_tensors="pt")
    with torch.no_grad():
        out = model.generate(**inputs, max_new_tokens=32, do_sample=False)
    theirs = processor.tokenizer.decode(out[0, inputs["input_ids"].shape[1]:], skip_special_tokens=True)
    if theirs == mine: same += 1
    else: different.append(dict(id=row.get("id"), ours=mine, theirs=theirs))
print(json.dumps(dict(questions=len(rows), equal=same, different=different[:5])))
PY
