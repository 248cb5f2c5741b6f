/*
 * The walk of one function: what it tells of sources and of shapes of code.
 *
 * Method: check_flow/functions.c is compiled by two compilers at four levels, shapes.s is
 * assembled; both are linked with what is judged in RAM and the rest at 0x70000000, which is dark.
 * What a function does is known from its source; only addresses come from the image's symbols, by
 * name. Each row is one event that must be told, or a kind that must not be.
 */
#include "tools/check/elf.h"
#include "tools/check/flow.h"

#include "tests/support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EVENTS_MAX 256u
#define SOURCES NACRE_SOURCE_DIR "/tests/check_flow/"

struct seen {
    struct flow_event events[EVENTS_MAX];
    uint32_t count;
};

struct bed {
    struct elf_file elf;
    struct image *image;
    char path[64];
};

/* One event, or none of its kind, of one function. */
struct row {
    const char *function;
    enum flow_kind kind;
    const char *target; /* a symbol, NULL: any, NEVER: no such event in the dark or at all */
    uint32_t offset;    /* behind the symbol */
    const char *how;    /* NULL: any */
};
#define NEVER ((const char *)"")

static void keep(void *context, const struct flow_event *event)
{
    struct seen *const seen = context;
    assert_true(seen->count < EVENTS_MAX);
    if (seen->count != 0u) assert_true(seen->events[seen->count - 1u].at <= event->at);
    seen->events[seen->count++] = *event;
}

static void open_bed(struct bed *bed, const char *compile, const char *source)
{
    char command[1024];
    (void)snprintf(bed->path, sizeof bed->path, "flow_%d.elf", (int)getpid());
    (void)snprintf(command, sizeof command,
                   "%s -c " SOURCES "%s -o %s.o && arm-none-eabi-gcc -nostdlib -mcpu=cortex-m7 "
                   "-Wl,-e,0,-T," SOURCES "link.ld %s.o -o %s && rm %s.o",
                   compile, source, bed->path, bed->path, bed->path, bed->path);
    assert_int_equal(system(command), 0);
    char why[ELF_WHY_BYTES];
    assert_true(elf_open(&bed->elf, bed->path, why));
    bed->image = image_open(&bed->elf);
    assert_non_null(bed->image);
    const struct image_range dark = {0x70000000u, 0x7FFFFFFFu};
    assert_true(image_add_range(bed->image, IMAGE_DARK, dark));
}

static void close_bed(struct bed *bed)
{
    image_close(bed->image);
    elf_close(&bed->elf);
    (void)unlink(bed->path);
    flow_close();
}

static struct flow_result walk(const struct bed *bed, const char *name, struct seen *seen)
{
    const struct elf_symbol *const symbol = elf_find(&bed->elf, name);
    if (symbol == NULL) fail_msg("no function %s", name);
    seen->count = 0;
    struct flow_result result;
    if (!flow_walk(bed->image, symbol->addr, keep, seen, &result)) {
        fail_msg("%s: %s", name, result.why);
    }
    return result;
}

static bool is_dark(uint32_t addr)
{
    return addr >= 0x70000000u && addr <= 0x7FFFFFFFu;
}

/* The target of a call, through the linker's veneer where there is one. */
static uint32_t end_of(const struct bed *bed, const struct flow_event *event)
{
    struct image_symbol symbol;
    if (event->kind != FLOW_CALL || !image_symbol_at(bed->image, event->target, &symbol) ||
        strstr(symbol.name, "_veneer") == NULL) {
        return event->target;
    }
    struct seen *const seen = calloc(1, sizeof *seen);
    struct flow_result result;
    assert_true(flow_walk(bed->image, event->target, keep, seen, &result));
    uint32_t target = 0;
    for (uint32_t i = 0; i < seen->count; i++) {
        if (seen->events[i].kind == FLOW_TAIL) target = seen->events[i].target;
    }
    free(seen);
    return target;
}

static bool fits(const struct bed *bed, const struct row *row, const struct flow_event *event)
{
    if (event->kind != row->kind) return false;
    if (row->how != NULL && strcmp(row->how, event->how) != 0) return false;
    if (row->target == NEVER) {
        const bool is_access = row->kind == FLOW_LOAD || row->kind == FLOW_CALL;
        return !is_access || is_dark(end_of(bed, event));
    }
    if (row->target == NULL) return true;
    const struct elf_symbol *const symbol = elf_find(&bed->elf, row->target);
    const uint32_t addr = symbol == NULL ? (uint32_t)strtoul(row->target, NULL, 16) : symbol->addr;
    return end_of(bed, event) == addr + row->offset;
}

static void expect(const struct bed *bed, const struct row *row, const char *compile)
{
    struct seen *const seen = calloc(1, sizeof *seen);
    (void)walk(bed, row->function, seen);
    uint32_t found = 0;
    for (uint32_t i = 0; i < seen->count; i++) found += fits(bed, row, &seen->events[i]);
    free(seen);
    if (row->target == NEVER ? found == 0u : found != 0u) return;
    fail_msg("%s, kind %d, target %s: told %u times (%s)", row->function, (int)row->kind,
             row->target == NULL ? "any" : row->target, (unsigned)found, compile);
}

/* ---- the same events from whatever a compiler makes of the source ---- */

static const struct row by_source[] = {
    {"calls_directly", FLOW_CALL, "lit_call", 0, NULL},
    {"calls_directly", FLOW_CALL, "dark_call", 0, NULL},
    {"calls_directly", FLOW_CALL_UNKNOWN, NEVER, 0, NULL},
    {"root", FLOW_CALL, NEVER, 0, NULL},
    {"calls_through_local", FLOW_CALL, "dark_call", 0, NULL},
    {"calls_through_local", FLOW_CALL_UNKNOWN, NEVER, 0, NULL},
    {"calls_either", FLOW_CALL, "lit_call", 0, NULL},
    {"calls_either", FLOW_CALL, "dark_call", 0, NULL},
    {"calls_either", FLOW_CALL_UNKNOWN, NEVER, 0, NULL},
    {"calls_through_table", FLOW_CALL, "lit_call", 0, NULL},
    {"calls_through_table", FLOW_CALL, "dark_call", 0, NULL},
    {"calls_through_table", FLOW_CALL, "lit_other", 0, NULL},
    {"calls_through_table", FLOW_CALL, "dark_other", 0, NULL},
    {"calls_through_table", FLOW_CALL_UNKNOWN, NEVER, 0, NULL},
    {"calls_through_lit_table", FLOW_CALL, "lit_call", 0, NULL},
    {"calls_through_lit_table", FLOW_CALL, "lit_other", 0, NULL},
    {"calls_through_lit_table", FLOW_CALL, NEVER, 0, NULL},
    {"calls_through_lit_table", FLOW_CALL_UNKNOWN, NEVER, 0, NULL},
    {"calls_argument", FLOW_CALL_UNKNOWN, NULL, 0, NULL},
    {"passes_pointer", FLOW_POINTER, "dark_text", 4, "passed in r0"},
    {"passes_lit_pointer", FLOW_POINTER, NEVER, 0, NULL},
    {"stores_pointer", FLOW_POINTER, "dark_text", 0, "stored"},
    {"returns_pointer", FLOW_POINTER, "dark_text", 0, "returned"},
    {"reads_table", FLOW_LOAD, "dark_text", 0, NULL},
    {"reads_either", FLOW_LOAD, "dark_text", 3, NULL},
    {"compares_only", FLOW_POINTER, NEVER, 0, NULL},
    {"compares_only", FLOW_LOAD, NEVER, 0, NULL},
    {"masks_only", FLOW_POINTER, NEVER, 0, NULL},
    {"subtracts_only", FLOW_POINTER, NEVER, 0, NULL},
    {"loads_ram_pointer", FLOW_POINTER, "dark_text", 0, "in initialised RAM data"},
    {"switches", FLOW_CALL, "lit_call", 0, NULL},
    {"switches", FLOW_CALL, "dark_call", 0, NULL},
    {"switches", FLOW_STORE, "marks", 7 * 4, NULL},
    {"switches", FLOW_STORE, "marks", 9 * 4, NULL},
    {"switches", FLOW_JUMP_UNKNOWN, NEVER, 0, NULL},
    {"switches", FLOW_UNDECODED, NEVER, 0, NULL},
    {"fills_struct", FLOW_POINTER, "dark_text", 0, "passed on the stack"},
    {"svc", FLOW_SYSTEM, NULL, 0, "svc"},
};

/* A function's loops are told: all with a bound, or at least one branch back without one. */
static void expect_loops(const struct bed *bed, const char *name, bool is_bound)
{
    struct seen *const seen = calloc(1, sizeof *seen);
    (void)walk(bed, name, seen);
    uint32_t count = 0;
    uint32_t bound = 0;
    for (uint32_t i = 0; i < seen->count; i++) {
        if (seen->events[i].kind != FLOW_LOOP) continue;
        count++;
        bound += seen->events[i].is_known;
    }
    free(seen);
    if (count == 0u) fail_msg("%s: no loop", name);
    if ((bound == count) != is_bound) fail_msg("%s: the wrong bound", name);
}

/* clang at -O0 compares the counter shifted right, which hides the bound. */
static void expect_all_loops(const struct bed *bed, const char *compiler)
{
    const bool hides = strstr(compiler, "clang") != NULL && strstr(compiler, "-O0") != NULL;
    if (!hides) expect_loops(bed, "loops_counted", true);
    expect_loops(bed, "loops_for_a_flag", false);
    expect_loops(bed, "loops_sometimes_on", false);
    expect_loops(bed, "loops_back_again", false);
}

static void test_flow_of_a_source_is_the_same_from_each_compiler(void **state)
{
    (void)state;
    static const char *const compilers[] = {
        "arm-none-eabi-gcc -mcpu=cortex-m7 -O0",
        "arm-none-eabi-gcc -mcpu=cortex-m7 -Os",
        "arm-none-eabi-gcc -mcpu=cortex-m33 -O2",
        "arm-none-eabi-gcc -mcpu=cortex-m7 -O3",
        "arm-none-eabi-gcc -mcpu=cortex-m4 -O1 -mslow-flash-data",
        "clang --target=arm-none-eabi -mcpu=cortex-m7 -O0",
        "clang --target=arm-none-eabi -mcpu=cortex-m33 -Os",
        "clang --target=arm-none-eabi -mcpu=cortex-m7 -O2",
        "clang --target=arm-none-eabi -mcpu=cortex-m7 -O3",
    };
    for (uint32_t i = 0; i < sizeof compilers / sizeof compilers[0]; i++) {
        struct bed bed;
        char compile[160];
        (void)snprintf(compile, sizeof compile, "%s -mthumb -ffreestanding", compilers[i]);
        open_bed(&bed, compile, "functions.c");
        for (uint32_t k = 0; k < sizeof by_source / sizeof by_source[0]; k++) {
            expect(&bed, &by_source[k], compilers[i]);
        }
        expect_all_loops(&bed, compilers[i]);
        close_bed(&bed);
    }
}

/* ---- shapes ---- */

static const struct row by_shape[] = {
    {"veneer_by_load", FLOW_TAIL, "70000100", 0, "loaded into pc"},
    {"veneer_by_move", FLOW_TAIL, "70000200", 0, "bx"},
    {"veneer_by_push", FLOW_TAIL, "70000300", 0, "popped into pc"},
    {"tail_conditional", FLOW_TAIL, "20008000", 0, NULL},
    {"it_blocks", FLOW_LOAD, "70000408", 0, NULL},
    {"it_return", FLOW_CALL_UNKNOWN, NULL, 0, NULL},
    {"table_bytes", FLOW_SYSTEM, NULL, 0, "svc"},
    {"table_bytes", FLOW_SYSTEM, NULL, 0, "bkpt"},
    {"table_bytes", FLOW_SYSTEM, NULL, 0, "wfi"},
    {"table_bytes", FLOW_JUMP_UNKNOWN, NEVER, 0, NULL},
    {"table_bytes_unbound", FLOW_JUMP_UNKNOWN, NULL, 0, NULL},
    {"table_words", FLOW_SYSTEM, NULL, 0, "svc"},
    {"table_words", FLOW_SYSTEM, NULL, 0, "bkpt"},
    {"table_words", FLOW_JUMP_UNKNOWN, NEVER, 0, NULL},
    {"table_slot", FLOW_SYSTEM, NULL, 0, "svc"},
    {"table_slot", FLOW_JUMP_UNKNOWN, NEVER, 0, NULL},
    {"table_changed", FLOW_SYSTEM, NULL, 0, "svc"},
    {"argument_on_stack", FLOW_POINTER, "70000500", 0, "passed on the stack"},
    {"slot_shared", FLOW_CALL, "stack_shallow", 0, NULL},
    {"slot_shared", FLOW_CALL_UNKNOWN, NULL, 0, NULL},
    {"walks_pointer", FLOW_LOAD, "70000600", 0, NULL},
    {"walks_pointer", FLOW_LOOP, NULL, 0, NULL},
    {"to_float", FLOW_POINTER, "70000700", 0, "moved out of the core"},
    {"undecodable", FLOW_UNDECODED, NULL, 0, NULL},
    {"falls_out", FLOW_TAIL, "fallen_into", 0, NULL},
    {"hint_reads", FLOW_LOAD, "70000804", 0, NULL},
    {"overwritten", FLOW_LOAD, NEVER, 0, NULL},
    {"overwritten", FLOW_POINTER, NEVER, 0, NULL},
    {"calls_abort", FLOW_CALL, "stack_shallow", 0, NULL},
    {"calls_abort", FLOW_UNDECODED, NEVER, 0, NULL},
    {"traps", FLOW_SYSTEM, NULL, 0, "udf"},
    {"traps", FLOW_UNDECODED, NEVER, 0, NULL},
    {"returns_by_register", FLOW_JUMP_UNKNOWN, NEVER, 0, NULL},
};

#define ASSEMBLE "arm-none-eabi-gcc -mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=softfp -mthumb"

static void test_flow_of_a_shape_is_told(void **state)
{
    (void)state;
    struct bed bed;
    open_bed(&bed, ASSEMBLE, "shapes.s");
    for (uint32_t i = 0; i < sizeof by_shape / sizeof by_shape[0]; i++) {
        expect(&bed, &by_shape[i], "shapes.s");
    }
    close_bed(&bed);
}

/* Counted by hand: 16 pushed, 16 of the FPU, 40, and 8 by writing back. */
static void test_flow_stack_is_counted(void **state)
{
    (void)state;
    struct bed bed;
    struct seen *const seen = calloc(1, sizeof *seen);
    open_bed(&bed, ASSEMBLE, "shapes.s");
    struct flow_result result = walk(&bed, "stack_deep", seen);
    assert_int_equal(result.stack_bytes, 80);
    assert_true(result.stack_known);
    assert_true(result.returns);
    assert_int_equal(seen->count, 1);
    assert_int_equal(seen->events[0].stack, 80);
    result = walk(&bed, "it_return", seen);
    assert_int_equal(result.stack_bytes, 32);
    assert_true(result.returns);
    result = walk(&bed, "stack_variable", seen);
    assert_false(result.stack_known);
    result = walk(&bed, "veneer_by_load", seen);
    assert_false(result.returns);
    assert_int_equal(result.instructions, 1);
    free(seen);
    close_bed(&bed);
}

static void test_flow_without_code_says_why(void **state)
{
    (void)state;
    struct bed bed;
    struct seen *const seen = calloc(1, sizeof *seen);
    open_bed(&bed, ASSEMBLE, "shapes.s");
    struct flow_result result;
    assert_false(flow_walk(bed.image, 0x30000000u, keep, seen, &result));
    assert_non_null(result.why);
    assert_int_equal(seen->count, 0);
    free(seen);
    close_bed(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flow_of_a_source_is_the_same_from_each_compiler),
        cmocka_unit_test(test_flow_of_a_shape_is_told),
        cmocka_unit_test(test_flow_stack_is_counted),
        cmocka_unit_test(test_flow_without_code_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
