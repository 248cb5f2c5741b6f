/*
 * The report: lines of "key value unit" on the console. The first line is the version, the last one
 * a check sum over all lines before it.
 *
 * The check sum is CRC-32 (IEEE 802.3, as in zip) over each line's characters and one line feed, so
 * that it does not matter how a terminal ends its lines.
 */
#ifndef EXAMPLES_BRING_UP_REPORT_H
#define EXAMPLES_BRING_UP_REPORT_H

#include <stdint.h>

#define REPORT_VERSION 1u
#define REPORT_TIMES_MAX 64u

/* Durations of one kind in core cycles; those beyond the array only count. */
struct report_times {
    uint32_t count;
    uint32_t cycles[REPORT_TIMES_MAX];
};

void report_begin(uint32_t core_mhz);
void report_end(void);

/* "group.name value unit"; without a name "group value unit". unit "-" for what has none. */
void report_number(const char *group, const char *name, uint32_t value, const char *unit);
void report_hex(const char *group, const char *name, uint32_t value, const char *unit);
void report_word(const char *group, const char *name, const char *value, const char *unit);

/* As report_hex; the name is followed by number, two digits. */
void report_numbered(const char *group, const char *name, uint32_t number, uint32_t value);

/* Four lines, group.count and group.min, .typ, .max in ns; typ is the median. Sorts times. */
void report_times(const char *group, struct report_times *times);

/* The check sum of the last line, over n bytes. */
uint32_t report_crc32(const void *bytes, uint32_t n);

/* Core cycles in ns. */
uint32_t report_ns(uint32_t cycles);

void report_times_add(struct report_times *times, uint32_t cycles);
uint32_t report_times_longest(const struct report_times *times);
/* The median, in cycles; sorts. 0 if there is none. */
uint32_t report_times_typical(struct report_times *times);

#endif
