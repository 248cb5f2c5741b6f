/*
 * The deepest chain of calls. Depths are raised along the calls until nothing changes: without
 * recursion that ends after as many rounds as the longest chain has calls.
 */
#include "tools/check/stack.h"

#include <stdlib.h>

/* Armv7-M Architecture Reference Manual, B1.5.7: 26 words with the FPU's, and one to align. */
#define FRAME_BYTES 108u

/* Which functions are reached from one, itself only by a call. */
static void mark_reached(const struct check *check, uint32_t from, bool *is_reached)
{
    bool is_grown = true;
    for (uint32_t i = 0; i < check->function_count; i++) {
        is_reached[i] = false;
    }
    while (is_grown) {
        is_grown = false;
        for (uint32_t i = 0; i < check->call_count; i++) {
            const struct check_call *const call = &check->calls[i];
            if ((call->from == from || is_reached[call->from]) && !is_reached[call->to]) {
                is_reached[call->to] = true;
                is_grown = true;
            }
        }
    }
}

/* Each call that leads back to its caller; `is_reached` has room for every function. */
static bool find_recursion(struct check *check, bool *is_reached)
{
    bool is_found = false;
    for (uint32_t i = 0; i < check->function_count; i++) {
        mark_reached(check, i, is_reached);
        for (uint32_t j = 0; is_reached[i] && j < check->call_count; j++) {
            const struct check_call *const call = &check->calls[j];
            if (call->from != i || (call->to != i && !is_reached[call->to])) {
                continue;
            }
            const struct check_place place = {.function = i, .addr = call->at,
                                              .target = check->functions[call->to].entry,
                                              .has_target = true};
            check_add(check, RULE_RECURSION, CHECK_REFUTED, &place,
                      "calls %s, which comes back to it", check->functions[call->to].name);
            is_found = true;
            break;
        }
    }
    return is_found;
}

static uint32_t deepest(const struct check *check, uint32_t *depth)
{
    uint32_t most = 0;
    uint32_t handlers = 0;
    for (uint32_t i = 0; i < check->function_count; i++) {
        depth[i] = check->functions[i].result.stack_bytes;
    }
    for (uint32_t round = 0; round < check->function_count; round++) {
        for (uint32_t i = 0; i < check->call_count; i++) {
            const struct check_call *const call = &check->calls[i];
            const uint32_t need = call->stack + depth[call->to];
            depth[call->from] = need > depth[call->from] ? need : depth[call->from];
        }
    }
    for (uint32_t i = 0; i < check->function_count; i++) {
        if (check->functions[i].is_handler) {
            handlers += depth[i] + FRAME_BYTES;
        } else {
            most = depth[i] > most ? depth[i] : most;
        }
    }
    return most + handlers;
}

static void judge_unknown(struct check *check)
{
    for (uint32_t i = 0; i < check->function_count; i++) {
        const struct check_function *const function = &check->functions[i];
        if (function->result.stack_known) {
            continue;
        }
        check->stack_known = false;
        if (check->config->has_stack) {
            const struct check_place place = {.function = i, .addr = function->entry};
            check_add(check, RULE_STACK_BOUND, CHECK_UNDECIDED, &place,
                      "moves its stack pointer by what is not known");
        }
    }
}

void stack_judge(struct check *check)
{
    const size_t count = check->function_count == 0 ? 1u : check->function_count;
    bool *const is_reached = calloc(count, sizeof *is_reached);
    uint32_t *const depth = calloc(count, sizeof *depth);
    check->stack_known = is_reached != NULL && depth != NULL;
    if (check->stack_known) {
        check->stack_known = !find_recursion(check, is_reached);
        check->stack_bytes = check->stack_known ? deepest(check, depth) : 0;
        judge_unknown(check);
    }
    free(is_reached);
    free(depth);
    const uint32_t limit = check->config->stack_bytes_max;
    const struct check_place place = {.function = CHECK_NO_FUNCTION};
    if (check->config->has_stack && check->stack_known && check->stack_bytes > limit) {
        check_add(check, RULE_STACK_BOUND, CHECK_REFUTED, &place,
                  "needs up to %u bytes of stack, the limit is %u", check->stack_bytes, limit);
    }
}
