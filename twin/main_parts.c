/*
 * Options and report of nacre-twin about the parts on the serial buses.
 */
#include "twin/main_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twin/parts/part.h"

static const char *const fault_names[] = {
    [TWIN_FAULT_NO_ACK] = "no-ack",     [TWIN_FAULT_LOST] = "lost",
    [TWIN_FAULT_BUS_ERROR] = "error",   [TWIN_FAULT_SDA_LOW] = "sda-low",
    [TWIN_FAULT_SCL_LOW] = "scl-low",   [TWIN_FAULT_HANG] = "hang",
    [TWIN_FAULT_MISO_LOW] = "miso-low", [TWIN_FAULT_MISO_HIGH] = "miso-high"};

bool main_parts_add(struct main_parts *parts, const char *text, struct twin_cfg *cfg)
{
    const char *const equals = strchr(text, '=');
    const size_t n = equals == NULL ? strlen(text) : (size_t)(equals - text);
    if (parts->count == TWIN_PARTS || n >= sizeof parts->name[0]) return false;
    char *const name = parts->name[parts->count];
    memcpy(name, text, n);
    name[n] = '\0';
    parts->file[parts->count] = equals == NULL ? NULL : equals + 1;
    cfg->part[parts->count] = name;
    parts->count++;
    return true;
}

/* The numbers behind the kind, as many as there are. */
static bool parse_numbers(const char *text, uint64_t *values, uint32_t room)
{
    for (uint32_t i = 0; *text != '\0'; i++) {
        char *end = NULL;
        if (i == room || text[0] != ',' || text[1] < '0' || text[1] > '9') return false;
        values[i] = strtoull(text + 1, &end, 0);
        text = end;
    }
    return true;
}

bool main_parts_disturb(struct main_parts *parts, const char *text)
{
    const size_t n = strcspn(text, ",");
    uint64_t values[4] = {0, 1, 0, 0};
    struct twin_bus_fault *const fault = &parts->fault;
    memset(fault, 0, sizeof *fault);
    for (uint32_t i = 1; i < sizeof fault_names / sizeof fault_names[0]; i++) {
        if (strlen(fault_names[i]) == n && strncmp(fault_names[i], text, n) == 0) {
            fault->kind = (enum twin_bus_fault_kind)i;
        }
    }
    if (fault->kind == TWIN_FAULT_NONE || !parse_numbers(text + n, values, 4)) return false;
    fault->transfer = values[0];
    fault->count = values[1];
    fault->at = (uint32_t)values[2];
    fault->length = (uint32_t)values[3];
    parts->has_fault = true;
    return true;
}

/* A file that is not there leaves the part as it comes from its maker. */
static bool load(const char *path, struct part *part)
{
    const uint32_t room = part_row(part)->size_bytes;
    FILE *const file = fopen(path, "rb");
    if (file == NULL) return true;
    uint8_t *const bytes = malloc((size_t)room + 1u);
    const size_t n = bytes == NULL ? 0u : fread(bytes, 1, (size_t)room + 1u, file);
    const bool done = bytes != NULL && n <= room && part_load(part, 0, bytes, (uint32_t)n);
    free(bytes);
    (void)fclose(file);
    return done;
}

bool main_parts_load(const struct main_parts *parts, struct twin *twin)
{
    for (uint32_t i = 0; i < parts->count; i++) {
        if (parts->file[i] == NULL || load(parts->file[i], twin_part(twin, i))) continue;
        (void)fprintf(stderr, "nacre-twin: %s is no image of %s\n", parts->file[i],
                      parts->name[i]);
        return false;
    }
    if (parts->has_fault) twin_bus_fault_plan(twin, &parts->fault);
    return true;
}

static bool save(const char *path, const struct part *part)
{
    const uint32_t n = part_row(part)->size_bytes;
    FILE *const file = fopen(path, "wb");
    if (file == NULL) return false;
    const bool done = fwrite(part_bytes(part), 1, n, file) == n;
    return fclose(file) == 0 && done;
}

bool main_parts_save(const struct main_parts *parts, const struct twin *twin)
{
    for (uint32_t i = 0; i < parts->count; i++) {
        if (parts->file[i] == NULL || save(parts->file[i], twin_part(twin, i))) continue;
        (void)fprintf(stderr, "%s: cannot be written\n", parts->file[i]);
        return false;
    }
    return true;
}

static void print_part(const struct part *part, const char *comma)
{
    const struct part_counters counters = part_counters(part);
    (void)printf("%s{\"name\": \"%s\", \"transfers\": %llu, \"bus_bytes\": %llu, "
                 "\"writes\": %llu, \"write_bytes\": %llu, \"erases\": %llu, \"polls\": %llu, "
                 "\"cuts\": %llu, \"wear_max\": %u, \"violations\": %llu}",
                 comma, part_row(part)->name, (unsigned long long)counters.transfers,
                 (unsigned long long)counters.bus_bytes, (unsigned long long)counters.writes,
                 (unsigned long long)counters.write_bytes, (unsigned long long)counters.erases,
                 (unsigned long long)counters.polls, (unsigned long long)counters.cuts,
                 part_wear_max(part), (unsigned long long)part_violations(part));
}

void main_parts_print(const struct twin *twin)
{
    struct twin_bus_counts counts;
    const char *comma = "";
    if (twin_part(twin, 0) == NULL) return;
    twin_bus_counts_get(twin, &counts);
    (void)printf(", \"bus\": {\"transfers\": %llu, \"bytes\": %llu, \"busy_us\": %.3f, "
                 "\"part_writes\": %llu}, \"parts\": [",
                 (unsigned long long)counts.transfers, (unsigned long long)counts.bytes,
                 (double)counts.busy_ps / 1e6, (unsigned long long)counts.writes);
    for (uint32_t i = 0; twin_part(twin, i) != NULL; i++) {
        print_part(twin_part(twin, i), comma);
        comma = ", ";
    }
    (void)printf("]");
}
