#!/usr/bin/env bash
# kill -9 of trainer, of site, of both, ROUNDS times each (default 10) at drawn moments; fails where the run has not measured what an undisturbed one measures.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build -c Release -v quiet -nologo RIL.Tests >&2
RIL_FAULT_ROUNDS=${1:-10} dotnet run -c Release --no-build --project RIL.Tests -- -class RIL.Tests.Web.Jobs.FaultTests
