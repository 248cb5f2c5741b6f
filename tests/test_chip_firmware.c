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
 * usage: test_chip_firmware [PART]
 */
#include "tests/support/cmocka_all.h"
#include "tools/demo/board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGES NACRE_FIRMWARE_DIR "/examples/brightness/brightness_"
#define LINES 40u
#define LINES_IN_SLICES 8u /* the twin is slow in them; all of it belongs to the campaign */
#define CUTS_OF_A_KIND 24u
#define PARTS_OF_AN_OPERATION 8u
#define CUTS_OF_A_KIND_IN_SLICES 3u
#define PARTS_IN_SLICES 2u
#define REGION_BYTES (16u * UNIT_BYTES)
#define UNIT_BYTES 4096u
#define WINDOW 0x70000000u
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
    {"MT35XU512ABA", IMAGES "any.elf", 0x03FE0000u, 1150u * TWIN_PS_PER_US},
    {"S28HS512T", IMAGES "any.elf", 0x03FE0000u, 1150u * TWIN_PS_PER_US},
    {"GD25LX512ME", IMAGES "any.elf", 0x03FE0000u, 1150u * TWIN_PS_PER_US},
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

static struct board board;

/* The part that the board has now, and its first start. */
static struct {
    const struct part *part;
    struct twin_snapshot *snapshot;
    struct oracle oracle;
} begun;

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

static void close_board(void)
{
    if (begun.part == NULL) return;
    twin_snapshot_free(board.twin, begun.snapshot);
    board_destroy(&board);
    begun.part = NULL;
}

static int teardown(void **state)
{
    (void)state;
    close_board();
    return 0;
}

/* The long form belongs to the campaign. */
static bool is_short(const struct part *part)
{
    return part->blackout_ps > 10u * TWIN_PS_PER_US && getenv("NACRE_CAMPAIGN") == NULL;
}

static unsigned lines_of(const struct part *part)
{
    return is_short(part) ? LINES_IN_SLICES : LINES;
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

/* Each test begins with a store that is formatted: that is what takes the twin longest. */
static int setup(void **state)
{
    const struct part *const part = part_of(state);

    print_message("%s\n", part->chip);
    if (begun.part != part) {
        close_board();
        if (board_of(part, part->chip) != 0) return -1;
        boot_and_judge();
        begun.part = part;
        begun.snapshot = twin_snapshot(board.twin);
        begun.oracle = board.oracle;
    }
    twin_restore(board.twin, begun.snapshot);
    board.oracle = begun.oracle;
    return 0;
}

/* What is answered is there after a power cycle, and the flash was never away for too long. */
static void test_chip_firmware_saves_within_its_budget(void **state)
{
    struct twin_counters counters;

    const unsigned lines = lines_of(part_of(state));

    save_lines(lines);
    twin_counters_get(board.twin, &counters);
    assert_true(counters.erases >= 4);
    assert_true(counters.programs >= lines);
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

static unsigned cuts_of_a_kind(const struct part *part)
{
    return is_short(part) ? CUTS_OF_A_KIND_IN_SLICES : CUTS_OF_A_KIND;
}

static unsigned cut_each(const struct twin_snapshot *snapshot, const struct oracle *oracle,
                         enum twin_cut_kind kind, uint64_t end, unsigned most)
{
    unsigned cuts = 0;

    twin_restore(board.twin, snapshot);
    const uint64_t first = twin_command_count(board.twin);
    const uint64_t step = end - first > most ? (end - first) / most : 1;
    for (uint64_t count = first; count < end; count += step) {
        const struct twin_cut cut = {.kind = kind, .count = count};

        cuts += cut_and_judge(snapshot, oracle, &cut);
    }
    return cuts;
}

static void test_chip_firmware_cut_leaves_old_or_new(void **state)
{
    const uint64_t fractions =
        is_short(part_of(state)) ? PARTS_IN_SLICES : PARTS_OF_AN_OPERATION;
    const unsigned count = cuts_of_a_kind(part_of(state));
    unsigned cuts = 0;

    save_lines(lines_of(part_of(state)));
    struct twin_snapshot *const snapshot = twin_snapshot(board.twin);
    const struct oracle oracle = board.oracle;
    const uint64_t operation = twin_operation_count(board.twin);
    assert_int_equal(type_number(LINES), BOARD_READY);
    const uint64_t command_end = twin_command_count(board.twin);
    const uint64_t operation_end = twin_operation_count(board.twin);
    assert_true(operation_end > operation);

    cuts += cut_each(snapshot, &oracle, TWIN_CUT_BEFORE_COMMAND, command_end, count);
    cuts += cut_each(snapshot, &oracle, TWIN_CUT_AFTER_COMMAND, command_end, count);
    for (uint64_t i = operation * fractions; i < operation_end * fractions; i++) {
        const struct twin_cut cut = {.kind = TWIN_CUT_IN_OPERATION,
                                     .count = i / fractions,
                                     .fraction = (double)(i % fractions) / (double)fractions};

        cuts += cut_and_judge(snapshot, &oracle, &cut);
    }
    assert_true(cuts > cuts_of_a_kind(part_of(state)));
    print_message("%u cuts\n", cuts);
    twin_snapshot_free(board.twin, snapshot);
}

/*
 * The units in use take no program any more, and two of the next ones no erase: the chip says so,
 * or what reads back differs. Nothing that was answered is lost, and a chip that keeps its fail
 * bits, or stays busy with them, goes on as one that does not.
 */
static void test_chip_firmware_gets_over_units_that_fail(void **state)
{
    struct twin_counters before;
    struct twin_counters after;
    const uint32_t first = part_of(state)->region_addr;
    uint32_t failing = 0;

    save_lines(LINES / 4u);
    for (uint32_t at = first; at < first + REGION_BYTES; at += UNIT_BYTES) {
        uint8_t byte;

        assert_true(twin_chip_read(board.twin, at, &byte, 1));
        failing += byte != 0xFF;
        assert_true(twin_chip_fail(board.twin, at, byte != 0xFF, failing == 1u));
    }
    assert_true(failing >= 2);
    twin_counters_get(board.twin, &before);
    save_lines(LINES / 4u);
    twin_counters_get(board.twin, &after);
    assert_true(after.erases > before.erases);
    assert_int_equal(after.violations, 0);
    twin_power_off(board.twin);
    boot_and_judge();
}

/* The linker's word for the end of the image is what nacre_nor_open goes by. */
static void test_chip_firmware_ends_where_the_linker_says(void **state)
{
    uint32_t start;
    uint32_t end;
    uint8_t bytes[4096];

    assert_true(twin_symbol_find(board.twin, "nacre_image_start", &start));
    assert_true(twin_symbol_find(board.twin, "nacre_image_end", &end));
    assert_int_equal(start, WINDOW);
    assert_true(twin_chip_read(board.twin, end - WINDOW - 4u, bytes, 4));
    assert_memory_not_equal(bytes, "\xFF\xFF\xFF\xFF", 4);
    assert_true(twin_chip_read(board.twin, end - WINDOW, bytes, sizeof(bytes)));
    for (size_t i = 0; i < sizeof(bytes); i++) assert_int_equal(bytes[i], 0xFF);
    assert_true(end - WINDOW < part_of(state)->region_addr);
}

static bool is_for_any_chip(const struct part *part)
{
    return strcmp(part->elf, IMAGES "any.elf") == 0;
}

/* On any other part: refused, nothing is written, and the application runs on. */
static void test_chip_firmware_refuses_another_chip(void **state)
{
    static const char *const chips[] = {"MX66UW1G45G", "MX25UW51245G", "MX25UW25645G",
                                        "MX25LM51245G", "W25Q128JV", "MT35XU512ABA",
                                        "S28HS512T", "GD25LX512ME"};

    close_board();
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

#define ROWS_OF_A_PART 5u

int main(int argc, char **argv)
{
    struct CMUnitTest tests[PARTS * ROWS_OF_A_PART];
    size_t n = 0;

    for (size_t i = 0; i < PARTS; i++) {
        void *const part = (void *)(uintptr_t)&parts[i];

        if (argc > 1 && strcmp(argv[1], parts[i].chip) != 0) continue;
        tests[n++] = (struct CMUnitTest){"saves_within_its_budget",
                                         test_chip_firmware_saves_within_its_budget, setup,
                                         NULL, part};
        tests[n++] = (struct CMUnitTest){"cut_leaves_old_or_new",
                                         test_chip_firmware_cut_leaves_old_or_new, setup, NULL,
                                         part};
        tests[n++] = (struct CMUnitTest){"gets_over_units_that_fail",
                                         test_chip_firmware_gets_over_units_that_fail, setup,
                                         NULL, part};
        tests[n++] = (struct CMUnitTest){"ends_where_the_linker_says",
                                         test_chip_firmware_ends_where_the_linker_says, setup,
                                         NULL, part};
        if (is_for_any_chip(&parts[i])) continue;
        tests[n++] = (struct CMUnitTest){"refuses_another_chip",
                                         test_chip_firmware_refuses_another_chip, NULL, NULL, part};
    }
    return _cmocka_run_group_tests("test_chip_firmware", tests, n, NULL, teardown);
}
