#!/usr/bin/env bash
# How much metrics and runs the site's database takes and how fast it gives them back, beside a real MLflow server in the same run.
#   bench/storage.sh [ROOT]     ROOT: where ../shared/peers/setup.sh installed the peers (default ~/.cache/ril-peers); without it our side is measured alone
# The sides alternate, RIL_BENCH_ROUNDS times (default 3), medians. RIL_BENCH_RUNS=5000 runs of 500 metrics fill the list.
# RIL_BENCH_SHAPES="3000x20000" measures the whole shape that one run may have (metrics x steps; needs 7 GB of disk and many minutes) instead of a share of it in each direction. Tables go to artifacts/bench/ (Markdown and JSON).
set -euo pipefail
cd "$(dirname "$0")/.."
root=${1:-$HOME/.cache/ril-peers}
peers=${PEERS:-../shared/peers}
export RIL_BENCH_OUT=${RIL_BENCH_OUT:-$PWD/artifacts/bench}
if [ -x "$root/opt/venv/bin/python" ] && [ -f "$peers/bench_mlflow.py" ]; then
  cp "$peers/bench_mlflow.py" "$root/tmp/bench_mlflow.py"
  export RIL_BENCH_PEER="chroot '$root' /opt/venv/bin/python /tmp/bench_mlflow.py --runs 500 2>/dev/null | tail -n 1"
else
  echo "bench/storage.sh: there are no peers in $root; measuring our side alone." >&2
fi
dotnet build -c Release -v quiet -nologo RIL.Tests >&2
dotnet run -c Release --no-build --project RIL.Tests -- -explicit only -class RIL.Tests.Bench.StorageBench -class RIL.Tests.Bench.PaletteBench
