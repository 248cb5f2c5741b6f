/*
 * The report for people.
 */
#include "tools/check/report.h"

#include <string.h>

const char *report_verdict_name(enum check_verdict verdict)
{
    static const char *const names[] = {
        [CHECK_PROVED] = "proved", [CHECK_REFUTED] = "refuted", [CHECK_UNDECIDED] = "undecided"};
    return names[verdict];
}

uint32_t report_path(const struct check *check, uint32_t function, uint32_t *steps, uint32_t room)
{
    uint32_t count = 0;
    uint32_t at = function;
    for (; at != CHECK_NO_FUNCTION && count < room; at = check->functions[at].caller) {
        steps[count++] = at;
    }
    for (uint32_t i = 0; i < count / 2u; i++) {
        const uint32_t kept = steps[i];
        steps[i] = steps[count - 1u - i];
        steps[count - 1u - i] = kept;
    }
    return count;
}

static void print_where(const struct report *report, const struct check_finding *finding,
                        FILE *out)
{
    const struct check *const check = report->check;
    const char *file = NULL;
    int line = 0;
    if (finding->function == CHECK_NO_FUNCTION) {
        return;
    }
    const struct check_function *const function = &check->functions[finding->function];
    fprintf(out, "%s+0x%x", function->name, finding->addr - function->entry);
    if (dwarf_line_at(report->lines, finding->addr, &file, &line)) {
        fprintf(out, " (%s:%d)", file, line);
    }
    fputs(" ", out);
}

static void print_path(const struct check *check, uint32_t function, FILE *out)
{
    uint32_t steps[REPORT_STEPS_MAX];
    const uint32_t count = report_path(check, function, steps, REPORT_STEPS_MAX);
    if (count == 0) {
        return;
    }
    const char *const root = check->functions[steps[0]].root;
    fprintf(out, "    path: %s", root == NULL ? "..." : root);
    for (uint32_t i = 0; i < count; i++) {
        fprintf(out, " > %s", check->functions[steps[i]].name);
    }
    fputs("\n", out);
}

static void print_finding(const struct report *report, const struct check_finding *finding,
                          FILE *out)
{
    fprintf(out, "%s %s: ", finding->waived != NULL ? "waived"
                                                    : report_verdict_name(finding->verdict),
            rule_text(finding->rule)->id);
    print_where(report, finding, out);
    fprintf(out, "%s\n", finding->text);
    if (finding->waived != NULL) {
        fprintf(out, "    reason: %s\n", finding->waived);
        return;
    }
    print_path(report->check, finding->function, out);
    fprintf(out, "    cure: %s\n", rule_text(finding->rule)->cure);
}

static void print_sum(const struct report *report, FILE *out)
{
    const struct check *const check = report->check;
    uint32_t unbounded = 0;
    uint32_t waived = 0;
    for (uint32_t i = 0; i < check->loop_count; i++) {
        unbounded += check->loops[i].is_bounded ? 0 : 1u;
    }
    for (uint32_t i = 0; i < check->finding_count; i++) {
        waived += check->findings[i].waived != NULL ? 1u : 0;
    }
    fprintf(out, "%s: %s; %u functions, %u instructions, ", report->path,
            report_verdict_name(check_verdict_of(check)), check->function_count,
            check->instruction_count);
    if (check->stack_known) {
        fprintf(out, "at most %u bytes of stack", check->stack_bytes);
    } else {
        fputs("stack without a known bound", out);
    }
    fprintf(out, ", %u loops, %u without a bound that can be seen; %u waived; dark",
            check->loop_count, unbounded, waived);
    for (uint32_t i = 0; i < check->config->range_count; i++) {
        const struct config_range *const range = &check->config->ranges[i];
        if (range->place == IMAGE_DARK) {
            fprintf(out, " 0x%08x-0x%08x", range->range.first, range->range.last);
        }
    }
    fputs("\n", out);
}

static void print_all(const struct report *report, enum check_verdict verdict, bool is_waived,
                      FILE *out)
{
    for (uint32_t i = 0; i < report->check->finding_count; i++) {
        const struct check_finding *const finding = &report->check->findings[i];
        if ((finding->waived != NULL) == is_waived &&
            (is_waived || finding->verdict == verdict)) {
            print_finding(report, finding, out);
        }
    }
}

void report_text(const struct report *report, bool is_quiet, FILE *out)
{
    if (!is_quiet) {
        print_all(report, CHECK_REFUTED, false, out);
        print_all(report, CHECK_UNDECIDED, false, out);
        print_all(report, CHECK_PROVED, true, out);
    }
    print_sum(report, out);
}
