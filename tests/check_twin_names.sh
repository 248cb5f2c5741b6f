#!/bin/sh
# No function of the twin may bear the name of one that libunicorn exports: the library would call
# the twin's. Three are meant, see twin/cpu_unicorn.c.
#   check_twin_names.sh <libtwin.a>
set -eu
library=$(ldconfig -p | sed -n 's/.*libunicorn\.so\.2 .*=> //p' | head -n 1)
[ -n "$library" ] || { echo "libunicorn.so.2 is not there"; exit 1; }
meant='page_collection_lock_arm page_collection_unlock_arm g_try_malloc_n'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
nm -D --defined-only "$library" | awk '{print $3}' | sed 's/@.*//' | sort -u > "$work/theirs"
nm --defined-only "$1" | awk 'NF == 3 && $2 ~ /[TDRB]/ {print $3}' | sort -u > "$work/ours"
[ -s "$work/theirs" ] && [ -s "$work/ours" ] || { echo "no names found"; exit 1; }
for name in $meant; do
    grep -qx "$name" "$work/theirs" || { echo "libunicorn has no $name any more"; exit 1; }
done
comm -12 "$work/theirs" "$work/ours" | grep -vx "$(echo "$meant" | tr ' ' '\n')" > "$work/both" || :
if [ -s "$work/both" ]; then
    echo "names of libunicorn's own:"
    cat "$work/both"
    exit 1
fi
echo "no name in common but those meant"
