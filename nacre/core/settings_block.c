/*
 * Strings and blobs. A string is stored without its end, which its length tells.
 */
#include "nacre/core/settings_parts.h"
#include "nacre/core/settings_type.h"

#include <string.h>

static enum nacre_err block_row(const struct nacre_settings *settings, uint32_t key,
                                enum nacre_type type, const struct nacre_setting **row)
{
    const enum nacre_err err = nacre_settings_row_of(settings, key, row);
    if (err != NACRE_OK) return err;
    return (*row)->type == (uint8_t)type ? NACRE_OK : NACRE_BAD_TYPE;
}

static enum nacre_err tell_state(const struct nacre_reading *reading, enum nacre_err err,
                                 struct nacre_setting_state *state)
{
    if (state == NULL) return err;
    if (err == NACRE_OK) *state = reading->state;
    if (err == NACRE_TOO_SMALL) state->length = reading->state.length;
    return err;
}

enum nacre_err nacre_settings_get_string(const struct nacre_settings *settings, uint32_t key,
                                         char *buf, uint32_t size,
                                         struct nacre_setting_state *state)
{
    const struct nacre_setting *row;
    enum nacre_err err = block_row(settings, key, NACRE_TYPE_STRING, &row);
    if (err != NACRE_OK) return err;
    if (buf == NULL && size != 0u) return NACRE_BAD_BUFFER;
    struct nacre_reading reading = {.buf = buf, .size = size != 0u ? size - 1u : 0u};
    err = nacre_settings_read(settings, row, &reading);
    if (err == NACRE_OK && size == 0u) err = NACRE_TOO_SMALL; /* for its end */
    if (err == NACRE_OK) {
        buf[reading.state.length] = '\0';
        reading.state.length = (uint32_t)strlen(buf);
    }
    return tell_state(&reading, err, state);
}

enum nacre_err nacre_settings_set_string(struct nacre_settings *settings, uint32_t key,
                                         const char *text)
{
    const struct nacre_setting *row;
    const enum nacre_err err = block_row(settings, key, NACRE_TYPE_STRING, &row);
    if (err != NACRE_OK) return err;
    if (text == NULL) return NACRE_BAD_BUFFER;
    const char *const end = memchr(text, '\0', row->size);
    if (end == NULL) return NACRE_UNTERMINATED;
    return nacre_settings_write(settings, row, text, (uint32_t)(end - text));
}

enum nacre_err nacre_settings_get_blob(const struct nacre_settings *settings, uint32_t key,
                                       void *buf, uint32_t size,
                                       struct nacre_setting_state *state)
{
    const struct nacre_setting *row;
    enum nacre_err err = block_row(settings, key, NACRE_TYPE_BLOB, &row);
    if (err != NACRE_OK) return err;
    struct nacre_reading reading = {.buf = buf, .size = size};
    err = nacre_settings_read(settings, row, &reading);
    return tell_state(&reading, err, state);
}

enum nacre_err nacre_settings_set_blob(struct nacre_settings *settings, uint32_t key,
                                       const void *bytes, uint32_t n)
{
    const struct nacre_setting *row;
    const enum nacre_err err = block_row(settings, key, NACRE_TYPE_BLOB, &row);
    if (err != NACRE_OK) return err;
    if (n > row->size) return NACRE_TOO_LARGE;
    if (bytes == NULL && n != 0u) return NACRE_BAD_BUFFER;
    return nacre_settings_write(settings, row, bytes, n);
}
