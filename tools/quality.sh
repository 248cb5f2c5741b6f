#!/usr/bin/env bash
# make quality: how well the tests hold nacre/core: branches taken, and mutants killed.
#
# usage: tools/quality.sh [MUTANTS]      300 mutants unless said otherwise
set -uo pipefail
cd "$(dirname "$0")/.."
status=0
nice python3 tools/coverage.py || status=1
nice python3 tools/mutate.py --count "${1:-300}" || status=1
echo "quality   build/quality.json"
exit $status
