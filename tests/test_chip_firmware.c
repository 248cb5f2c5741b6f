/*
 * Goal    the real firmware image keeps its brightness on each chip that there is a row of: in a
 *         board's daily life, and when the power fails. Linked for another one it refuses, linked
 *         for any it finds out which.
 * Method  the brightness application on the twin with that part: in another bank than the image
 *         where the part has banks, in slices where it has one. Lines are typed over the first
 *         erases; then one line is replayed from a snapshot with a cut before and after each of its
 *         flash commands, or an even sample of them, and inside each of its operations. The judge
 *         is tools/demo/oracle.
 *
 * usage: test_chip_firmware
 */
#include "tests/support/cmocka_all.h"
#include "tools/demo/board.h"

#include <stdio.h>
#include <string.h>

#define IMAGES NACRE_FIRMWARE_DIR "/examples/brightness/brightness_"
#define LINES 40u
#define CUTS_OF_A_KIND 24u
#define PARTS_OF_AN_OPERATION 8u
#define TYPIST_BAUD 9600u /* a byte takes 1 ms: the UART holds one while interrupts are masked */
#define SEED 7u

struct part {
    const char *chip;
    const char *elf;
    uint32_t region_addr;
    uint64_t blackout_ps; /* what the image's budget allows */
};

static const struct part parts[] = {
    {"MX66UW1G45G", IMAGES "any.elf", 0x07FE0000u, 5u * TWIN_PS_PER_US},
    {"MX25UW51245G", IMAGES "mx25uw51245g.elf", 0x03FE0000u, 5u * TWIN_PS_PER_US},
    {"MX25UW25645G", IMAGES "mx25uw25645g.elf", 0x01FE0000u, 5u * TWIN_PS_PER_US},
    {"MX25LM51245G", IMAGES "mx25lm51245g.elf", 0x03FE0000u, 520u * TWIN_PS_PER_US},
    {"W25Q128JV", IMAGES "any.elf", 0x00FE0000u, 1100u * TWIN_PS_PER_US},
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

static struct board board;

static const struct part *part_of(void **state)
{
    return *state;
}

static int board_of(const struct part *part, const char *chip)
{
    struct twin_cfg cfg;
    char error[TWIN_ERROR_BYTES];

    twin_cfg_default(&cfg);
    cfg.app_path = part->elf;
    cfg.chip = chip;
    cfg.write_addr = part->region_addr;
    cfg.uart_baud = TYPIST_BAUD;
    cfg.seed = SEED;
    if (board_create(&board, &cfg, error) == 0) return 0;
    print_error("%s\n", error);
    return -1;
}

static int setup(void **state)
{
    print_message("%s\n", part_of(state)->chip);
    return board_of(part_of(state), part_of(state)->chip);
}

static int teardown(void **state)
{
    (void)state;
    board_destroy(&board);
    return 0;
}

static enum board_end type_number(unsigned number)
{
    char text[CONSOLE_LINE_BYTES];

    (void)snprintf(text, sizeof(text), "set %u", number * 37u % 101u);
    return board_type(&board, text);
}

static void save_lines(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(type_number(i), BOARD_READY);
        assert_int_equal(board.console.answer, CONSOLE_SAVED);
    }
}

static void boot_and_judge(void)
{
    assert_int_equal(board_boot(&board), BOARD_READY);
    assert_int_equal(board.console.answer, CONSOLE_BRIGHTNESS);
    assert_true(oracle_found(&board.oracle, board.console.value));
}

/* What is answered is there after a power cycle, and the flash was never away for too long. */
static void test_chip_firmware_saves_within_its_budget(void **state)
{
    struct twin_counters counters;

    boot_and_judge();
    save_lines(LINES);
    twin_counters_get(board.twin, &counters);
    assert_true(counters.erases >= 4);
    assert_true(counters.programs >= LINES);
    assert_int_equal(counters.violations, 0);
    assert_in_range(counters.longest_blackout_ps, 1, part_of(state)->blackout_ps);
    print_message("longest blackout %.1f us\n",
                  (double)counters.longest_blackout_ps / (double)TWIN_PS_PER_US);
    twin_power_off(board.twin);
    boot_and_judge();
}

/* From the snapshot on, the power fails as planned while a line is typed; then two boots. */
static bool cut_and_judge(const struct twin_snapshot *snapshot, const struct oracle *oracle,
                          const struct twin_cut *cut)
{
    twin_restore(board.twin, snapshot);
    board.oracle = *oracle;
    twin_seed(board.twin, SEED + cut->count);
    twin_cut_plan(board.twin, cut);
    if (type_number(LINES) != BOARD_CUT) return false;
    boot_and_judge();
    twin_power_off(board.twin);
    boot_and_judge();
    return true;
}

static unsigned cut_each(const struct twin_snapshot *snapshot, const struct oracle *oracle,
                         enum twin_cut_kind kind, uint64_t end)
{
    unsigned cuts = 0;

    twin_restore(board.twin, snapshot);
    const uint64_t first = twin_command_count(board.twin);
    const uint64_t step = end - first > CUTS_OF_A_KIND ? (end - first) / CUTS_OF_A_KIND : 1;
    for (uint64_t count = first; count < end; count += step) {
        const struct twin_cut cut = {.kind = kind, .count = count};

        cuts += cut_and_judge(snapshot, oracle, &cut);
    }
    return cuts;
}

static void test_chip_firmware_cut_leaves_old_or_new(void **state)
{
    unsigned cuts = 0;

    (void)state;
    boot_and_judge();
    save_lines(LINES);
    struct twin_snapshot *const snapshot = twin_snapshot(board.twin);
    const struct oracle oracle = board.oracle;
    const uint64_t operation = twin_operation_count(board.twin);
    assert_int_equal(type_number(LINES), BOARD_READY);
    const uint64_t command_end = twin_command_count(board.twin);
    const uint64_t operation_end = twin_operation_count(board.twin);
    assert_true(operation_end > operation);

    cuts += cut_each(snapshot, &oracle, TWIN_CUT_BEFORE_COMMAND, command_end);
    cuts += cut_each(snapshot, &oracle, TWIN_CUT_AFTER_COMMAND, command_end);
    for (uint64_t i = operation * PARTS_OF_AN_OPERATION;
         i < operation_end * PARTS_OF_AN_OPERATION; i++) {
        const struct twin_cut cut = {
            .kind = TWIN_CUT_IN_OPERATION,
            .count = i / PARTS_OF_AN_OPERATION,
            .fraction = (double)(i % PARTS_OF_AN_OPERATION) / (double)PARTS_OF_AN_OPERATION};

        cuts += cut_and_judge(snapshot, &oracle, &cut);
    }
    assert_true(cuts > CUTS_OF_A_KIND);
    print_message("%u cuts\n", cuts);
    twin_snapshot_free(board.twin, snapshot);
}

static bool is_for_any_chip(const struct part *part)
{
    return strcmp(part->elf, IMAGES "any.elf") == 0;
}

/* On any other part: refused, nothing is written, and the application runs on. */
static void test_chip_firmware_refuses_another_chip(void **state)
{
    static const char *const chips[] = {"MX66UW1G45G", "MX25UW51245G", "MX25UW25645G",
                                        "MX25LM51245G", "W25Q128JV"};

    if (is_for_any_chip(part_of(state))) skip();
    for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]); i++) {
        struct twin_counters counters;

        if (strcmp(chips[i], part_of(state)->chip) == 0) continue;
        assert_int_equal(board_of(part_of(state), chips[i]), 0);
        assert_int_equal(board_boot(&board), BOARD_READY);
        assert_int_equal(type_number(1), BOARD_READY);
        assert_int_equal(board.console.answer, CONSOLE_ERROR);
        twin_counters_get(board.twin, &counters);
        assert_int_equal(counters.programs + counters.erases + counters.violations, 0);
        board_destroy(&board);
    }
}

#define ROWS_OF_A_PART 3u

int main(void)
{
    struct CMUnitTest tests[PARTS * ROWS_OF_A_PART];
    size_t n = 0;

    for (size_t i = 0; i < PARTS; i++) {
        void *const part = (void *)(uintptr_t)&parts[i];

        tests[n++] = (struct CMUnitTest){"saves_within_its_budget",
                                         test_chip_firmware_saves_within_its_budget, setup,
                                         teardown, part};
        tests[n++] = (struct CMUnitTest){"cut_leaves_old_or_new",
                                         test_chip_firmware_cut_leaves_old_or_new, setup, teardown,
                                         part};
        tests[n++] = (struct CMUnitTest){"refuses_another_chip",
                                         test_chip_firmware_refuses_another_chip, NULL, NULL, part};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
