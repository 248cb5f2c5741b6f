/*
 * The report as SARIF 2.1.0 (OASIS Standard, Static Analysis Results Interchange Format), which
 * code-scanning services read. A finding without a source line is placed in the image itself.
 */
#include "tools/check/report.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"
#define TEXT_BYTES 700

static cJSON *message_of(const char *text)
{
    cJSON *const message = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(message, "text", text);
    return message;
}

static cJSON *location_of(const struct report *report, const struct check_finding *finding)
{
    const char *file = report->path;
    int line = 0;
    cJSON *const location = cJSON_CreateObject();
    cJSON *const place = cJSON_AddObjectToObject(location, "physicalLocation");
    const bool has_line = finding->function != CHECK_NO_FUNCTION &&
                          dwarf_line_at(report->lines, finding->addr, &file, &line);
    cJSON *const artifact = cJSON_AddObjectToObject(place, "artifactLocation");
    (void)cJSON_AddStringToObject(artifact, "uri", file);
    if (has_line && line > 0) {
        cJSON *const region = cJSON_AddObjectToObject(place, "region");
        (void)cJSON_AddNumberToObject(region, "startLine", line);
    }
    cJSON *const address = cJSON_AddObjectToObject(place, "address");
    (void)cJSON_AddNumberToObject(address, "absoluteAddress", finding->addr);
    return location;
}

static cJSON *result_of(const struct report *report, const struct check_finding *finding)
{
    char text[TEXT_BYTES];
    cJSON *const result = cJSON_CreateObject();
    const struct rule *const rule = rule_text(finding->rule);
    const char *const name = finding->function == CHECK_NO_FUNCTION
                                 ? "" : report->check->functions[finding->function].name;
    snprintf(text, sizeof text, "%s%s%s. %s", name, name[0] == 0 ? "" : " ", finding->text,
             rule->cure);
    (void)cJSON_AddStringToObject(result, "ruleId", rule->id);
    (void)cJSON_AddStringToObject(result, "level",
                                  finding->verdict == CHECK_REFUTED ? "error" : "warning");
    (void)cJSON_AddItemToObject(result, "message", message_of(text));
    cJSON *const locations = cJSON_AddArrayToObject(result, "locations");
    (void)cJSON_AddItemToArray(locations, location_of(report, finding));
    if (finding->waived != NULL) {
        cJSON *const list = cJSON_AddArrayToObject(result, "suppressions");
        cJSON *const suppression = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(suppression, "kind", "external");
        (void)cJSON_AddStringToObject(suppression, "justification", finding->waived);
        (void)cJSON_AddItemToArray(list, suppression);
    }
    return result;
}

static void add_tool(cJSON *run)
{
    cJSON *const tool = cJSON_AddObjectToObject(run, "tool");
    cJSON *const driver = cJSON_AddObjectToObject(tool, "driver");
    (void)cJSON_AddStringToObject(driver, "name", "nacre-check");
    cJSON *const rules = cJSON_AddArrayToObject(driver, "rules");
    for (unsigned i = 0; i < RULE_COUNT; i++) {
        const struct rule *const rule = rule_text((enum rule_id)i);
        cJSON *const object = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(object, "id", rule->id);
        (void)cJSON_AddItemToObject(object, "shortDescription", message_of(rule->title));
        (void)cJSON_AddItemToObject(object, "fullDescription", message_of(rule->why));
        (void)cJSON_AddItemToObject(object, "help", message_of(rule->cure));
        (void)cJSON_AddItemToArray(rules, object);
    }
}

static bool text_write(const char *text, const char *path)
{
    FILE *const file = fopen(path, "w");
    if (file == NULL) {
        return false;
    }
    const bool is_printed = fprintf(file, "%s\n", text) > 0;
    return fclose(file) == 0 && is_printed;
}

bool report_sarif(const struct report *report, const char *path)
{
    cJSON *const root = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(root, "$schema", SCHEMA);
    (void)cJSON_AddStringToObject(root, "version", "2.1.0");
    cJSON *const runs = cJSON_AddArrayToObject(root, "runs");
    cJSON *const run = cJSON_CreateObject();
    (void)cJSON_AddItemToArray(runs, run);
    add_tool(run);
    cJSON *const results = cJSON_AddArrayToObject(run, "results");
    for (uint32_t i = 0; i < report->check->finding_count; i++) {
        (void)cJSON_AddItemToArray(results, result_of(report, &report->check->findings[i]));
    }
    char *const text = cJSON_Print(root);
    const bool is_written = text != NULL && text_write(text, path);
    free(text);
    cJSON_Delete(root);
    return is_written;
}
