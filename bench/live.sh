#!/usr/bin/env bash
# How soon a metric that a real trainer logs is painted in a browser, what 50 viewers cost the trainer, and what an open page needs of memory.
#   bench/live.sh
# Trainings with and without viewers alternate, RIL_BENCH_ROUNDS times (default 3). Needs Chromium (see the README's test command). Tables go to artifacts/bench/ (Markdown and JSON).
set -euo pipefail
cd "$(dirname "$0")/.."
export RIL_BENCH_OUT=${RIL_BENCH_OUT:-$PWD/artifacts/bench}
dotnet build -c Release -v quiet -nologo RIL.Tests >&2
dotnet run -c Release --no-build --project RIL.Tests -- -explicit only -class RIL.Tests.Bench.LiveBench
