/*
 * A session as JSON.
 */
#include "tools/demo/report.h"

#include <cjson/cJSON.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Microseconds to a nanosecond: more digits than the twin's clock justifies would only distract. */
static void add_us(cJSON *object, const char *name, uint64_t ps)
{
    cJSON_AddNumberToObject(object, name, round((double)ps / 1e3) / 1e3);
}

static void add_saves(cJSON *root, const struct ledger *ledger)
{
    cJSON *saves = cJSON_AddArrayToObject(root, "saves");
    for (size_t i = 0; i < ledger->save_count; i++) {
        const struct ledger_save *save = &ledger->saves[i];
        cJSON *item = cJSON_CreateObject();
        cJSON_AddNumberToObject(item, "line", save->line);
        cJSON_AddNumberToObject(item, "bytes_programmed", save->programmed_bytes);
        add_us(item, "durable_us", save->durable_ps);
        if (ledger->count != NULL) {
            cJSON_AddNumberToObject(item, "writes", save->writes);
            cJSON_AddNumberToObject(item, "bus_bytes", save->bus_bytes);
            add_us(item, "bus_us", save->bus_ps);
        } else {
            add_us(item, "longest_blackout_us", save->longest_blackout_ps);
            add_us(item, "dark_total_us", save->dark_ps);
            add_us(item, "latency_added_us", save->latency_added_ps);
        }
        cJSON_AddItemToArray(saves, item);
    }
}

static void add_boots(cJSON *root, const struct ledger *ledger)
{
    cJSON *boots = cJSON_AddArrayToObject(root, "boots");
    for (size_t i = 0; i < ledger->boot_count; i++) {
        const struct ledger_boot *boot = &ledger->boots[i];
        cJSON *item = cJSON_CreateObject();
        cJSON_AddNumberToObject(item, "line", boot->line);
        cJSON_AddStringToObject(item, "cut", boot->cut);
        cJSON *allowed = cJSON_AddArrayToObject(item, "allowed");
        for (unsigned k = 0; k < boot->allowed_count; k++) {
            cJSON_AddItemToArray(allowed, cJSON_CreateNumber(boot->allowed[k]));
        }
        cJSON_AddNumberToObject(item, "found", boot->found);
        cJSON_AddItemToArray(boots, item);
    }
}

static char *as_text(const struct report *report)
{
    cJSON *root = cJSON_CreateObject();
    if (root == NULL) return NULL;
    cJSON_AddNumberToObject(root, "violations", (double)report->violations);
    cJSON_AddNumberToObject(root, "wrong_values", (double)report->wrong_values);
    cJSON_AddNumberToObject(root, "erases", (double)report->ledger->erase_count);
    cJSON_AddStringToObject(root, "medium", report->medium);
    cJSON_AddStringToObject(root, "tear", report->tear);
    cJSON_AddNumberToObject(root, "seed", (double)report->seed);
    cJSON_AddStringToObject(root, "boot_state", report->boot_state);
    cJSON_AddStringToObject(root, "replay", report->replay);
    add_saves(root, report->ledger);
    add_boots(root, report->ledger);
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    return text;
}

int report_write(const struct report *report, const char *path)
{
    char *text = as_text(report);
    FILE *file = text != NULL ? fopen(path, "w") : NULL;
    int result = -1;
    if (file != NULL) {
        const bool written = fprintf(file, "%s\n", text) > 0;
        result = fclose(file) == 0 && written ? 0 : -1;
        if (result != 0) (void)remove(path);
    }
    cJSON_free(text);
    return result;
}
