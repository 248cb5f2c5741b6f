/*
 * nacre-twin: run a firmware ELF on the simulated board.
 *
 * Linked with libunicorn, this binary is under the terms of the GPL, version 2; its sources are
 * under the MIT licence.
 */
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twin/main_parts.h"
#include "twin/trace.h"
#include "twin/twin.h"

enum exit_code { EXIT_FINE = 0, EXIT_WRONG = 1, EXIT_CANNOT = 2, EXIT_USAGE = 3 };

enum option_key {
    KEY_BOOT = 1000,
    KEY_FLASH,
    KEY_SAVE_FLASH,
    KEY_TEAR,
    KEY_BUSY,
    KEY_CHIP,
    KEY_NO_RWW,
    KEY_PART,
    KEY_BUS_FAULT,
    KEY_WRITE_ADDR,
    KEY_SEED,
    KEY_TIME_LIMIT,
    KEY_UNTIL,
    KEY_EXPECT,
    KEY_TYPE,
    KEY_CUT_AT,
    KEY_LEFTOVER,
    KEY_DCACHE,
    KEY_SPECULATION_NS,
    KEY_REGISTER_NS,
    KEY_CALIBRATION_NS,
    KEY_WATCH,
    KEY_NOT_MODELLED
};

#define WATCHES 8

struct options {
    struct twin_cfg cfg;
    uint64_t limit_ps;
    uint64_t cut_ps;
    const char *until;
    const char *expect;
    const char *type;
    const char *save_flash;
    const char *watch[WATCHES];
    int watch_count;
    bool trace;
    bool json;
    bool not_modelled;
    struct main_parts parts;
    struct twin *twin;
};

static const struct argp_option option_list[] = {
    {"boot", KEY_BOOT, "FILE", 0, "Run this boot image (.hex or .elf) first", 0},
    {"flash", KEY_FLASH, "IMAGE", 0, "Raw content of the chip before the ELF is loaded", 0},
    {"save-flash", KEY_SAVE_FLASH, "FILE", 0, "Write the chip's settings range here at the end", 0},
    {"tear", KEY_TEAR, "page|granule", 0, "What a cut program may spoil (page)", 0},
    {"busy", KEY_BUSY, "typical|max|drawn", 0, "How long the chip is busy (typical)", 0},
    {"chip", KEY_CHIP, "PART", 0, "Flash part on the board (MX66UW1G45G)", 0},
    {"no-rww", KEY_NO_RWW, NULL, 0, "Its banks are claimed only: none answers while busy", 0},
    {"part", KEY_PART, "NAME[@PINS][=FILE]", 0,
     "A memory on I2C1 or SPI4, such as 24LC256; its bytes are kept in FILE. Up to 4", 0},
    {"bus-fault", KEY_BUS_FAULT, "KIND,N[,COUNT[,AT[,LENGTH]]]", 0,
     "no-ack, lost, error, sda-low, scl-low, hang, miso-low, miso-high: from transfer N on COUNT "
     "of them (1; 0: all), at byte AT (0), for LENGTH clocks or us (0: for good)", 0},
    {"write-addr", KEY_WRITE_ADDR, "ADDR", 0, "The 64 KB that may be written (0x07FE0000)", 0},
    {"seed", KEY_SEED, "N", 0, "Decides everything that is drawn (1)", 0},
    {"leftover", KEY_LEFTOVER, "1.3.0|1.2.0|1.0.0|rww|between", 0, "What the boot left (1.3.0)", 0},
    {"dcache", KEY_DCACHE, NULL, 0, "The data cache keeps lines of what is written", 0},
    {"speculation-ns", KEY_SPECULATION_NS, "N", 0,
     "Mean time between speculative reads in a blackout; 20 times that outside (none)", 0},
    {"register-ns", KEY_REGISTER_NS, "N", 0, "Length of a register access (40)", 0},
    {"calibration-ns", KEY_CALIBRATION_NS, "N", 0, "Hidden calibration per mode change (0)", 0},
    {"time-limit", KEY_TIME_LIMIT, "MS", 0, "Virtual time to run for (1000)", 0},
    {"until", KEY_UNTIL, "TEXT", 0, "End when the console has shown this", 0},
    {"expect", KEY_EXPECT, "TEXT", 0, "Exit with 1 if the console did not show this", 0},
    {"type", KEY_TYPE, "TEXT", 0, "Type this after 10 ms; \\n is the Enter key", 0},
    {"cut-at", KEY_CUT_AT, "MS", 0, "Cut the power this long after the start", 0},
    {"watch", KEY_WATCH, "SYMBOL", 0, "Show calls of this function in the trace", 0},
    {"trace", 't', NULL, 0, "Show flash commands, blackouts, interrupts", 0},
    {"json", 'j', NULL, 0, "Print the result as JSON, with histograms of times", 0},
    {"not-modelled", KEY_NOT_MODELLED, NULL, 0, "List what the twin does not model, and end", 0},
    {0}};

static const char doc[] =
    "Run FIRMWARE (an ELF linked at 0x70000000) on a simulated STM32H7S78-DK.\v"
    "Exit codes: 0 it ran as asked; 1 violation, or a text that was expected did not come; "
    "2 could not run; 3 bad usage.\n"
    "This program contains libunicorn and is under the GPL, version 2.";

static bool number(const char *text, uint64_t *value)
{
    char *end = NULL;
    errno = 0;
    *value = strtoull(text, &end, 0);
    return errno == 0 && end != text && *end == '\0' && text[0] != '-';
}

static uint64_t number_or_fail(struct argp_state *state, const char *text, uint64_t max)
{
    uint64_t value = 0;
    if (!number(text, &value) || value > max) argp_error(state, "not a number in range: %s", text);
    return value;
}

static int choice(struct argp_state *state, const char *text, const char *const *names)
{
    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(text, names[i]) == 0) return i;
    }
    argp_error(state, "unknown choice: %s", text);
    return 0;
}

static void parse_model(struct argp_state *state, int key, const char *text,
                        struct options *options)
{
    static const char *const tears[] = {"page", "granule", NULL};
    static const char *const times[] = {"typical", "max", "drawn", NULL};
    static const char *const leftovers[] = {"1.3.0", "1.2.0", "1.0.0", "rww", "between", NULL};
    struct twin_cfg *const cfg = &options->cfg;
    if (key == KEY_TEAR) cfg->tear = (enum twin_tear)choice(state, text, tears);
    if (key == KEY_BUSY) cfg->busy = (enum twin_busy)choice(state, text, times);
    if (key == KEY_LEFTOVER) cfg->leftover = (enum twin_leftover)choice(state, text, leftovers);
    if (key == KEY_CHIP) cfg->chip = text;
    if (key == KEY_DCACHE) cfg->dcache = true;
    if (key == KEY_NO_RWW) cfg->lacks_read_while_write = true;
    if (key == KEY_WRITE_ADDR) cfg->write_addr = (uint32_t)number_or_fail(state, text, UINT32_MAX);
    if (key == KEY_SEED) cfg->seed = number_or_fail(state, text, UINT64_MAX);
    if (key == KEY_REGISTER_NS) cfg->register_ns = (uint32_t)number_or_fail(state, text, 10000);
    if (key == KEY_SPECULATION_NS) {
        cfg->speculation_ns = (uint32_t)number_or_fail(state, text, 1000000);
    }
    if (key == KEY_CALIBRATION_NS) {
        cfg->calibration_ns = (uint32_t)number_or_fail(state, text, 1000000);
    }
}

static void parse_parts(struct argp_state *state, int key, const char *text,
                        struct options *options)
{
    if (key == KEY_PART && !main_parts_add(&options->parts, text, &options->cfg)) {
        argp_error(state, "no room for this part: %s", text);
    }
    if (key == KEY_BUS_FAULT && !main_parts_disturb(&options->parts, text)) {
        argp_error(state, "not a fault of a bus: %s", text);
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *const options = state->input;
    switch (key) {
    case KEY_BOOT:
        options->cfg.boot_path = text;
        return 0;
    case KEY_FLASH:
        options->cfg.flash_path = text;
        return 0;
    case KEY_SAVE_FLASH:
        options->save_flash = text;
        return 0;
    case KEY_TIME_LIMIT:
        options->limit_ps = number_or_fail(state, text, 1000000) * TWIN_PS_PER_MS;
        return 0;
    case KEY_CUT_AT:
        options->cut_ps = number_or_fail(state, text, 1000000) * TWIN_PS_PER_MS;
        return 0;
    case KEY_UNTIL:
        options->until = text;
        return 0;
    case KEY_EXPECT:
        options->expect = text;
        return 0;
    case KEY_TYPE:
        options->type = text;
        return 0;
    case KEY_WATCH:
        if (options->watch_count == WATCHES) argp_error(state, "too many watches");
        options->watch[options->watch_count++] = text;
        return 0;
    case 't':
        options->trace = true;
        return 0;
    case 'j':
        options->json = true;
        return 0;
    case KEY_NOT_MODELLED:
        options->not_modelled = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num != 0) argp_error(state, "one firmware at a time");
        options->cfg.app_path = text;
        return 0;
    case ARGP_KEY_END:
        if (options->cfg.app_path == NULL && !options->not_modelled) {
            argp_error(state, "no firmware");
        }
        return 0;
    default:
        if (key < KEY_BOOT) return ARGP_ERR_UNKNOWN;
        parse_model(state, key, text, options);
        parse_parts(state, key, text, options);
        return 0;
    }
}

static void on_event(void *context, const struct twin_event *event)
{
    const struct options *const options = context;
    char line[256];
    if (!options->trace || options->twin == NULL) return;
    if (trace_line(line, sizeof line, options->twin, event) > 0) {
        (void)fprintf(stderr, "%s\n", line);
    }
}

static void type_text(struct twin *twin, const char *text)
{
    char plain[512];
    size_t n = 0;
    for (; *text != '\0' && n + 1u < sizeof plain; text++) {
        const bool is_end = text[0] == '\\' && text[1] == 'n';
        plain[n++] = is_end ? '\r' : *text;
        text += is_end;
    }
    plain[n] = '\0';
    twin_uart_type(twin, plain);
}

static enum twin_stop run(const struct options *options)
{
    struct twin *const twin = options->twin;
    struct twin_until until;
    twin_power_on(twin);
    const uint64_t start = twin_now_ps(twin);
    if (options->cut_ps != 0u) {
        struct twin_cut cut;
        memset(&cut, 0, sizeof cut);
        cut.kind = TWIN_CUT_AT_TIME;
        cut.time_ps = start + options->cut_ps;
        twin_cut_plan(twin, &cut);
    }
    memset(&until, 0, sizeof until);
    until.text = options->until;
    if (options->type != NULL) {
        until.time_ps = start + 10u * TWIN_PS_PER_MS;
        const enum twin_stop stop = twin_run(twin, &until);
        if (stop != TWIN_STOP_TIME) return stop;
        type_text(twin, options->type);
    }
    until.time_ps = start + options->limit_ps;
    return twin_run(twin, &until);
}

static void print_violation(const struct twin_violation *violation, FILE *to)
{
    (void)fprintf(to, "violation: %s at pc %08X (%s%s), address %08X, %.3f us: %s\n",
                  twin_violation_name(violation->kind), violation->pc, violation->symbol,
                  violation->pc_is_exact ? "" : ", start of its block", violation->addr,
                  (double)violation->time_ps / 1e6, violation->detail);
}

/* Pairs of a bucket's edge in microseconds and its count, of those that are not empty. */
static void print_times(const struct twin *twin, const char *name, enum twin_times_kind kind)
{
    static struct twin_times times;
    const char *comma = "";
    twin_times_get(twin, kind, &times);
    (void)printf(", \"%s\": {\"count\": %llu, \"sum_us\": %.3f, \"longest_us\": %.3f, "
                 "\"p999_us\": %.3f, \"histogram\": [", name, (unsigned long long)times.count,
                 (double)times.sum_ps / 1e6, (double)times.longest_ps / 1e6,
                 (double)twin_times_part_ps(&times, 999) / 1e6);
    for (uint32_t i = 0; i < TWIN_TIMES_BUCKETS; i++) {
        if (times.bucket[i] == 0u) continue;
        (void)printf("%s[%.3f, %u]", comma, (double)twin_times_edge_ps(i) / 1e6, times.bucket[i]);
        comma = ", ";
    }
    (void)printf("]}");
}

static void print_json(const struct options *options, enum twin_stop stop)
{
    struct twin_counters counters;
    struct twin_violation violation;
    twin_counters_get(options->twin, &counters);
    twin_violation_get(options->twin, &violation);
    (void)printf("{\"stop\": \"%s\", \"time_us\": %.3f, \"instructions\": %llu, "
                 "\"violations\": %llu, \"blackouts\": %llu, \"longest_blackout_us\": %.3f, "
                 "\"dark_us\": %.3f, "
                 "\"longest_latency_us\": %.3f, \"programs\": %llu, \"programmed_bytes\": %llu, "
                 "\"erases\": %llu, \"backlight_percent\": %d",
                 twin_stop_name(stop), (double)twin_now_ps(options->twin) / 1e6,
                 (unsigned long long)twin_insn_count(options->twin),
                 (unsigned long long)counters.violations, (unsigned long long)counters.blackouts,
                 (double)counters.longest_blackout_ps / 1e6, (double)counters.dark_ps / 1e6,
                 (double)counters.longest_latency_ps / 1e6, (unsigned long long)counters.programs,
                 (unsigned long long)counters.programmed_bytes, (unsigned long long)counters.erases,
                 twin_backlight_percent(options->twin));
    print_times(options->twin, "blackout_times", TWIN_TIMES_BLACKOUT);
    print_times(options->twin, "latency_times", TWIN_TIMES_LATENCY);
    main_parts_print(options->twin);
    if (violation.kind != TWIN_VIOLATION_NONE) {
        (void)printf(", \"violation\": {\"kind\": \"%s\", \"pc\": %u, \"symbol\": \"%s\", "
                     "\"address\": %u, \"time_us\": %.3f, \"exact\": %s}",
                     twin_violation_name(violation.kind), violation.pc, violation.symbol,
                     violation.addr, (double)violation.time_ps / 1e6,
                     violation.pc_is_exact ? "true" : "false");
    }
    (void)printf("}\n");
}

static bool save_flash(const struct options *options)
{
    const uint32_t n = options->cfg.write_bytes;
    uint8_t *const bytes = malloc(n);
    FILE *const file = fopen(options->save_flash, "wb");
    bool done = bytes != NULL && file != NULL &&
                twin_chip_read(options->twin, options->cfg.write_addr, bytes, n) &&
                fwrite(bytes, 1, n, file) == n;
    if (file != NULL && fclose(file) != 0) done = false;
    free(bytes);
    return done;
}

static int report(const struct options *options, enum twin_stop stop)
{
    struct twin_violation violation;
    twin_violation_get(options->twin, &violation);
    const char *const text = twin_uart_text(options->twin, NULL);
    if (options->json) {
        print_json(options, stop);
    } else {
        (void)printf("%s", text);
        (void)printf("-- %s after %.3f ms; %s\n", twin_stop_name(stop),
                     (double)twin_now_ps(options->twin) / 1e9, twin_boot_state(options->twin));
    }
    if (violation.kind != TWIN_VIOLATION_NONE) print_violation(&violation, stderr);
    if (options->save_flash != NULL && !save_flash(options)) {
        (void)fprintf(stderr, "%s: cannot be written\n", options->save_flash);
        return EXIT_CANNOT;
    }
    if (!main_parts_save(&options->parts, options->twin)) return EXIT_CANNOT;
    if (stop == TWIN_STOP_BROKEN) {
        (void)fprintf(stderr, "the twin cannot go on: %s\n", twin_error(options->twin));
        return EXIT_CANNOT;
    }
    if (violation.kind != TWIN_VIOLATION_NONE) return EXIT_WRONG;
    if (options->expect != NULL && strstr(text, options->expect) == NULL) return EXIT_WRONG;
    return EXIT_FINE;
}

static int list_not_modelled(void)
{
    for (const char *const *line = twin_not_modelled(); *line != NULL; line++) {
        (void)printf("%s\n", *line);
    }
    return EXIT_FINE;
}

static bool watch_all(const struct options *options)
{
    for (int i = 0; i < options->watch_count; i++) {
        if (twin_watch(options->twin, options->watch[i])) continue;
        (void)fprintf(stderr, "nacre-twin: no symbol %s\n", options->watch[i]);
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    static const struct argp argp = {option_list, parse, "FIRMWARE", doc, NULL, NULL, NULL};
    char error[TWIN_ERROR_BYTES];
    struct options options;
    memset(&options, 0, sizeof options);
    twin_cfg_default(&options.cfg);
    options.limit_ps = 1000u * TWIN_PS_PER_MS;
    argp_err_exit_status = EXIT_USAGE;
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0) return EXIT_USAGE;
    if (options.not_modelled) return list_not_modelled();
    options.cfg.event = on_event;
    options.cfg.event_context = &options;
    options.twin = twin_create(&options.cfg, error);
    if (options.twin == NULL) {
        (void)fprintf(stderr, "nacre-twin: %s\n", error);
        return EXIT_CANNOT;
    }
    int code = EXIT_USAGE;
    if (watch_all(&options)) {
        code = EXIT_CANNOT;
        if (main_parts_load(&options.parts, options.twin)) code = report(&options, run(&options));
    }
    twin_destroy(options.twin);
    return code;
}
