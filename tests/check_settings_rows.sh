#!/bin/sh
# A row of a settings' table that contradicts itself does not compile, and the compiler says why.
# usage: check_settings_rows.sh COMPILER SOURCE_DIR
set -u
compiler=$1
root=$2
failed=0

compile() { # the row
    printf '%s\n' '#include "nacre/core/settings_table.h"' \
        'static const uint8_t array[] = {1, 2, 3};' \
        'extern const struct nacre_setting table[];' \
        'const struct nacre_setting table[] = {' "    {$1}," '};' \
        'extern const uint8_t *use; const uint8_t *use = array;' |
        LC_ALL=C "$compiler" -std=c11 -Wall -Wextra -Werror -Wconversion -fsyntax-only -I "$root" \
            -x c - 2>&1
}

good() {
    said=$(compile "$1") || { echo "refused, but good: $1"; echo "$said"; failed=1; }
}

bad() { # the message, the row
    if said=$(compile "$2"); then
        echo "compiled, but bad: $2"
        failed=1
    elif ! printf '%s' "$said" | grep -q "static.assert.*\"$1\""; then
        echo "refused for another reason: $2"
        echo "$said"
        failed=1
    fi
}

good 'NACRE_SETTING_U8(1, "a", 255, 0, 255), .flags = NACRE_COALESCED'
good 'NACRE_SETTING_U16(1u, "a", 0u, 0u, UINT16_MAX)'
good 'NACRE_SETTING_U32(0, "a", UINT32_MAX, 0, UINT32_MAX)'
good 'NACRE_SETTING_U64(0x3DFF, "a", UINT64_MAX, 0, UINT64_MAX)'
good 'NACRE_SETTING_U64(1, "a", 0, 0, 0)'
good 'NACRE_SETTING_I8(1, "a", -128, INT8_MIN, INT8_MAX)'
good 'NACRE_SETTING_I16(1, "a", -5, -30000, -5)'
good 'NACRE_SETTING_I32(1, "a", INT32_MIN, INT32_MIN, INT32_MAX)'
good 'NACRE_SETTING_I64(1, "a", INT64_MIN, INT64_MIN, INT64_MAX)'
good 'NACRE_SETTING_BOOL(1, "a", 1)'
good 'NACRE_SETTING_FLOAT(1, "a", 0.5f, -1.0f, 1.0f)'
good 'NACRE_SETTING_ONE_OF(NACRE_TYPE_I8, 1, "a", -5, -5, 0, 5)'
good 'NACRE_SETTING_STRING(1, "a", "", 2)'
good 'NACRE_SETTING_STRING(1, "a", "seven77", 8), .flags = NACRE_FACTORY'
good 'NACRE_SETTING_BLOB(1, "a", 1024)'
good 'NACRE_SETTING_BLOB_FROM(1, "a", array, 3)'

outside='the default is outside its limits'
limit='a limit is outside the type'
bad "$outside" 'NACRE_SETTING_U8(1, "a", 10, 0, 9)'
bad "$outside" 'NACRE_SETTING_U8(1, "a", 0, 1, 9)'
bad "$outside" 'NACRE_SETTING_U8(1, "a", 5, 9, 1)'
bad "$outside" 'NACRE_SETTING_BOOL(1, "a", 2)'
bad "$outside" 'NACRE_SETTING_I16(1, "a", -6, -5, 5)'
bad "$outside" 'NACRE_SETTING_I64(1, "a", INT64_MIN, -5, 5)'
bad "$outside" 'NACRE_SETTING_U64(1, "a", UINT64_MAX, 0, 5)'
bad "$outside" 'NACRE_SETTING_U64(1, "a", 0, 1, 5)'
bad "$limit" 'NACRE_SETTING_U8(1, "a", 0, 0, 256)'
bad "$limit" 'NACRE_SETTING_U16(1, "a", 0, -1, 5)'
bad "$limit" 'NACRE_SETTING_U32(1, "a", 0, 0, 0x100000000)'
bad "$limit" 'NACRE_SETTING_U64(1, "a", 0, -1, 5)'
bad "$limit" 'NACRE_SETTING_I8(1, "a", 0, -129, 5)'
bad "$limit" 'NACRE_SETTING_I16(1, "a", 0, 0, 32768)'
bad "$limit" 'NACRE_SETTING_I32(1, "a", 0, 0, 0x80000000)'
bad 'the key is out of range' 'NACRE_SETTING_BOOL(0x3E00, "a", 0)'
bad 'the key is out of range' 'NACRE_SETTING_BOOL(-1, "a", 0)'
bad 'the default is longer than the size' 'NACRE_SETTING_STRING(1, "a", "eight888", 8)'
bad 'the default is longer than the size' 'NACRE_SETTING_BLOB_FROM(1, "a", array, 2)'
bad 'a string has 2 to NACRE_VALUE_BYTES_MAX bytes' 'NACRE_SETTING_STRING(1, "a", "", 1)'
bad 'a string has 2 to NACRE_VALUE_BYTES_MAX bytes' 'NACRE_SETTING_STRING(1, "a", "", 1025)'
bad 'a blob has 1 to NACRE_VALUE_BYTES_MAX bytes' 'NACRE_SETTING_BLOB(1, "a", 0)'
bad 'a blob has 1 to NACRE_VALUE_BYTES_MAX bytes' 'NACRE_SETTING_BLOB(1, "a", 1025)'
bad 'a blob has 1 to NACRE_VALUE_BYTES_MAX bytes' 'NACRE_SETTING_BLOB_FROM(1, "a", array, 1025)'

[ "$failed" = 0 ] && echo "rows: all as they should be"
exit "$failed"
