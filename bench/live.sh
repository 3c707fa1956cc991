#!/usr/bin/env bash
# How soon a metric that a real trainer logs is painted in a browser, what 50 viewers and ten pages cost the trainer, and what an open page needs of memory.
#   bench/live.sh [ROUNDS]      ROUNDS: of 36 seconds each, in which viewers come to a run that trains and leave it again, measured in two ways (default 12, half an hour with the rest); on an idle machine
# Needs Chromium (see the README's test command). Tables go to artifacts/bench/ (Markdown and JSON).
set -euo pipefail
cd "$(dirname "$0")/.."
export RIL_BENCH_OUT=${RIL_BENCH_OUT:-$PWD/artifacts/bench} RIL_BENCH_ROUNDS=${1:-${RIL_BENCH_ROUNDS:-12}}
dotnet build -c Release -v quiet -nologo RIL.Tests >&2
dotnet run -c Release --no-build --project RIL.Tests -- -explicit only -class RIL.Tests.Bench.LiveBench
