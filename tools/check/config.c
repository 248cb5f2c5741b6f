/*
 * The small file beside the firmware: one word and its arguments a line, # for a comment.
 */
#include "tools/check/config.h"

#include "tools/check/list.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LINE_BYTES 1024
#define BLANKS " \t\r\n"

__attribute__((format(printf, 2, 3))) static bool fail(char *why, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(why, CONFIG_WHY_BYTES, format, args);
    va_end(args);
    return false;
}

static bool number_read(const char *text, char **end, uint32_t *number)
{
    if (text == NULL || !isdigit((unsigned char)text[0])) {
        return false;
    }
    const unsigned long long value = strtoull(text, end, 0);
    *number = (uint32_t)value;
    return value <= UINT32_MAX;
}

static bool whole_number_read(const char *text, uint32_t *number)
{
    char *end = NULL;
    return number_read(text, &end, number) && *end == 0;
}

bool config_range_read(const char *text, struct image_range *range)
{
    char *end = NULL;
    uint32_t first = 0;
    uint32_t second = 0;
    if (!number_read(text, &end, &first) || (*end != '-' && *end != '+')) {
        return false;
    }
    const bool is_length = *end == '+';
    if (!whole_number_read(end + 1, &second)) {
        return false;
    }
    const uint64_t last = is_length ? (uint64_t)first + second - 1u : second;
    if ((is_length && second == 0) || last < first || last > UINT32_MAX) {
        return false;
    }
    *range = (struct image_range) {first, (uint32_t)last};
    return true;
}

void config_add_root(struct config *config, const char *name)
{
    *LIST_ADD(config->roots, config->root_count) = list_text(name);
}

void config_add_range(struct config *config, enum image_place place, struct image_range range)
{
    *LIST_ADD(config->ranges, config->range_count) = (struct config_range) {place, range};
}

static char *word_next(char **rest)
{
    return strtok_r(NULL, BLANKS, rest);
}

static bool read_root(struct config *config, char **rest, uint32_t line, char *why)
{
    char *name = word_next(rest);
    if (name == NULL) {
        return fail(why, "line %u: root SYMBOL or root SECTION", line);
    }
    for (; name != NULL; name = word_next(rest)) {
        config_add_root(config, name);
    }
    return true;
}

static bool read_place(struct config *config, char **rest, enum image_place place, char *why)
{
    struct image_range range;
    if (!config_range_read(word_next(rest), &range)) {
        return fail(why, "a range is FIRST-LAST or FIRST+BYTES, as 0x70000000+0x8000000");
    }
    config_add_range(config, place, range);
    return true;
}

static bool read_dark(struct config *config, char **rest, uint32_t line, char *why)
{
    (void)line;
    return read_place(config, rest, IMAGE_DARK, why);
}

static bool read_lit(struct config *config, char **rest, uint32_t line, char *why)
{
    (void)line;
    return read_place(config, rest, IMAGE_LIT, why);
}

static bool read_waive(struct config *config, char **rest, uint32_t line, char *why)
{
    const char *const rule = word_next(rest);
    char *const symbol = word_next(rest);
    enum rule_id id;
    if (rule == NULL || symbol == NULL) {
        return fail(why, "line %u: waive RULE SYMBOL[->TARGET] REASON...", line);
    }
    if (!rule_find(rule, &id)) {
        return fail(why, "line %u: no rule %.40s; --rules lists them", line, rule);
    }
    const char *const reason = *rest + strspn(*rest, BLANKS);
    if (reason[0] == 0) {
        return fail(why, "line %u: a waiver needs its reason, which is printed", line);
    }
    char *const arrow = strstr(symbol, "->");
    if (arrow != NULL) {
        *arrow = 0;
    }
    struct config_waiver *const waiver = LIST_ADD(config->waivers, config->waiver_count);
    waiver->rule = id;
    waiver->symbol = list_text(symbol);
    waiver->target = arrow == NULL ? NULL : list_text(arrow + 2);
    waiver->reason = list_text(reason);
    waiver->path = config->path;
    waiver->line = line;
    return true;
}

static bool read_calls(struct config *config, char **rest, uint32_t line, char *why)
{
    const char *const symbol = word_next(rest);
    char *target = word_next(rest);
    if (target == NULL) {
        return fail(why, "line %u: calls SYMBOL TARGET...", line);
    }
    struct config_calls *const calls = LIST_ADD(config->calls, config->calls_count);
    calls->symbol = list_text(symbol);
    calls->path = config->path;
    calls->line = line;
    for (; target != NULL; target = word_next(rest)) {
        *LIST_ADD(calls->targets, calls->target_count) = list_text(target);
    }
    return true;
}

/* The numbers are those of IPSR: the Armv7-M Architecture Reference Manual, B1.5.2. */
static bool exception_find(const char *name, uint32_t *number)
{
    static const struct {
        const char *name;
        uint32_t number;
    } exceptions[] = {
        {"NMI", 2}, {"HardFault", 3}, {"MemManage", 4}, {"BusFault", 5}, {"UsageFault", 6},
        {"SecureFault", 7}, {"SVCall", 11}, {"DebugMon", 12}, {"PendSV", 14}, {"SysTick", 15},
    };
    enum { FIRST_IRQ = 16, IRQS_MAX = 496 };
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++) {
        if (strcasecmp(exceptions[i].name, name) == 0) {
            *number = exceptions[i].number;
            return true;
        }
    }
    uint32_t irq = 0;
    if (strncasecmp(name, "irq", 3) != 0 || !whole_number_read(name + 3, &irq) ||
        irq >= IRQS_MAX) {
        return false;
    }
    *number = FIRST_IRQ + irq;
    return true;
}

static bool read_live(struct config *config, char **rest, uint32_t line, char *why)
{
    char *name = word_next(rest);
    if (name == NULL) {
        return fail(why, "line %u: live NMI, HardFault, SysTick, irq12...", line);
    }
    for (; name != NULL; name = word_next(rest)) {
        uint32_t number = 0;
        if (!exception_find(name, &number)) {
            return fail(why, "line %u: no exception %.40s (NMI, HardFault, irq12...)", line,
                        name);
        }
        *LIST_ADD(config->live, config->live_count) = number;
    }
    return true;
}

static bool read_vectors(struct config *config, char **rest, uint32_t line, char *why)
{
    const char *const name = word_next(rest);
    if (name == NULL || config->vectors != NULL) {
        return fail(why, "line %u: vectors SYMBOL, once", line);
    }
    config->vectors = list_text(name);
    return true;
}

static bool read_copy(struct config *config, char **rest, uint32_t line, char *why)
{
    const char *const load = word_next(rest);
    const char *const start = word_next(rest);
    const char *const end = word_next(rest);
    if (end == NULL) {
        return fail(why, "line %u: copy LOAD_SYMBOL START_SYMBOL END_SYMBOL", line);
    }
    *LIST_ADD(config->copies, config->copy_count) =
        (struct config_copy) {list_text(load), list_text(start), list_text(end)};
    return true;
}

static bool read_bank(struct config *config, char **rest, uint32_t line, char *why)
{
    struct config_bank bank;
    if (!whole_number_read(word_next(rest), &bank.number) ||
        !config_range_read(word_next(rest), &bank.range)) {
        return fail(why, "line %u: bank NUMBER FIRST-LAST", line);
    }
    *LIST_ADD(config->banks, config->bank_count) = bank;
    return true;
}

static bool read_settings(struct config *config, char **rest, uint32_t line, char *why)
{
    if (!config_range_read(word_next(rest), &config->settings)) {
        return fail(why, "line %u: settings FIRST-LAST or FIRST+BYTES", line);
    }
    config->has_settings = true;
    return true;
}

static bool read_stack(struct config *config, char **rest, uint32_t line, char *why)
{
    if (!whole_number_read(word_next(rest), &config->stack_bytes_max)) {
        return fail(why, "line %u: stack BYTES", line);
    }
    config->has_stack = true;
    return true;
}

static bool read_loop(struct config *config, char **rest, uint32_t line, char *why)
{
    const char *const symbol = word_next(rest);
    uint32_t bound = 0;
    if (symbol == NULL || !whole_number_read(word_next(rest), &bound)) {
        return fail(why, "line %u: loop SYMBOL BOUND", line);
    }
    *LIST_ADD(config->loops, config->loop_count) =
        (struct config_loop) {.symbol = list_text(symbol), .path = config->path, .bound = bound,
                              .line = line};
    return true;
}

bool config_line(struct config *config, char *line, uint32_t number, char *why)
{
    static const struct {
        const char *word;
        bool (*read)(struct config *config, char **rest, uint32_t line, char *why);
    } words[] = {
        {"root", read_root}, {"dark", read_dark}, {"lit", read_lit}, {"waive", read_waive},
        {"calls", read_calls}, {"live", read_live}, {"vectors", read_vectors},
        {"copy", read_copy}, {"bank", read_bank}, {"settings", read_settings},
        {"stack", read_stack}, {"loop", read_loop},
    };
    line[strcspn(line, "#\r\n")] = 0;
    char *rest = NULL;
    const char *const word = strtok_r(line, BLANKS, &rest);
    if (word == NULL) {
        return true;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i].word, word) == 0) {
            return words[i].read(config, &rest, number, why);
        }
    }
    return fail(why, "line %u: %.40s is no word of this file", number, word);
}

bool config_read(struct config *config, const char *path, char *why)
{
    FILE *const file = fopen(path, "r");
    if (file == NULL) {
        return fail(why, "cannot be opened");
    }
    config->path = path;
    char line[LINE_BYTES];
    bool is_good = true;
    for (uint32_t number = 1; is_good && fgets(line, sizeof line, file) != NULL; number++) {
        if (strchr(line, '\n') == NULL && !feof(file)) {
            is_good = fail(why, "line %u is longer than %d bytes", number, LINE_BYTES - 2);
        } else {
            is_good = config_line(config, line, number, why);
        }
    }
    (void)fclose(file);
    return is_good;
}

static bool say_stale(char *why, const char *path, uint32_t line, const char *symbol,
                      const char *what)
{
    (void)fail(why, "%.90s, line %u: %.64s %s: the line is stale; remove it",
               path == NULL ? "" : path, line, symbol, what);
    return true;
}

bool config_is_stale(const struct config *config, char *why)
{
    for (uint32_t i = 0; i < config->waiver_count; i++) {
        const struct config_waiver *const waiver = &config->waivers[i];
        if (!waiver->is_used) {
            return say_stale(why, waiver->path, waiver->line, waiver->symbol,
                             "does not break the rule that is waived");
        }
    }
    for (uint32_t i = 0; i < config->calls_count; i++) {
        const struct config_calls *const calls = &config->calls[i];
        if (!calls->is_used) {
            return say_stale(why, calls->path, calls->line, calls->symbol,
                             "makes no call whose targets must be named, or not to these");
        }
    }
    for (uint32_t i = 0; i < config->loop_count; i++) {
        const struct config_loop *const loop = &config->loops[i];
        if (!loop->is_used) {
            return say_stale(why, loop->path, loop->line, loop->symbol,
                             "has no loop that needs a bound");
        }
    }
    return false;
}

void config_free(struct config *config)
{
    for (uint32_t i = 0; i < config->root_count; i++) {
        free(config->roots[i]);
    }
    for (uint32_t i = 0; i < config->waiver_count; i++) {
        free(config->waivers[i].symbol);
        free(config->waivers[i].target);
        free(config->waivers[i].reason);
    }
    for (uint32_t i = 0; i < config->calls_count; i++) {
        for (uint32_t j = 0; j < config->calls[i].target_count; j++) {
            free(config->calls[i].targets[j]);
        }
        free(config->calls[i].targets);
        free(config->calls[i].symbol);
    }
    for (uint32_t i = 0; i < config->copy_count; i++) {
        free(config->copies[i].load);
        free(config->copies[i].start);
        free(config->copies[i].end);
    }
    for (uint32_t i = 0; i < config->loop_count; i++) {
        free(config->loops[i].symbol);
    }
    free(config->roots);
    free(config->ranges);
    free(config->waivers);
    free(config->calls);
    free(config->live);
    free(config->vectors);
    free(config->copies);
    free(config->banks);
    free(config->loops);
    *config = (struct config) {0};
}
