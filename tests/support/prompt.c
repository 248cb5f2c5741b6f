/*
 * Running to the prompt; see prompt.h.
 */
#include "tests/support/prompt.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/cmocka_all.h"

#define HOST_MS 280000u /* a machine with other work takes long; ctest gives 300 s */

struct twin *prompt_create(const struct twin_cfg *cfg)
{
    char error[TWIN_ERROR_BYTES];
    struct twin *const twin = twin_create(cfg, error);
    if (twin == NULL) fail_msg("%s", error);
    return twin;
}

void prompt_end(struct twin **twin)
{
    if (*twin != NULL) twin_destroy(*twin);
    *twin = NULL;
}

void prompt_fail_stopped(const struct twin *twin, enum twin_stop stop)
{
    struct twin_violation violation;
    size_t n;
    twin_violation_get(twin, &violation);
    fail_msg("stopped by %s: %s %s pc %08x %s; console: %s", twin_stop_name(stop),
             twin_violation_name(violation.kind), violation.detail, violation.pc,
             violation.symbol, twin_uart_text(twin, &n));
}

enum twin_stop prompt_run(struct twin *twin)
{
    const struct twin_until until = {.text = "> ", .for_ps = 20000 * TWIN_PS_PER_MS,
                                     .wall_ms = HOST_MS};
    return twin_run(twin, &until);
}

void prompt_reach(struct twin *twin)
{
    const enum twin_stop stop = prompt_run(twin);
    if (stop != TWIN_STOP_TEXT) prompt_fail_stopped(twin, stop);
}

uint32_t prompt_said(const struct twin *twin, const char *name)
{
    size_t n;
    const char *last = NULL;
    for (const char *at = twin_uart_text(twin, &n); (at = strstr(at, name)) != NULL; at++) {
        last = at;
    }
    if (last == NULL) fail_msg("the console never said %s", name);
    return last == NULL ? 0 : (uint32_t)strtoul(last + strlen(name), NULL, 10);
}

void prompt_type(struct twin *twin, const char *letters)
{
    char one[2] = {0};
    for (; *letters != '\0'; letters++) {
        one[0] = *letters;
        twin_uart_type(twin, one);
        prompt_reach(twin);
    }
}

bool prompt_is_strobe_missing(const struct twin *twin)
{
    struct twin_violation violation;
    twin_violation_get(twin, &violation);
    return violation.kind == TWIN_VIOLATION_CONTROLLER && strstr(violation.detail, "DQS") != NULL;
}

const char *prompt_console(const struct twin *twin)
{
    size_t n;
    return twin_uart_text(twin, &n);
}
