/*
 * What was found, for people and for machines.
 */
#ifndef TOOLS_CHECK_REPORT_H
#define TOOLS_CHECK_REPORT_H

#include "tools/check/check.h"
#include "tools/check/dwarf.h"

#include <stdio.h>

struct report {
    const struct check *check;
    struct dwarf_lines *lines; /* NULL without DWARF */
    const char *path;          /* of the firmware */
};

/* Print for people: worst first, then one line that sums up; with is_quiet that line alone. */
void report_text(const struct report *report, bool is_quiet, FILE *out);

/* Print one JSON object; false without memory. */
bool report_json(const struct report *report, FILE *out);

/* Write a SARIF 2.1.0 log for code-scanning services; false without memory or when it fails. */
bool report_sarif(const struct report *report, const char *path);

/* proved, refuted or undecided. */
const char *report_verdict_name(enum check_verdict verdict);

/* The steps from a root to a function, by index, the root first; at most `room` of the last. */
uint32_t report_path(const struct check *check, uint32_t function, uint32_t *steps, uint32_t room);
#define REPORT_STEPS_MAX 64u

#endif
