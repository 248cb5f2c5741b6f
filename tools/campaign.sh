#!/usr/bin/env bash
# make campaign: the power-cut tests with many more trials. An hour or so on two cores.
#
# usage: tools/campaign.sh [FACTOR]     how many times the trials of `make test`; 20 if not given
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup
tools/build.sh firmware all
tools/build.sh host all
tools/build.sh sanitize all
export NACRE_CAMPAIGN="${1:-20}"
echo "campaign  $NACRE_CAMPAIGN times the trials of make test"
# Not by ctest: its time limits are those of make test.
shopt -s nullglob
programs=(build/host/tests/test_*cuts build/sanitize/tests/test_*cuts)
if [ ${#programs[@]} -eq 0 ]; then
    echo "no power-cut test was built" >&2
    exit 2
fi
failed=0
for program in "${programs[@]}"; do
    echo "run       $program"
    "$program" || failed=$((failed + 1))
done
echo "$((${#programs[@]} - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
