/*
 * The typed calls of settings, one pair a type: nacre_settings_get and nacre_settings_set with the
 * value's type checked by the compiler. They are inline, so that those that are not used cost
 * nothing, and so that no float is touched inside the library.
 *
 * Cost, Returns, Cut, Context  as nacre_settings_get and nacre_settings_set
 */
#ifndef NACRE_CORE_SETTINGS_TYPED_H
#define NACRE_CORE_SETTINGS_TYPED_H

#include "nacre/core/settings.h"

#include <stdbool.h>
#include <stdint.h>

NACRE_MUST_CHECK static inline enum nacre_err nacre_settings_get_bool(
    const struct nacre_settings *settings, uint32_t key, bool *value,
    struct nacre_setting_state *state)
{
    return nacre_settings_get(settings, key, NACRE_TYPE_BOOL, value, state);
}

NACRE_MUST_CHECK static inline enum nacre_err nacre_settings_set_bool(
    struct nacre_settings *settings, uint32_t key, bool value)
{
    return nacre_settings_set(settings, key, NACRE_TYPE_BOOL, &value);
}

NACRE_MUST_CHECK static inline enum nacre_err nacre_settings_get_u8(
    const struct nacre_settings *settings, uint32_t key, uint8_t *value,
    struct nacre_setting_state *state)
{
    return nacre_settings_get(settings, key, NACRE_TYPE_U8, value, state);
}

NACRE_MUST_CHECK static inline enum nacre_err nacre_settings_set_u8(
    struct nacre_settings *settings, uint32_t key, uint8_t value)
{
    return nacre_settings_set(settings, key, NACRE_TYPE_U8, &value);
}

NACRE_MUST_CHECK static inline enum nacre_err nacre_settings_get_u16(
    const struct nacre_settings *settings, uint32_t key, uint16_t *value,
    struct nacre_setting_state *state)
{
    return nacre_settings_get(settings, key, NACRE_TYPE_U16, value, state);
}

NACRE_MUST_CHECK static inline enum nacre_err nacre_settings_set_u16(
    struct nacre_settings *settings, uint32_t key, uint16_t value)
{
    return nacre_settings_set(settings, key, NACRE_TYPE_U16, &value);
}

NACRE_MUST_CHECK static inline enum nacre_err nacre_settings_get_u32(
    const struct nacre_settings *settings, uint32_t key, uint32_t *value,
    struct nacre_setting_state *state)
{
    return nacre_settings_get(settings, key, NACRE_TYPE_U32, value, state);
}

NACRE_MUST_CHECK static inline enum nacre_err nacre_settings_set_u32(
    struct nacre_settings *settings, uint32_t key, uint32_t value)
{
    return nacre_settings_set(settings, key, NACRE_TYPE_U32, &value);
}

NACRE_MUST_CHECK static inline enum nacre_err nacre_settings_get_u64(
    const struct nacre_settings *settings, uint32_t key, uint64_t *value,
    struct nacre_setting_state *state)
{
    return nacre_settings_get(settings, key, NACRE_TYPE_U64, value, state);
}

NACRE_MUST_CHECK static inline enum nacre_err nacre_settings_set_u64(
    struct nacre_settings *settings, uint32_t key, uint64_t value)
{
    return nacre_settings_set(settings, key, NACRE_TYPE_U64, &value);
}

NACRE_MUST_CHECK static inline enum nacre_err nacre_settings_get_i8(
    const struct nacre_settings *settings, uint32_t key, int8_t *value,
    struct nacre_setting_state *state)
{
    return nacre_settings_get(settings, key, NACRE_TYPE_I8, value, state);
}

NACRE_MUST_CHECK static inline enum nacre_err nacre_settings_set_i8(
    struct nacre_settings *settings, uint32_t key, int8_t value)
{
    return nacre_settings_set(settings, key, NACRE_TYPE_I8, &value);
}

NACRE_MUST_CHECK static inline enum nacre_err nacre_settings_get_i16(
    const struct nacre_settings *settings, uint32_t key, int16_t *value,
    struct nacre_setting_state *state)
{
    return nacre_settings_get(settings, key, NACRE_TYPE_I16, value, state);
}

NACRE_MUST_CHECK static inline enum nacre_err nacre_settings_set_i16(
    struct nacre_settings *settings, uint32_t key, int16_t value)
{
    return nacre_settings_set(settings, key, NACRE_TYPE_I16, &value);
}

NACRE_MUST_CHECK static inline enum nacre_err nacre_settings_get_i32(
    const struct nacre_settings *settings, uint32_t key, int32_t *value,
    struct nacre_setting_state *state)
{
    return nacre_settings_get(settings, key, NACRE_TYPE_I32, value, state);
}

NACRE_MUST_CHECK static inline enum nacre_err nacre_settings_set_i32(
    struct nacre_settings *settings, uint32_t key, int32_t value)
{
    return nacre_settings_set(settings, key, NACRE_TYPE_I32, &value);
}

NACRE_MUST_CHECK static inline enum nacre_err nacre_settings_get_i64(
    const struct nacre_settings *settings, uint32_t key, int64_t *value,
    struct nacre_setting_state *state)
{
    return nacre_settings_get(settings, key, NACRE_TYPE_I64, value, state);
}

NACRE_MUST_CHECK static inline enum nacre_err nacre_settings_set_i64(
    struct nacre_settings *settings, uint32_t key, int64_t value)
{
    return nacre_settings_set(settings, key, NACRE_TYPE_I64, &value);
}

NACRE_MUST_CHECK static inline enum nacre_err nacre_settings_get_float(
    const struct nacre_settings *settings, uint32_t key, float *value,
    struct nacre_setting_state *state)
{
    return nacre_settings_get(settings, key, NACRE_TYPE_FLOAT, value, state);
}

NACRE_MUST_CHECK static inline enum nacre_err nacre_settings_set_float(
    struct nacre_settings *settings, uint32_t key, float value)
{
    return nacre_settings_set(settings, key, NACRE_TYPE_FLOAT, &value);
}

#endif
