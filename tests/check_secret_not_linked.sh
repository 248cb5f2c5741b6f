#!/usr/bin/env bash
# An application that opens no secrets has nothing of them in it.
#
# usage: check_secret_not_linked.sh NM WITH WITHOUT... FIRMWARE_DIR
#
# NM lists symbols. WITH is a program that opens secrets: the search must find them there. Each
# WITHOUT, and each firmware image (*.elf) under FIRMWARE_DIR, must have no symbol of secret.c or of
# the PSA adapter.
set -euo pipefail

nm=$1
with=$2
firmware=${*: -1}
without=("${@:3:$#-3}")

found() {
    "$nm" "$1" | grep -E ' (nacre_secrets?_[a-z]|nacre_psa_|secrets_ops|psa_ops)' || true
}

if [ -z "$(found "$with")" ]; then
    echo "the search is blind: $with has no symbol of the secrets"
    exit 1
fi
mapfile -t images < <(find "$firmware" -name '*.elf' 2>/dev/null)
bad=0
for program in "${without[@]}" "${images[@]}"; do
    symbols=$(found "$program")
    if [ -n "$symbols" ]; then
        printf '%s has:\n%s\n' "$program" "$symbols"
        bad=1
    fi
done
echo "$((${#without[@]} + ${#images[@]})) programs looked at, ${#images[@]} of them firmware"
exit $bad
