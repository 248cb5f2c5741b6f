/*
 * The devices from the state that ST's boot leaves: leave mapped mode, program, erase, poll, map
 * again.
 *
 * Method: the register sequence that ST's HAL and the traced boot images use, written out by hand.
 * What must be in the chip at the end is known from the bytes that were sent.
 */
#include <string.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/xspi_fixture.h"

#define UNIT_ADDR 0x07FE0000u

/* Traced: registers at the jump, release 1.3.0 (STM32CubeH7RS c5da62bf). */
static void test_xspi_boot_registers_are_those_of_the_trace(void **state)
{
    (void)state;
    static const uint32_t expected[][2] = {
        {R_CR, 0x30400301}, {R_DCR1, 0x011A0100}, {R_DCR2, 0},     {R_CCR, 0x2C003C1C},
        {R_TCR, 0x14},      {R_IR, 0xEE11},       {R_WIR, 0x02FD}, {R_WCCR, 0x2C003C1C},
        {R_DLR, 7},         {R_PIR, 0x10},        {R_PSMKR, 1},    {R_SR, 0},
        {R_AR, 0},          {R_PSMAR, 0},         {R_DCR3, 0},     {0x014, 0},
        {0x120, 0},         {R_LPTR, 0},          {0x140, 0},      {0x148, 0},
        {0x150, 0},         {0x160, 0},           {R_WTCR, 0},     {0x1A0, 0},
        {0x200, 0}};
    for (uint32_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_int_equal(rd(&rig, expected[i][0]), expected[i][1]);
    }
    assert_int_equal(xspim_cr(rig.m), 0x10);
    assert_int_equal(psram_mode_register(rig.psram, 8), 0x46);
}

/* Traced: XSPI1, and what differs between the releases. */
static void test_xspi_boot_releases_differ_as_traced(void **state)
{
    (void)state;
    static const uint32_t psram[][2] = {
        {R_CR, 0x30000101}, {R_DCR1, 0x06180400}, {R_DCR2, 0},         {R_DCR3, 0x000A0000},
        {R_CCR, 0x2D003C04}, {R_TCR, 0x0D},       {R_IR, 0x20},        {R_WCCR, 0x2D003C04},
        {R_WTCR, 6},        {R_WIR, 0xA0},        {0x140, 0x2D003C04}, {0x148, 6},
        {0x150, 0},         {R_DLR, 1},           {R_AR, 0}};
    for (uint32_t i = 0; i < sizeof psram / sizeof psram[0]; i++) {
        assert_int_equal(rig_read(&rig, rig.x1, psram[i][0], 4), psram[i][1]);
    }
    static const struct {
        enum boot_state state;
        uint32_t tcr;
        uint32_t wir;
        uint32_t dcr3;
        uint32_t xspim;
    } rows[] = {{BOOT_STATE_1_0_0, 0x10000014, 0x12ED, 0, 0x00FF0010},
                {BOOT_STATE_1_2_0, 0x10000014, 0x12ED, 0, 0x00FF0010},
                {BOOT_STATE_BETWEEN, 0x00000014, 0x12ED, 0, 0x00FF0010},
                {BOOT_STATE_1_3_0, 0x00000014, 0x02FD, 0, 0x00000010},
                {BOOT_STATE_RWW, 0x10000014, 0x12ED, 0x16, 0x00090003}};
    for (uint32_t i = 0; i < BOOT_STATE_COUNT; i++) {
        rig_boot(&rig, rows[i].state);
        assert_int_equal(rd(&rig, R_CR), 0x30400301);
        assert_int_equal(rd(&rig, R_TCR), rows[i].tcr);
        assert_int_equal(rd(&rig, R_WIR), rows[i].wir);
        assert_int_equal(rd(&rig, R_DCR3), rows[i].dcr3);
        assert_int_equal(xspim_cr(rig.m), rows[i].xspim);
    }
    assert_int_equal(rig_read(&rig, rig.x1, R_CR, 4), 0x301);
    assert_int_equal(rig_read(&rig, rig.x1, R_TCR, 4), 0x10000000);
}

/* Both windows answer as memory, in every release's state. */
static void test_xspi_boot_windows_are_plain_in_all_releases(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < BOOT_STATE_COUNT; i++) {
        rig_boot(&rig, (enum boot_state)i);
        for (uint32_t bank = 0; bank < 4; bank++) {
            assert_int_equal(xspi_window_state(rig.x2, rig.now_ps, bank), XSPI_WINDOW_PLAIN);
        }
        const bool has_psram = i != BOOT_STATE_RWW;
        assert_int_equal(xspi_window_state(rig.x1, rig.now_ps, 0),
                         has_psram ? XSPI_WINDOW_PLAIN : XSPI_WINDOW_BUS_ERROR);
    }
}

static void program_16(uint32_t addr, const uint8_t bytes[16])
{
    rig_command(&rig, 0x06F9);
    assert_int_equal(rig_status(&rig, 0x05FA), 0x02);
    rig_send(&rig, 0x12ED, addr, bytes, 16);
}

static void test_xspi_boot_program_and_read_back_through_the_window(void **state)
{
    (void)state;
    const uint8_t bytes[16] = "nacre is a shell";
    (void)xspi_window_touch(rig.x2, rig.now_ps, 0);
    rig_leave_mapped(&rig);
    assert_int_equal(xspi_window_state(rig.x2, rig.now_ps, 0), XSPI_WINDOW_BUS_ERROR);
    program_16(UNIT_ADDR, bytes);
    assert_int_equal(rig_status(&rig, 0x05FA), 0x03);
    rig_map(&rig);
    assert_int_equal(xspi_window_state(rig.x2, rig.now_ps, 0), XSPI_WINDOW_PLAIN);
    assert_int_equal(xspi_window_state(rig.x2, rig.now_ps, 3), XSPI_WINDOW_HANG);
    rig_wait(&rig, 200 * US);
    assert_int_equal(xspi_window_state(rig.x2, rig.now_ps, 3), XSPI_WINDOW_PLAIN);
    for (uint32_t i = 0; i < 16; i += 4) {
        const struct xspi_access access = xspi_window_read(rig.x2, rig.now_ps, UNIT_ADDR + i, 4);
        uint32_t word;
        memcpy(&word, bytes + i, 4);
        assert_int_equal(access.outcome, XSPI_OK);
        assert_int_equal(access.value, word);
    }
    assert_int_equal(rig.flags[XSPI_FLAG_IGNORED_BUSY], 0);
}

static void test_xspi_boot_erase_ends_after_the_typical_time(void **state)
{
    (void)state;
    const uint8_t bytes[16] = "nacre is a shell";
    assert_true(nor_load(rig.nor, UNIT_ADDR, bytes, 16));
    rig_leave_mapped(&rig);
    rig_command(&rig, 0x06F9);
    const uint64_t start = rig.now_ps;
    rig_command_at(&rig, 0x21DE, UNIT_ADDR + 0x123);
    while ((rig_status(&rig, 0x05FA) & 1u) != 0) rig_wait(&rig, 100 * US);
    assert_in_range(rig.now_ps - start, 25 * MS - US, 25 * MS + 110 * US);
    assert_int_equal(rig_status(&rig, 0x2BD4), 0);
    for (uint32_t i = 0; i < 4096; i++) assert_int_equal(nor_array(rig.nor)[UNIT_ADDR + i], 0xFF);
}

/* Indirect read of what the window shows: one byte order for both (MTYP 1, chip swaps). */
static void test_xspi_boot_indirect_read_gives_the_windows_bytes(void **state)
{
    (void)state;
    uint8_t bytes[300];
    for (uint32_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 7u + 1u);
    assert_true(nor_load(rig.nor, 0x1234, bytes, sizeof bytes));
    rig_leave_mapped(&rig);
    uint8_t back[300];
    rig_fetch(&rig, 0xEE11, 0x1234, back, sizeof back);
    assert_memory_equal(back, bytes, sizeof back);
}

/* The stray-store case: WIR 02FD is no opcode in octal, so the chip ignores a mapped write. */
static void test_xspi_boot_mapped_write_with_the_leftover_wir_is_ignored(void **state)
{
    (void)state;
    const struct xspi_access access = xspi_window_write(rig.x2, rig.now_ps, 0x1000, 4, 0);
    assert_int_equal(access.outcome, XSPI_OK);
    rig_leave_mapped(&rig);
    assert_int_equal(rig.last.raw, 0x02FD);
    assert_int_equal(rig.last.refusal, NOR_REFUSED_OPCODE);
    assert_int_equal(nor_array(rig.nor)[0x1000], 0xFF);
}

/* EXTMEM_WriteInMappedMode's way: 12ED in WIR, WREN, stores, abort ends the page. */
static void test_xspi_boot_mapped_write_programs_when_enabled(void **state)
{
    (void)state;
    rig_boot(&rig, BOOT_STATE_1_2_0);
    rig_leave_mapped(&rig);
    rig_command(&rig, 0x06F9);
    rig_map(&rig);
    for (uint32_t i = 0; i < 4; i++) {
        (void)xspi_window_write(rig.x2, rig.now_ps, 0x2000 + 4 * i, 4, 0x04030201u + i);
    }
    rig_leave_mapped(&rig);
    assert_int_equal(rig.last.raw, 0x12ED);
    assert_int_equal(rig.last.refusal, NOR_ACCEPTED);
    assert_int_equal(rig.last.n, 16);
    rig_wait(&rig, 200 * US);
    const uint8_t expected[8] = {1, 2, 3, 4, 2, 2, 3, 4};
    assert_memory_equal(nor_array(rig.nor) + 0x2000, expected, sizeof expected);
}

/* ---- ST's cold boot, command by command (traced; release 1.3.0), from reset to mapped ---- */

static void command_1s(uint32_t opcode)
{
    wr(&rig, R_TCR, 0);
    wr(&rig, R_CCR, 0x00000001);
    wr(&rig, R_IR, opcode);
    assert_true(rig_wait_flag(&rig, B_TCF, true));
    wr(&rig, R_FCR, B_TCF);
    assert_int_equal(rig.last.refusal, NOR_ACCEPTED);
}

static void read_1s(uint32_t opcode, uint32_t addr, uint8_t *bytes, uint32_t n)
{
    const bool is_sfdp = opcode == 0x5A;
    wr(&rig, R_DLR, n - 1);
    wr(&rig, R_TCR, is_sfdp ? 8 : 0);
    wr(&rig, R_CCR, is_sfdp ? 0x01002101 : 0x01000001);
    wr(&rig, R_IR, opcode);
    wr(&rig, R_CR, 0x10000301);
    if (is_sfdp) wr(&rig, R_AR, addr);
    if (!is_sfdp) wr(&rig, R_IR, opcode);
    for (uint32_t i = 0; i < n; i++) bytes[i] = (uint8_t)rig_read(&rig, rig.x2, R_DR, 1);
    assert_true(rig_wait_flag(&rig, B_BUSY, false));
    wr(&rig, R_FCR, B_TCF);
    wr(&rig, R_CR, 0x00000301);
}

static void write_1s(uint32_t opcode, const uint8_t *bytes, uint32_t n)
{
    wr(&rig, R_DLR, n - 1);
    wr(&rig, R_TCR, 0);
    wr(&rig, R_CCR, 0x01000001);
    wr(&rig, R_IR, opcode);
    for (uint32_t i = 0; i < n; i++) rig_write_dr(&rig, rig.x2, bytes[i], 1);
    assert_true(rig_wait_flag(&rig, B_TCF, true));
    wr(&rig, R_FCR, B_TCF);
    assert_int_equal(rig.last.refusal, NOR_ACCEPTED);
}

static void poll(uint32_t ccr, uint32_t ir, uint32_t mask, uint32_t match)
{
    const bool is_octal = ccr != 0x01000001;
    wr(&rig, R_CR, 0x00400301);
    wr(&rig, R_PSMKR, mask);
    wr(&rig, R_PSMAR, match);
    wr(&rig, R_PIR, 0x10);
    wr(&rig, R_DLR, 0);
    wr(&rig, R_TCR, is_octal ? 20 : 0);
    wr(&rig, R_CCR, ccr);
    wr(&rig, R_IR, ir);
    wr(&rig, R_CR, 0x20400301);
    if (is_octal) wr(&rig, R_AR, 0);
    if (!is_octal) wr(&rig, R_IR, ir);
    for (uint32_t i = 0; i < 100 && (rd(&rig, R_SR) & B_SMF) == 0; i++) rig_wait(&rig, MS);
    assert_int_equal(rd(&rig, R_SR) & (B_SMF | B_BUSY), B_SMF);
    wr(&rig, R_FCR, B_SMF);
    wr(&rig, R_CR, 0x00400301);
}

static void cold_boot_in_spi(void)
{
    uint8_t bytes[8];
    wr(&rig, R_DCR1, 0x011F0100);
    wr(&rig, R_DCR2, 3);
    wr(&rig, R_CR, 0x00000301);
    read_1s(0x5A, 0, bytes, 8);
    assert_memory_equal(bytes, "SFDP\x08\x01\x04\xFD", 8);
    command_1s(0x66);
    command_1s(0x99);
    rig_wait(&rig, 10 * MS);
    read_1s(0x9F, 0, bytes, 4);
    assert_memory_equal(bytes, "\xC2\x81\x3B", 3);
    wr(&rig, R_DCR1, 0x011A0100);
    command_1s(0x06);
    poll(0x01000001, 0x05, 1, 0);
    write_1s(0x01, (const uint8_t *)"\x00\x02", 2);
    poll(0x01000001, 0x05, 1, 0);
    read_1s(0x15, 0, bytes, 1);
    assert_int_equal(bytes[0], 0x02);
    command_1s(0x06);
    write_1s(0x72, (const uint8_t *)"\x00\x00\x00\x00\x02", 5);
}

static void test_xspi_boot_cold_boot_sequence_ends_in_the_start_state(void **state)
{
    (void)state;
    rig_close(&rig);
    rig_open(&rig, NULL);
    cold_boot_in_spi();
    poll(0x24003C1C, 0x05FA, 1, 0);
    wr(&rig, R_DCR2, 0);
    rig_command(&rig, 0x06F9);
    poll(0x24003C1C, 0x05FA, 2, 2);
    const uint8_t zero[2] = {0, 0};
    rig_send(&rig, 0x728D, 0x300, zero, 2);
    assert_int_equal(rig.last.refusal, NOR_ACCEPTED);
    poll(0x24003C1C, 0x05FA, 1, 0);
    uint8_t bytes[8];
    rig_fetch(&rig, 0x5AA5, 0, bytes, 8);
    assert_memory_equal(bytes, "SFDP\x08\x01\x04\xFD", 8);
    rig_map(&rig);
    for (uint32_t bank = 0; bank < 4; bank++) {
        assert_int_equal(xspi_window_state(rig.x2, rig.now_ps, bank), XSPI_WINDOW_PLAIN);
    }
    assert_int_equal(nor_counters(rig.nor).nonvolatile_writes, 1);
    assert_int_equal(nor_protocol(rig.nor), NOR_DOPI);
}

/* The named state of the chip is what that sequence leaves: DTR, SR 0, CR 02, 20 dummies. */
static void test_xspi_boot_chip_state_is_that_of_the_sequence(void **state)
{
    (void)state;
    uint8_t bytes[2];
    rig_leave_mapped(&rig);
    assert_int_equal(rig_status(&rig, 0x05FA), 0x00);
    rig_fetch(&rig, 0x718E, 0x300, bytes, 2);
    assert_int_equal(bytes[0], 0x00);
    rig_fetch(&rig, 0x718E, 0x000, bytes, 2);
    assert_int_equal(bytes[0], 0x02);
    rig_fetch(&rig, 0x15EA, 1, bytes, 2);
    assert_int_equal(bytes[0], 0x02);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(test_xspi_boot_##name, rig_begin_mapped, rig_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(registers_are_those_of_the_trace),
        TEST(releases_differ_as_traced),
        TEST(windows_are_plain_in_all_releases),
        TEST(program_and_read_back_through_the_window),
        TEST(erase_ends_after_the_typical_time),
        TEST(indirect_read_gives_the_windows_bytes),
        TEST(mapped_write_with_the_leftover_wir_is_ignored),
        TEST(mapped_write_programs_when_enabled),
        TEST(cold_boot_sequence_ends_in_the_start_state),
        TEST(chip_state_is_that_of_the_sequence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
