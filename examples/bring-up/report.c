/*
 * Lines of the report, and what is counted over many measurements.
 */
#include "examples/bring-up/report.h"

#include "examples/bring-up/board.h"

#include <stddef.h>
#include <string.h>

#define LINE_BYTES 96u
#define CRC_32 0xEDB88320u
#define CRC_START 0xFFFFFFFFu
#define NUMBER_BYTES 11u

static char line[LINE_BYTES];
static uint32_t line_n;
static uint32_t crc;
static uint32_t cycles_per_us;

static uint32_t crc_of(uint32_t running, const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < 8u * n; i++) {
        if (i % 8u == 0) running ^= bytes[i / 8u];
        running = (running & 1u) != 0 ? running >> 1 ^ CRC_32 : running >> 1;
    }
    return running;
}

uint32_t report_crc32(const void *bytes, uint32_t n)
{
    return ~crc_of(CRC_START, bytes, n);
}

static void add(const char *text)
{
    for (; *text != '\0' && line_n < LINE_BYTES - 2u; text++) {
        line[line_n++] = *text;
    }
}

static const char *decimal(uint32_t value, char text[NUMBER_BYTES])
{
    uint32_t at = NUMBER_BYTES - 1u;

    text[at] = '\0';
    do {
        text[--at] = (char)('0' + value % 10u);
        value /= 10u;
    } while (value != 0);
    return &text[at];
}

static const char *digits(uint32_t value, uint32_t count, char text[NUMBER_BYTES])
{
    for (uint32_t i = 0; i < count; i++) {
        text[i] = "0123456789ABCDEF"[value >> 4u * (count - 1u - i) & 0xFu];
    }
    text[count] = '\0';
    return text;
}

void report_word(const char *group, const char *name, const char *value, const char *unit)
{
    line_n = 0;
    add(group);
    if (name != NULL) add(".");
    if (name != NULL) add(name);
    add(" ");
    add(value);
    add(" ");
    add(unit);
    line[line_n++] = '\n';
    crc = crc_of(crc, (const uint8_t *)line, line_n);
    line[line_n - 1u] = '\0';
    board_send(line);
    board_send("\r\n");
}

void report_number(const char *group, const char *name, uint32_t value, const char *unit)
{
    char text[NUMBER_BYTES];

    report_word(group, name, decimal(value, text), unit);
}

void report_hex(const char *group, const char *name, uint32_t value, const char *unit)
{
    char text[NUMBER_BYTES];

    report_word(group, name, digits(value, 8, text), unit);
}

void report_numbered(const char *group, const char *name, uint32_t number, uint32_t value)
{
    char numbered[24];
    char two[NUMBER_BYTES];
    const size_t n = strlen(name);

    memcpy(numbered, name, n);
    numbered[n] = (char)('0' + number / 10u % 10u);
    numbered[n + 1u] = (char)('0' + number % 10u);
    numbered[n + 2u] = '\0';
    report_word(group, numbered, digits(value, 8, two), "hex");
}

uint32_t report_ns(uint32_t cycles)
{
    return (uint32_t)((uint64_t)cycles * 1000u / cycles_per_us);
}

void report_times_add(struct report_times *times, uint32_t cycles)
{
    if (times->count < REPORT_TIMES_MAX) times->cycles[times->count] = cycles;
    times->count++;
}

static uint32_t held(const struct report_times *times)
{
    return times->count < REPORT_TIMES_MAX ? times->count : REPORT_TIMES_MAX;
}

static void sort(struct report_times *times)
{
    for (uint32_t i = 1; i < held(times); i++) {
        const uint32_t one = times->cycles[i];
        uint32_t at = i;

        for (; at > 0 && times->cycles[at - 1u] > one; at--) {
            times->cycles[at] = times->cycles[at - 1u];
        }
        times->cycles[at] = one;
    }
}

uint32_t report_times_longest(const struct report_times *times)
{
    uint32_t longest = 0;

    for (uint32_t i = 0; i < held(times); i++) {
        if (times->cycles[i] > longest) longest = times->cycles[i];
    }
    return longest;
}

uint32_t report_times_typical(struct report_times *times)
{
    if (times->count == 0) return 0;
    sort(times);
    return times->cycles[held(times) / 2u];
}

void report_times(const char *group, struct report_times *times)
{
    report_number(group, "count", times->count, "-");
    if (times->count == 0) return;
    report_number(group, "typ", report_ns(report_times_typical(times)), "ns");
    report_number(group, "min", report_ns(times->cycles[0]), "ns");
    report_number(group, "max", report_ns(times->cycles[held(times) - 1u]), "ns");
}

void report_begin(uint32_t core_mhz)
{
    crc = CRC_START;
    cycles_per_us = core_mhz != 0 ? core_mhz : 1u;
    report_number("bringup", NULL, REPORT_VERSION, "version");
}

void report_end(void)
{
    report_hex("end", NULL, ~crc, "crc32");
    board_flush();
}
