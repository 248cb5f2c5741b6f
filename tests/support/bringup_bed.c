/*
 * The measuring firmware on the twin, and its report line by line.
 */
#include "tests/support/bringup_bed.h"

#include "tests/support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 512u
#define RUN_MS 20000u

struct twin *twin;
struct twin_cfg cfg;
static char report[65536];

struct bed_seen seen;

static void take_command(const struct twin_command *command)
{
    if (seen.resets == 0) {
        seen.last_opcodes[0] = seen.last_opcodes[1];
        seen.last_opcodes[1] = command->opcode;
    }
    if (command->class == TWIN_COMMAND_PROGRAM && command->bytes == 16u &&
        seen.programs < WORK_MAX) {
        seen.program_ps[seen.programs++] = command->busy_ps;
    }
    if (command->class == TWIN_COMMAND_ERASE && seen.erases < WORK_MAX) {
        seen.erase_ps[seen.erases++] = command->busy_ps;
    }
}

/* The twin keeps the first violation alone: of later ones only the place is known. */
static void take_violation(uint32_t pc)
{
    struct twin_violation violation;
    if (strncmp(twin_symbol_at(twin, pc), "probe_off", 9) == 0) {
        seen.off_reads++;
        return;
    }
    twin_violation_get(twin, &violation);
    if (violation.kind == TWIN_VIOLATION_CONTROLLER &&
        strstr(violation.detail, "nobody drives DQS") != NULL) {
        seen.strobes++;
        return;
    }
    if (seen.others++ == 0) {
        (void)snprintf(seen.first_other, sizeof seen.first_other, "%s %s",
                       twin_violation_name(violation.kind), violation.symbol);
    }
}

static void on_event(void *context, const struct twin_event *event)
{
    (void)context;
    if (event->kind == TWIN_EVENT_COMMAND) take_command(&event->u.command);
    if (event->kind == TWIN_EVENT_RESET) seen.resets++;
    if (event->kind == TWIN_EVENT_VIOLATION) take_violation(event->pc);
}

int bed_up(void **state)
{
    (void)state;
    twin_cfg_default(&cfg);
    cfg.write_addr = SCRATCH;
    cfg.write_bytes = SCRATCH_BYTES;
    cfg.keep_going = true;
    cfg.deliver_faults = true;
    cfg.event = on_event;
    memset(&seen, 0, sizeof seen);
    return 0;
}

int bed_down(void **state)
{
    (void)state;
    if (twin != NULL) twin_destroy(twin);
    twin = NULL;
    return 0;
}

void create(const char *path)
{
    char error[TWIN_ERROR_BYTES];
    cfg.app_path = path;
    twin = twin_create(&cfg, error);
    if (twin == NULL) fail_msg("%s", error);
}

void power_on(const char *path)
{
    create(path);
    twin_power_on(twin);
}

void run_to(const char *text)
{
    const struct twin_until until = {
        .text = text, .for_ps = RUN_MS * TWIN_PS_PER_MS, .wall_ms = 120000};
    const enum twin_stop stop = twin_run(twin, &until);
    size_t n;
    (void)snprintf(report, sizeof report, "%s", twin_uart_text(twin, &n));
    if (stop != TWIN_STOP_TEXT) {
        fail_msg("stopped by %s; %s; console: %s", twin_stop_name(stop), seen.first_other, report);
    }
}

/* ---- the report ---- */

static uint32_t crc32_of(const char *text, size_t n)
{
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\r') continue;
        crc ^= (uint8_t)text[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1u)));
        }
    }
    return ~crc;
}

const char *text_of(const char *key)
{
    static char value[64];
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "\n%s ", key);
    const char *const at = strstr(report, wanted);
    if (at == NULL) fail_msg("no line %s in: %s", key, report);
    assert_null(strstr(at + 1, wanted));
    assert_int_equal(sscanf(at + strlen(wanted), "%63s", value), 1);
    return value;
}

bool has(const char *key)
{
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "\n%s ", key);
    return strstr(report, wanted) != NULL;
}

uint32_t number_of(const char *key)
{
    return (uint32_t)strtoul(text_of(key), NULL, 10);
}

uint32_t hex_of(const char *key)
{
    return (uint32_t)strtoul(text_of(key), NULL, 16);
}

void verdict_is(const char *name, const char *wanted)
{
    char key[64];
    (void)snprintf(key, sizeof key, "verdict.%s", name);
    assert_string_equal(text_of(key), wanted);
}

void number_is_near(const char *key, uint32_t least, uint32_t above)
{
    const uint32_t number = number_of(key);
    if (number < least || number > least + above) {
        fail_msg("%s is %u, expected %u to %u", key, number, least, least + above);
    }
}

void report_is_whole(void)
{
    assert_int_equal(strncmp(report, "bringup 1 version\r\n", 19), 0);
    const char *line = report;
    for (unsigned i = 0; i < LINES_MAX; i++) {
        char key[64], value[64], unit[64], rest[64];
        const char *const end = strstr(line, "\r\n");
        assert_non_null(end);
        char one[256];
        assert_in_range(end - line, 5, sizeof one - 1);
        memcpy(one, line, (size_t)(end - line));
        one[end - line] = '\0';
        if (sscanf(one, "%63s %63s %63s %63s", key, value, unit, rest) != 3) fail_msg("%s", one);
        if (strcmp(key, "end") == 0) {
            assert_string_equal(unit, "crc32");
            assert_int_equal(strtoul(value, NULL, 16), crc32_of(report, (size_t)(line - report)));
            assert_string_equal(end, "\r\n");
            return;
        }
        line = end + 2;
    }
    fail_msg("too many lines");
}

void run_out(void)
{
    const struct twin_until until = {.for_ps = 5 * TWIN_PS_PER_MS};
    size_t n;
    (void)twin_run(twin, &until);
    (void)snprintf(report, sizeof report, "%s", twin_uart_text(twin, &n));
}

void run_whole(const char *image)
{
    power_on(image);
    run_to("\r\nend ");
    run_out();
    report_is_whole();
    if (seen.others != 0) fail_msg("%u violations, first %s", seen.others, seen.first_other);
}

void nothing_was_written(void)
{
    struct twin_counters counters;
    twin_counters_get(twin, &counters);
    assert_int_equal(counters.programs, 0);
    assert_int_equal(counters.erases, 0);
    assert_int_equal(seen.strobes, 0);
}

void forget_earlier_starts(void)
{
    const char *newest = report;
    for (const char *at = report; (at = strstr(at, "bringup ")) != NULL; at++) {
        newest = at;
    }
    memmove(report, newest, strlen(newest) + 1u);
}
