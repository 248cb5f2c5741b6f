/*
 * The oracle. Invariant: at most one key is doubtful, and only a cut, or an error that says so,
 * leaves it doubtful once its call is over.
 */
#include "tests/support/oracle.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static bool wrong(struct oracle *oracle, const char *format,
                                                        ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(oracle->why, sizeof oracle->why, format, args);
    va_end(args);
    return false;
}

static void value_copy(struct oracle_value *to, const struct oracle_value *from)
{
    to->is_set = from->is_set;
    to->n = from->n;
    memcpy(to->bytes, from->bytes, from->n);
}

static bool value_equals(const struct oracle_value *value, const void *bytes, uint32_t n)
{
    if (bytes == NULL) return !value->is_set;
    return value->is_set && value->n == n && memcmp(value->bytes, bytes, n) == 0;
}

/* A value in few characters: its length and its first bytes. */
static const char *value_text(const void *bytes, uint32_t n, char *buf, size_t size)
{
    if (bytes == NULL) {
        (void)snprintf(buf, size, "absent");
        return buf;
    }
    const uint8_t *const b = bytes;
    int at = snprintf(buf, size, "%u:", n);
    for (uint32_t i = 0; i < n && i < 8u; i++) {
        at += snprintf(buf + at, size - (size_t)at, "%02x", b[i]);
    }
    return buf;
}

void oracle_init(struct oracle *oracle, uint32_t key_count)
{
    oracle->key_count = key_count;
    oracle->why[0] = '\0';
    oracle_clear(oracle);
}

void oracle_clear(struct oracle *oracle)
{
    oracle->doubtful_key = oracle->key_count;
    oracle->is_under_way = false;
    oracle->doubtful.is_set = false;
    oracle->doubtful.n = 0;
    for (uint32_t i = 0; i < ORACLE_KEYS; i++) {
        oracle->current[i].is_set = false;
        oracle->current[i].n = 0;
    }
}

void oracle_copy(struct oracle *to, const struct oracle *from)
{
    to->key_count = from->key_count;
    to->doubtful_key = from->doubtful_key;
    to->is_under_way = from->is_under_way;
    value_copy(&to->doubtful, &from->doubtful);
    for (uint32_t i = 0; i < from->key_count; i++) value_copy(&to->current[i], &from->current[i]);
    memcpy(to->why, from->why, sizeof to->why);
}

void oracle_begin(struct oracle *oracle, uint32_t key, const void *value, uint32_t n)
{
    oracle->doubtful_key = key;
    oracle->is_under_way = true;
    oracle->doubtful.is_set = value != NULL;
    oracle->doubtful.n = value == NULL ? 0 : n;
    if (value != NULL && n != 0) memcpy(oracle->doubtful.bytes, value, n);
}

bool oracle_end(struct oracle *oracle, enum nacre_err err)
{
    const uint32_t key = oracle->doubtful_key;
    struct oracle_value *const current = &oracle->current[key];
    const bool removal = !oracle->doubtful.is_set;
    if (err == NACRE_UNSETTLED) return true;
    oracle->is_under_way = false;
    oracle->doubtful_key = oracle->key_count;
    switch (err) {
    case NACRE_OK:
        if (removal && !current->is_set) return wrong(oracle, "key %u: removed twice", key);
        value_copy(current, &oracle->doubtful);
        return true;
    case NACRE_NOT_FOUND:
        if (removal && !current->is_set) return true;
        return wrong(oracle, "key %u: not found, but it has a value", key);
    case NACRE_FULL:
    case NACRE_KEYS_FULL:
    case NACRE_READ_ONLY:
    case NACRE_BUSY:
    case NACRE_IO:
    case NACRE_VERIFY:
    case NACRE_TIMEOUT:
        return true;
    default:
        return wrong(oracle, "key %u: a set or removal answered %d", key, (int)err);
    }
}

void oracle_boot(struct oracle *oracle)
{
    oracle->is_under_way = false;
}

bool oracle_judge_value(struct oracle *oracle, uint32_t key, const void *value, uint32_t n)
{
    struct oracle_value *const current = &oracle->current[key];
    char found[48];
    char allowed[200];
    const bool is_old = value_equals(current, value, n);
    if (key != oracle->doubtful_key || oracle->is_under_way) {
        if (is_old) return true;
        return wrong(oracle, "key %u: found %s, allowed %s", key,
                     value_text(value, n, found, sizeof found),
                     oracle_allowed(oracle, key, allowed));
    }
    const bool is_new = value_equals(&oracle->doubtful, value, n);
    if (!is_old && !is_new) {
        return wrong(oracle, "key %u: found %s, allowed %s", key,
                     value_text(value, n, found, sizeof found),
                     oracle_allowed(oracle, key, allowed));
    }
    if (is_new) value_copy(current, &oracle->doubtful);
    oracle->doubtful_key = oracle->key_count;
    return true;
}

static bool judge_key(struct oracle *oracle, struct nacre_store *store, uint32_t key)
{
    uint8_t buf[NACRE_VALUE_BYTES_MAX];
    uint32_t n = 0;
    const enum nacre_err err = nacre_get(store, key, buf, sizeof buf, &n);
    if (err != NACRE_OK && err != NACRE_NOT_FOUND) {
        return wrong(oracle, "key %u: get answered %d", key, (int)err);
    }
    return oracle_judge_value(oracle, key, err == NACRE_OK ? buf : NULL, n);
}

static bool judge_walk(struct oracle *oracle, struct nacre_store *store)
{
    uint32_t key = 0;
    for (uint32_t i = 0; i < oracle->key_count; i++) {
        if (!oracle->current[i].is_set) continue;
        const enum nacre_err err = nacre_next(store, &key);
        if (err != NACRE_OK || key != i) {
            return wrong(oracle, "walk: answered %d, key %u, where key %u was due", (int)err, key,
                         i);
        }
        key++;
    }
    const enum nacre_err err = nacre_next(store, &key);
    if (err == NACRE_NOT_FOUND) return true;
    return wrong(oracle, "walk: answered %d, key %u, where the end was due", (int)err, key);
}

bool oracle_judge(struct oracle *oracle, struct nacre_store *store)
{
    for (uint32_t i = 0; i < oracle->key_count; i++) {
        if (!judge_key(oracle, store, i)) return false;
    }
    return judge_walk(oracle, store);
}

const char *oracle_allowed(const struct oracle *oracle, uint32_t key, char *buf)
{
    char old[48];
    char other[48];
    const struct oracle_value *const current = &oracle->current[key];
    const struct oracle_value *const doubtful = &oracle->doubtful;
    (void)value_text(current->is_set ? current->bytes : NULL, current->n, old, sizeof old);
    if (key != oracle->doubtful_key || oracle->is_under_way) {
        (void)snprintf(buf, 200, "%s", old);
        return buf;
    }
    (void)value_text(doubtful->is_set ? doubtful->bytes : NULL, doubtful->n, other, sizeof other);
    (void)snprintf(buf, 200, "%s or %s", old, other);
    return buf;
}
