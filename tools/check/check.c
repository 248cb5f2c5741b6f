/*
 * The lists of one run.
 */
#include "tools/check/check.h"

#include "tools/check/list.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES 400

const char *check_name_at(const struct check *check, uint32_t addr)
{
    struct image_symbol symbol;
    return image_symbol_at(check->image, addr, &symbol) ? symbol.name : "";
}

/* Whether the name of a waiver is that of a symbol or is its address. */
static bool name_fits(const char *name, const char *symbol, uint32_t addr)
{
    char *end = NULL;
    if (strcmp(name, symbol) == 0) {
        return true;
    }
    return strncmp(name, "0x", 2) == 0 && strtoul(name, &end, 16) == addr && *end == 0;
}

static const char *waiver_for(const struct check *check, enum rule_id rule,
                              const struct check_place *place)
{
    const char *const target = place->has_target ? check_name_at(check, place->target) : "";
    const char *symbol = check_name_at(check, place->addr);
    if (place->function != CHECK_NO_FUNCTION) {
        symbol = check->functions[place->function].name;
    }
    for (uint32_t i = 0; i < check->config->waiver_count; i++) {
        struct config_waiver *const waiver = &check->config->waivers[i];
        if (waiver->rule == rule && name_fits(waiver->symbol, symbol, place->addr) &&
            (waiver->target == NULL || name_fits(waiver->target, target, place->target))) {
            waiver->is_used = true;
            return waiver->reason;
        }
    }
    return NULL;
}

static bool is_found_already(const struct check *check, enum rule_id rule,
                             const struct check_place *place)
{
    for (uint32_t i = 0; i < check->finding_count; i++) {
        const struct check_finding *const finding = &check->findings[i];
        if (finding->rule == rule && finding->addr == place->addr &&
            finding->has_target == place->has_target && finding->target == place->target) {
            return true;
        }
    }
    return false;
}

void check_add(struct check *check, enum rule_id rule, enum check_verdict verdict,
               const struct check_place *place, const char *format, ...)
{
    if (is_found_already(check, rule, place)) {
        return;
    }
    char text[TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    *LIST_ADD(check->findings, check->finding_count) = (struct check_finding) {
        .rule = rule, .verdict = verdict, .function = place->function, .addr = place->addr,
        .target = place->target, .has_target = place->has_target, .text = list_text(text),
        .waived = waiver_for(check, rule, place),
    };
}

uint32_t check_reach(struct check *check, uint32_t entry, uint32_t caller, uint32_t called_at,
                     const char *root)
{
    const uint32_t addr = entry & ~1u;
    for (uint32_t i = 0; i < check->function_count; i++) {
        if (check->functions[i].entry == addr) {
            return i;
        }
    }
    *LIST_ADD(check->functions, check->function_count) = (struct check_function) {
        .entry = addr, .name = check_name_at(check, addr), .root = root, .caller = caller,
        .called_at = called_at,
    };
    return check->function_count - 1u;
}

enum check_verdict check_verdict_of(const struct check *check)
{
    enum check_verdict verdict = CHECK_PROVED;
    for (uint32_t i = 0; i < check->finding_count; i++) {
        if (check->findings[i].waived != NULL) {
            continue;
        }
        if (check->findings[i].verdict == CHECK_REFUTED) {
            return CHECK_REFUTED;
        }
        verdict = CHECK_UNDECIDED;
    }
    return verdict;
}

void check_free(struct check *check)
{
    for (uint32_t i = 0; i < check->finding_count; i++) {
        free(check->findings[i].text);
    }
    free(check->functions);
    free(check->calls);
    free(check->findings);
    free(check->loops);
}
