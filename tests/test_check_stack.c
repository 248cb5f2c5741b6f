/*
 * The deepest chain of calls, and chains that come back to themselves.
 *
 * Goal: the bound is that of the deepest chain; recursion is found and takes the bound away.
 * Method: small graphs are built by hand, their depth summed up by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tools/check/check.h"
#include "tools/check/elf.h"
#include "tools/check/stack.h"

enum { FUNCTIONS = 4 };

struct graph {
    struct image *image;
    struct elf_file elf;
    struct config config;
    struct check check;
};

/* Four functions that need 8, 16, 24 and 32 bytes; none calls another yet. */
static void graph_begin(struct graph *graph)
{
    static const char *const names[FUNCTIONS] = {"a", "b", "c", "d"};
    memset(graph, 0, sizeof *graph);
    graph->check.config = &graph->config;
    graph->image = image_open(&graph->elf);
    graph->check.image = graph->image;
    for (uint32_t i = 0; i < FUNCTIONS; i++) {
        const uint32_t index =
            check_reach(&graph->check, 0x100u * (i + 1u), CHECK_NO_FUNCTION, 0, "root");
        struct check_function *const function = &graph->check.functions[index];
        function->name = names[i];
        function->result = (struct flow_result) {.stack_bytes = 8u * (i + 1u),
                                                 .stack_known = true};
    }
}

static void graph_end(struct graph *graph)
{
    check_free(&graph->check);
    image_close(graph->image);
}

static uint32_t count_of(const struct graph *graph, enum rule_id rule)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < graph->check.finding_count; i++) {
        count += graph->check.findings[i].rule == rule ? 1u : 0;
    }
    return count;
}

static void test_stack_chain_is_the_sum_of_what_is_in_use(void **state)
{
    (void)state;
    /* a calls b with 8 in use, b calls c with 12; c alone needs 24: 8 + 12 + 24. d needs 32. */
    struct check_call calls[] = {{1, 2, 0x210, 12}, {0, 1, 0x110, 8}};
    struct graph graph;
    graph_begin(&graph);
    graph.check.calls = calls;
    graph.check.call_count = 2;
    stack_judge(&graph.check);
    assert_true(graph.check.stack_known);
    assert_int_equal(graph.check.stack_bytes, 44);
    assert_int_equal(graph.check.finding_count, 0);
    graph.check.calls = NULL;
    graph_end(&graph);
}

static void test_stack_handlers_come_on_top_with_their_frames(void **state)
{
    (void)state;
    struct graph graph;
    graph_begin(&graph);
    graph.check.functions[0].is_handler = true;
    stack_judge(&graph.check);
    /* d is the deepest with 32; the handler needs 8 and a frame of 27 words. */
    assert_int_equal(graph.check.stack_bytes, 32 + 8 + 27 * 4);
    graph_end(&graph);
}

static void test_stack_over_the_limit_is_refuted_and_at_it_is_not(void **state)
{
    (void)state;
    struct graph graph;
    graph_begin(&graph);
    graph.config.has_stack = true;
    graph.config.stack_bytes_max = 32;
    stack_judge(&graph.check);
    assert_int_equal(graph.check.finding_count, 0);
    graph.config.stack_bytes_max = 31;
    stack_judge(&graph.check);
    assert_int_equal(count_of(&graph, RULE_STACK_BOUND), 1);
    assert_int_equal(check_verdict_of(&graph.check), CHECK_REFUTED);
    graph_end(&graph);
}

static void test_stack_recursion_is_found_in_each_function_of_the_ring(void **state)
{
    (void)state;
    struct check_call calls[] = {{0, 1, 0x110, 8}, {1, 2, 0x210, 8}, {2, 1, 0x310, 8}};
    struct graph graph;
    graph_begin(&graph);
    graph.check.calls = calls;
    graph.check.call_count = 3;
    stack_judge(&graph.check);
    assert_false(graph.check.stack_known);
    assert_int_equal(count_of(&graph, RULE_RECURSION), 2); /* b and c; a is outside the ring */
    graph.check.calls = NULL;
    graph_end(&graph);
}

static void test_stack_pointer_moved_by_unknown_is_undecided_with_a_limit(void **state)
{
    (void)state;
    struct graph graph;
    graph_begin(&graph);
    graph.check.functions[2].result.stack_known = false;
    stack_judge(&graph.check);
    assert_false(graph.check.stack_known);
    assert_int_equal(graph.check.finding_count, 0);
    graph.config.has_stack = true;
    graph.config.stack_bytes_max = 1000;
    stack_judge(&graph.check);
    assert_int_equal(check_verdict_of(&graph.check), CHECK_UNDECIDED);
    graph_end(&graph);
}

static void test_check_waiver_takes_a_finding_out_of_the_verdict(void **state)
{
    (void)state;
    struct graph graph;
    graph_begin(&graph);
    char why[CONFIG_WHY_BYTES];
    char line[] = "waive recursion b it has a bound";
    assert_true(config_line(&graph.config, line, 1, why));
    const struct check_place there = {.function = 1, .addr = 0x210};
    const struct check_place elsewhere = {.function = 2, .addr = 0x310};
    check_add(&graph.check, RULE_RECURSION, CHECK_REFUTED, &there, "calls itself");
    assert_int_equal(check_verdict_of(&graph.check), CHECK_PROVED);
    check_add(&graph.check, RULE_RECURSION, CHECK_REFUTED, &elsewhere, "calls itself");
    assert_int_equal(check_verdict_of(&graph.check), CHECK_REFUTED);
    config_free(&graph.config);
    graph_end(&graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stack_chain_is_the_sum_of_what_is_in_use),
        cmocka_unit_test(test_stack_handlers_come_on_top_with_their_frames),
        cmocka_unit_test(test_stack_over_the_limit_is_refuted_and_at_it_is_not),
        cmocka_unit_test(test_stack_recursion_is_found_in_each_function_of_the_ring),
        cmocka_unit_test(test_stack_pointer_moved_by_unknown_is_undecided_with_a_limit),
        cmocka_unit_test(test_check_waiver_takes_a_finding_out_of_the_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
