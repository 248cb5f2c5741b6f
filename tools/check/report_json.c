/*
 * The report for machines, as one JSON object.
 */
#include "tools/check/report.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

#define HEX_BYTES 11

static void add_hex(cJSON *object, const char *name, uint32_t value)
{
    char text[HEX_BYTES];
    snprintf(text, sizeof text, "0x%08x", value);
    (void)cJSON_AddStringToObject(object, name, text);
}

static void add_place(const struct report *report, const struct check_finding *finding,
                      cJSON *object)
{
    const struct check *const check = report->check;
    const char *file = NULL;
    int line = 0;
    add_hex(object, "address", finding->addr);
    if (finding->function != CHECK_NO_FUNCTION) {
        const struct check_function *const function = &check->functions[finding->function];
        (void)cJSON_AddStringToObject(object, "symbol", function->name);
        (void)cJSON_AddNumberToObject(object, "offset", finding->addr - function->entry);
    }
    if (finding->function != CHECK_NO_FUNCTION &&
        dwarf_line_at(report->lines, finding->addr, &file, &line)) {
        (void)cJSON_AddStringToObject(object, "file", file);
        (void)cJSON_AddNumberToObject(object, "line", line);
    }
    uint32_t steps[REPORT_STEPS_MAX];
    const uint32_t count = report_path(check, finding->function, steps, REPORT_STEPS_MAX);
    cJSON *const path = cJSON_AddArrayToObject(object, "path");
    for (uint32_t i = 0; i < count; i++) {
        (void)cJSON_AddItemToArray(path, cJSON_CreateString(check->functions[steps[i]].name));
    }
}

static cJSON *finding_of(const struct report *report, const struct check_finding *finding)
{
    cJSON *const object = cJSON_CreateObject();
    const struct rule *const rule = rule_text(finding->rule);
    (void)cJSON_AddStringToObject(object, "rule", rule->id);
    (void)cJSON_AddStringToObject(object, "verdict", report_verdict_name(finding->verdict));
    add_place(report, finding, object);
    if (finding->has_target) {
        add_hex(object, "target", finding->target);
        (void)cJSON_AddStringToObject(object, "target_symbol",
                                      check_name_at(report->check, finding->target));
    }
    (void)cJSON_AddStringToObject(object, "text", finding->text);
    (void)cJSON_AddStringToObject(object, "cure", rule->cure);
    if (finding->waived != NULL) {
        (void)cJSON_AddStringToObject(object, "reason", finding->waived);
    }
    return object;
}

static void add_config(const struct config *config, cJSON *root)
{
    cJSON *const roots = cJSON_AddArrayToObject(root, "roots");
    cJSON *const dark = cJSON_AddArrayToObject(root, "dark");
    for (uint32_t i = 0; i < config->root_count; i++) {
        (void)cJSON_AddItemToArray(roots, cJSON_CreateString(config->roots[i]));
    }
    for (uint32_t i = 0; i < config->range_count; i++) {
        char text[2 * HEX_BYTES];
        const struct image_range range = config->ranges[i].range;
        snprintf(text, sizeof text, "0x%08x-0x%08x", range.first, range.last);
        if (config->ranges[i].place == IMAGE_DARK) {
            (void)cJSON_AddItemToArray(dark, cJSON_CreateString(text));
        }
    }
}

static void add_loops(const struct report *report, cJSON *root)
{
    cJSON *const loops = cJSON_AddArrayToObject(root, "loops");
    for (uint32_t i = 0; i < report->check->loop_count; i++) {
        const struct check_loop *const loop = &report->check->loops[i];
        cJSON *const object = cJSON_CreateObject();
        add_hex(object, "address", loop->addr);
        (void)cJSON_AddStringToObject(object, "symbol",
                                      report->check->functions[loop->function].name);
        (void)cJSON_AddBoolToObject(object, "bounded", loop->is_bounded);
        if (loop->bound != 0) {
            (void)cJSON_AddNumberToObject(object, "bound", loop->bound);
        }
        (void)cJSON_AddItemToArray(loops, object);
    }
}

bool report_json(const struct report *report, FILE *out)
{
    const struct check *const check = report->check;
    cJSON *const root = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(root, "verdict", report_verdict_name(check_verdict_of(check)));
    (void)cJSON_AddStringToObject(root, "firmware", report->path);
    add_config(check->config, root);
    (void)cJSON_AddNumberToObject(root, "functions", check->function_count);
    (void)cJSON_AddNumberToObject(root, "instructions", check->instruction_count);
    if (check->stack_known) {
        (void)cJSON_AddNumberToObject(root, "stack_bytes", check->stack_bytes);
    } else {
        (void)cJSON_AddNullToObject(root, "stack_bytes");
    }
    cJSON *const findings = cJSON_AddArrayToObject(root, "findings");
    cJSON *const waived = cJSON_AddArrayToObject(root, "waived");
    for (uint32_t i = 0; i < check->finding_count; i++) {
        const struct check_finding *const finding = &check->findings[i];
        (void)cJSON_AddItemToArray(finding->waived == NULL ? findings : waived,
                                   finding_of(report, finding));
    }
    add_loops(report, root);
    char *const text = cJSON_Print(root);
    const bool is_printed = text != NULL && fprintf(out, "%s\n", text) > 0;
    free(text);
    cJSON_Delete(root);
    return is_printed;
}
