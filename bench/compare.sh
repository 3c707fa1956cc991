#!/usr/bin/env bash
# One reinforcement step of this trainer beside transformers' generate(), a hand-tuned PyTorch loop and TRL's GRPOTrainer, on the same model and prompts.
#   bench/compare.sh [ROOT]     ROOT: where ../shared/peers/setup.sh installed the peers (default ~/.cache/ril-peers)
# The sides alternate, three times each, with their best settings; prints one JSON line a size with the medians and the ratios (ours over theirs; memory theirs over ours).
# SIZES="nano small" and RUNS=3 can be overridden; base (115 M parameters, prompts of 280 tokens) takes minutes a step, so it makes one unless STEPS says otherwise.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$(dirname "$here")
peers=${PEERS:-$repository/../shared/peers}
root=${1:-$HOME/.cache/ril-peers}
runs=${RUNS:-3}
threads=${THREADS:-2}
[ -x "$root/opt/venv/bin/python" ] || { echo "bench/compare.sh: there are no peers in $root; run $peers/setup.sh $root first." >&2; exit 2; }

dotnet build -c Release -v quiet -nologo "$repository/RIL.Training" >&2
work=$root/tmp/ril-compare
mkdir -p "$work"
cp "$peers/bench_torch.py" "$peers/bench_trl.py" "$work/"
peer() { # best settings of PyTorch: passive waiting, both pools of threads of the same size
  chroot "$root" env OMP_WAIT_POLICY=passive OPENBLAS_NUM_THREADS="$threads" OMP_NUM_THREADS="$threads" /opt/venv/bin/python "$@" 2>/dev/null | tail -n 1
}
ours() { dotnet run -c Release --no-build --project "$repository/RIL.Training" -- bench --workload "$1" --steps "$steps" --threads "$threads" 2>/dev/null | tail -n 1; }

for size in ${SIZES:-nano small}; do
  folder=/tmp/ril-compare/$size
  steps=${STEPS:-5}
  shape=()
  if [ "$size" = base ]; then
    steps=${STEPS:-1}
    shape=(--patches 32 --prompts 4 --generations 8 --new-tokens 64)
  fi
  results=$work/$size.jsonl
  mkdir -p "$root$folder"
  [ -f "$root$folder/workload.safetensors" ] || peer /tmp/ril-compare/bench_torch.py make "$folder" --size "$size" "${shape[@]}" >&2
  : > "$results"
  for run in $(seq "$runs"); do
    echo "$size, round $run of $runs" >&2
    ours "$root$folder" >> "$results"
    peer /tmp/ril-compare/bench_torch.py run "$folder" --mode generate --steps "$steps" --threads "$threads" >> "$results"
    peer /tmp/ril-compare/bench_torch.py run "$folder" --mode compact --steps "$steps" --threads "$threads" >> "$results"
    peer /tmp/ril-compare/bench_trl.py "$folder" --steps "$steps" --threads "$threads" >> "$results"
  done
  chroot "$root" /opt/venv/bin/python - "/tmp/ril-compare/$size.jsonl" "$size" <<'PY'
import json, statistics, sys
rows = [json.loads(line) for line in open(sys.argv[1]) if line.strip()]
sides = {"ours": "ril", "generate": "transformers generate", "compact": "transformers compact", "trl": "trl GRPOTrainer"}
median = lambda side, key: statistics.median(r[key] for r in rows if r["engine"] == sides[side])
step = {s: median(s, "step_tokens_per_s") for s in sides}
sample = {s: median(s, "sample_tokens_per_s") for s in sides if s != "trl"}
memory = {s: median(s, "peak_rss_mb") for s in sides}
print(json.dumps(dict(size=sys.argv[2], parameters=rows[0]["parameters"], runs=sum(r["engine"] == "ril" for r in rows),
    step_ratio_generate=round(step["ours"] / step["generate"], 2), step_ratio_compact=round(step["ours"] / step["compact"], 2), step_ratio_trl=round(step["ours"] / step["trl"], 2),
    sample_ratio_generate=round(sample["ours"] / sample["generate"], 2), memory_ratio_generate=round(memory["generate"] / memory["ours"], 2),
    step_tokens_per_s=step, sample_tokens_per_s=sample, peak_rss_mb=memory)))
PY
done
