/*
 * nacre-check: proof, from the final ELF file, that a blackout reaches no flash.
 */
#include "tools/check/banks.h"
#include "tools/check/check.h"
#include "tools/check/closure.h"
#include "tools/check/config.h"
#include "tools/check/copied.h"
#include "tools/check/defaults.h"
#include "tools/check/dwarf.h"
#include "tools/check/elf.h"
#include "tools/check/flow.h"
#include "tools/check/inlined.h"
#include "tools/check/report.h"
#include "tools/check/stack.h"
#include "tools/check/vectors.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATUS_REFUTED 1
#define STATUS_UNDECIDED 2
#define STATUS_BAD 3
#define PATH_BYTES 1024
#define CONFIGS_MAX 8u
#define SIDE_FILE_END ".nacre-check"

enum option_key { KEY_CONFIG = 256, KEY_ROOT, KEY_DARK, KEY_STACK, KEY_JSON, KEY_SARIF, KEY_STRICT,
                  KEY_ALLOW, KEY_EXPLAIN,
                  KEY_RULES };

struct arguments {
    struct config config;
    const char *firmware;
    const char *config_paths[CONFIGS_MAX];
    unsigned config_count;
    const char *sarif_path;
    const char *explained;
    bool is_json, is_quiet, lists_rules, allows_undecided;
};

static const struct argp_option options[] = {
    {"config", KEY_CONFIG, "FILE", 0, "what the project says; may be given several times (without "
     "it FIRMWARE" SIDE_FILE_END " is read where it is there)", 0},
    {"root", KEY_ROOT, "SYMBOL|SECTION", 0, "what runs in a blackout (.nacre_ram)", 0},
    {"dark", KEY_DARK, "RANGE", 0, "what cannot be read then: FIRST-LAST or FIRST+BYTES", 0},
    {"stack", KEY_STACK, "BYTES", 0, "what the closure may use of the stack", 0},
    {"strict", KEY_STRICT, NULL, 0, "a loop without a visible bound cannot be decided", 0},
    {"allow-undecided", KEY_ALLOW, NULL, 0, "exit with 0 where nothing is refuted", 0},
    {"json", KEY_JSON, NULL, 0, "print the report as JSON", 0},
    {"sarif", KEY_SARIF, "FILE", 0, "write it as SARIF, too", 0},
    {"quiet", 'q', NULL, 0, "print the last line alone", 0},
    {"explain", KEY_EXPLAIN, "RULE", 0, "say what a rule forbids, why, and what cures it", 0},
    {"rules", KEY_RULES, NULL, 0, "list the rules", 0},
    {0},
};

static void read_option(struct arguments *arguments, int key, const char *text,
                        struct argp_state *state)
{
    struct image_range range;
    char *end = NULL;
    if (key == KEY_DARK) {
        if (!config_range_read(text, &range)) {
            argp_error(state, "--dark %s: a range is FIRST-LAST or FIRST+BYTES", text);
        }
        config_add_range(&arguments->config, IMAGE_DARK, range);
        return;
    }
    arguments->config.stack_bytes_max = (uint32_t)strtoul(text, &end, 0);
    arguments->config.has_stack = true;
    if (end == text || *end != 0) {
        argp_error(state, "--stack %s: a number of bytes", text);
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *const arguments = state->input;
    switch (key) {
    case KEY_CONFIG:
        if (arguments->config_count == CONFIGS_MAX) {
            argp_error(state, "--config %s: one file too many", text);
        }
        arguments->config_paths[arguments->config_count++] = text;
        return 0;
    case KEY_ROOT: config_add_root(&arguments->config, text); return 0;
    case KEY_DARK:
    case KEY_STACK: read_option(arguments, key, text, state); return 0;
    case KEY_STRICT: arguments->config.is_strict = true; return 0;
    case KEY_ALLOW: arguments->allows_undecided = true; return 0;
    case KEY_JSON: arguments->is_json = true; return 0;
    case KEY_SARIF: arguments->sarif_path = text; return 0;
    case 'q': arguments->is_quiet = true; return 0;
    case KEY_EXPLAIN: arguments->explained = text; return 0;
    case KEY_RULES: arguments->lists_rules = true; return 0;
    case ARGP_KEY_ARG:
        if (arguments->firmware != NULL) {
            argp_error(state, "one firmware at a time: %s is too many", text);
        }
        arguments->firmware = text;
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static int bad(const char *path, const char *why)
{
    fprintf(stderr, "nacre-check: %s: %s\n", path, why);
    return STATUS_BAD;
}

/* The path of the file beside the firmware, its name with or without .elf; false: there is none. */
static bool find_side_file(const char *firmware, char *path)
{
    const size_t n = strlen(firmware);
    const bool has_end = n > 4u && strcmp(firmware + n - 4u, ".elf") == 0;
    const int stem = (int)(has_end ? n - 4u : n);
    snprintf(path, PATH_BYTES, "%.*s" SIDE_FILE_END, stem, firmware);
    if (access(path, R_OK) == 0) {
        return true;
    }
    snprintf(path, PATH_BYTES, "%s" SIDE_FILE_END, firmware);
    return access(path, R_OK) == 0;
}

static bool read_configs(struct arguments *arguments, char *side_path)
{
    char why[CONFIG_WHY_BYTES];
    if (arguments->config_count == 0 && find_side_file(arguments->firmware, side_path)) {
        arguments->config_paths[arguments->config_count++] = side_path;
    }
    for (unsigned i = 0; i < arguments->config_count; i++) {
        if (!config_read(&arguments->config, arguments->config_paths[i], why)) {
            (void)bad(arguments->config_paths[i], why);
            return false;
        }
    }
    return true;
}

static void judge(struct check *check, struct dwarf_lines *lines)
{
    closure_add_roots(check);
    vectors_judge_live(check);
    closure_walk(check);
    inlined_judge(check, lines);
    copied_judge(check);
    banks_judge(check);
    stack_judge(check);
}

static int give_report(const struct arguments *arguments, const struct report *report)
{
    bool is_written = true;
    if (arguments->is_json) {
        is_written = report_json(report, stdout);
    } else {
        report_text(report, arguments->is_quiet, stdout);
    }
    if (arguments->sarif_path != NULL) {
        is_written = report_sarif(report, arguments->sarif_path) && is_written;
    }
    if (!is_written) {
        return bad(report->path, "the report cannot be written");
    }
    switch (check_verdict_of(report->check)) {
    case CHECK_PROVED: return 0;
    case CHECK_REFUTED: return STATUS_REFUTED;
    default: return arguments->allows_undecided ? 0 : STATUS_UNDECIDED;
    }
}

static int check_image(struct arguments *arguments, const struct elf_file *elf,
                       struct image *image)
{
    char why[CONFIG_WHY_BYTES];
    struct check check = {.image = image, .config = &arguments->config};
    for (uint32_t i = 0; i < arguments->config.range_count; i++) {
        const struct config_range *const range = &arguments->config.ranges[i];
        if (!image_add_range(image, range->place, range->range)) {
            return bad(arguments->firmware, "more ranges are dark or lit than can be held (32)");
        }
    }
    struct dwarf_lines *const lines = dwarf_open(elf);
    judge(&check, lines);
    int status;
    if (check.function_count == 0 && check.finding_count == 0) {
        status = bad(arguments->firmware, "its roots hold no code: --root names a function or a "
                                          "section with functions");
    } else {
        status = give_report(arguments, &(struct report) {&check, lines, arguments->firmware});
        /* What is refuted stays so whatever the file says of it. */
        if (status != STATUS_REFUTED && config_is_stale(&arguments->config, why)) {
            status = bad(arguments->firmware, why);
        }
    }
    dwarf_close(lines);
    check_free(&check);
    return status;
}

static int check_file(struct arguments *arguments)
{
    char why[ELF_WHY_BYTES];
    char side_path[PATH_BYTES];
    struct elf_file elf;
    if (!read_configs(arguments, side_path)) {
        return STATUS_BAD;
    }
    if (!elf_open(&elf, arguments->firmware, why)) {
        return bad(arguments->firmware, why);
    }
    int status = STATUS_BAD;
    struct image *const image = image_open(&elf);
    const char *const missing = defaults_add(&arguments->config, &elf);
    if (missing != NULL) {
        status = bad(arguments->firmware, missing);
    } else if (image != NULL) {
        status = check_image(arguments, &elf, image);
    }
    flow_close();
    image_close(image);
    elf_close(&elf);
    return status;
}

int main(int argc, char **argv)
{
    const struct argp argp = {
        options, parse, "FIRMWARE.elf",
        "Proves from a linked Cortex-M firmware that what runs while its flash cannot be read "
        "never reaches that flash.\vExit status: 0 proved, 1 refuted, 2 could not be decided, "
        "3 bad usage or input.", NULL, NULL, NULL};
    struct arguments arguments = {0};
    enum rule_id id;
    argp_err_exit_status = STATUS_BAD;
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    int status = 0;
    if (arguments.lists_rules) {
        rule_list(stdout);
    } else if (arguments.explained != NULL) {
        if (rule_find(arguments.explained, &id)) {
            rule_explain(id, stdout);
        } else {
            status = bad(arguments.explained, "no rule of that name; --rules lists them");
        }
    } else if (arguments.firmware == NULL) {
        status = bad("no firmware", "give the linked ELF file; --help says more");
    } else {
        status = check_file(&arguments);
    }
    config_free(&arguments.config);
    return status;
}
