/*
 * The mapped window and the I/O manager.
 *
 * Method: as in test_twin_xspi_rules.c. SVD is ST's register description of the H7RS, HAL is
 * stm32h7rsxx_hal_xspi.c, RM0456 is the manual of the same IP family, ES0620 the errata of the
 * STM32N6.
 */
#include <string.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/xspi_fixture.h"

static enum xspi_window window(uint32_t bank)
{
    return xspi_window_state(rig.x2, rig.now_ps, bank);
}

/*
 * RM0456: BUSY is 0 until the first mapped access and 1 from it on; configuration is open before.
 */
static void test_xspi_window_busy_rises_at_the_first_access(void **state)
{
    (void)state;
    assert_int_equal(rd(&rig, R_SR) & B_BUSY, 0);
    wr(&rig, R_LPTR, 0x55);
    assert_int_equal(rd(&rig, R_LPTR), 0x55);
    assert_false(xspi_window_is_touched(rig.x2));
    const struct xspi_access first = xspi_window_touch(rig.x2, rig.now_ps, 0x100);
    assert_int_equal(first.outcome, XSPI_OK);
    /* 1 lead + 3 + 20 + 16 clocks for a line. */
    assert_int_equal(first.done_ps - rig.now_ps, 40 * CLK_PS);
    assert_true(xspi_window_is_touched(rig.x2));
    rig_wait(&rig, 1000 * MS);
    assert_int_equal(rd(&rig, R_SR) & B_BUSY, B_BUSY);
    wr(&rig, R_LPTR, 0x66);
    assert_int_equal(rd(&rig, R_LPTR), 0x55);
}

/* RM0456 28.4.17: FMODE other than 11, EN 0, past DEVSIZE, DMODE 0: slave error. */
static void test_xspi_window_bus_errors(void **state)
{
    (void)state;
    assert_int_equal(xspi_window_read(rig.x2, rig.now_ps, 0x07FFFFFC, 4).outcome, XSPI_OK);
    assert_int_equal(xspi_window_read(rig.x2, rig.now_ps, 0x08000000, 4).outcome, XSPI_BUS_ERROR);
    assert_int_equal(xspi_window_read(rig.x2, rig.now_ps, 0x07FFFFFE, 4).outcome, XSPI_BUS_ERROR);
    rig_leave_mapped(&rig);
    for (uint32_t mode = 0; mode < 3; mode++) {
        wr(&rig, R_CR, CR_ON | mode << 28);
        assert_int_equal(xspi_window_read(rig.x2, rig.now_ps, 0, 4).outcome, XSPI_BUS_ERROR);
        assert_int_equal(xspi_window_write(rig.x2, rig.now_ps, 0, 4, 0).outcome, XSPI_BUS_ERROR);
        assert_int_equal(window(0), XSPI_WINDOW_BUS_ERROR);
    }
    wr(&rig, R_CR, CR_ON);
    wr(&rig, R_CCR, 0x00003C1C);
    wr(&rig, R_CR, CR_ON | MODE_MAP);
    assert_int_equal(xspi_window_read(rig.x2, rig.now_ps, 0, 4).outcome, XSPI_BUS_ERROR);
    wr(&rig, R_CR, (CR_ON & ~1u) | MODE_MAP);
    assert_int_equal(window(0), XSPI_WINDOW_BUS_ERROR);
}

/* A busy bank drives no strobe: the access never ends. The others go on. */
static void test_xspi_window_busy_bank_hangs_and_others_do_not(void **state)
{
    (void)state;
    rig_leave_mapped(&rig);
    erase_begin(BANK3 + 0x1000000);
    const uint32_t before = rig.window_changes;
    rig_map(&rig);
    assert_true(rig.window_changes > before);
    for (uint32_t bank = 0; bank < 3; bank++) {
        assert_int_equal(window(bank), XSPI_WINDOW_PLAIN);
        assert_int_equal(xspi_window_read(rig.x2, rig.now_ps, bank << 25, 4).value, 0xFFFFFFFF);
    }
    assert_int_equal(window(3), XSPI_WINDOW_HANG);
    const uint32_t told = rig.window_changes;
    assert_int_equal(xspi_window_read(rig.x2, rig.now_ps, BANK3, 4).outcome, XSPI_HANG);
    rig_wait(&rig, 30 * MS);
    assert_true(rig.window_changes > told);
    assert_int_equal(window(3), XSPI_WINDOW_PLAIN);
    assert_int_equal(xspi_window_read(rig.x2, rig.now_ps, BANK3, 4).outcome, XSPI_OK);
}

/* A flash that is in SPI while the controller maps it in octal: no strobe. */
static void test_xspi_window_wrong_protocol_hangs(void **state)
{
    (void)state;
    rig_leave_mapped(&rig);
    rig_command(&rig, 0x6699);
    rig_command(&rig, 0x9966);
    rig_wait(&rig, MS);
    assert_int_equal(nor_protocol(rig.nor), NOR_SPI);
    rig_map(&rig);
    assert_int_equal(window(0), XSPI_WINDOW_HANG);
    rig_leave_mapped(&rig);
    wr(&rig, R_CCR, 0x01003101); /* 1S, 32-bit address: what EMM falls back to (traced) */
    wr(&rig, R_TCR, 8);
    wr(&rig, R_IR, 0x0C);
    wr(&rig, R_CR, CR_ON | MODE_MAP);
    assert_int_equal(window(0), XSPI_WINDOW_PLAIN);
}

/* Wrong dummies or byte order: bytes come, but not those of the array. */
static void test_xspi_window_wrong_set_up_garbles(void **state)
{
    (void)state;
    const uint8_t bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    assert_true(nor_load(rig.nor, 0, bytes, 8));
    wr(&rig, R_CR, CR_ON);
    wr(&rig, R_DCR1, 0x001A0100);
    wr(&rig, R_CR, CR_ON | MODE_MAP);
    assert_int_equal(window(0), XSPI_WINDOW_GARBLED);
    assert_int_equal(xspi_window_read(rig.x2, rig.now_ps, 0, 4).value, 0x03040102);
    rig_leave_mapped(&rig);
    wr(&rig, R_DCR1, 0x011A0100);
    wr(&rig, R_TCR, 21);
    wr(&rig, R_CR, CR_ON | MODE_MAP);
    assert_int_equal(window(0), XSPI_WINDOW_GARBLED);
    assert_int_equal(xspi_window_read(rig.x2, rig.now_ps, 0, 4).value, 0x06050403);
}

/* SVD: after ABORT the mode is still 11; a read before FMODE is cleared starts all over again. */
static void test_xspi_window_read_between_abort_and_fmode_reopens(void **state)
{
    (void)state;
    (void)xspi_window_touch(rig.x2, rig.now_ps, 0);
    wr(&rig, R_CR, rd(&rig, R_CR) | B_ABORT);
    assert_int_equal(rd(&rig, R_SR), B_TCF);
    assert_int_equal(rd(&rig, R_CR) & MODE_MAP, MODE_MAP);
    assert_false(xspi_window_is_touched(rig.x2));
    assert_int_equal(window(0), XSPI_WINDOW_PLAIN);
    (void)xspi_window_touch(rig.x2, rig.now_ps, 0x40);
    assert_int_equal(rig.flags[XSPI_FLAG_WINDOW_REOPENED], 1);
    wr(&rig, R_CR, CR_ON);
    assert_int_equal(rd(&rig, R_CR) & MODE_MAP, MODE_MAP);
    assert_int_equal(rig.flags[XSPI_FLAG_FMODE_IGNORED], 1);
    wr(&rig, R_CR, rd(&rig, R_CR) | B_ABORT);
    wr(&rig, R_CR, CR_ON);
    assert_int_equal(rd(&rig, R_CR), CR_ON);
}

/* ABORT on the idle mapped controller wedges it: then the window never answers again. */
static void test_xspi_window_wedged_controller_hangs(void **state)
{
    (void)state;
    wr(&rig, R_CR, rd(&rig, R_CR) | B_ABORT);
    assert_int_equal(rig.flags[XSPI_FLAG_WEDGED], 1);
    assert_int_equal(window(0), XSPI_WINDOW_HANG);
    assert_int_equal(xspi_window_read(rig.x2, rig.now_ps, 0, 4).outcome, XSPI_HANG);
    assert_int_equal(xspi_window_write(rig.x2, rig.now_ps, 0, 4, 0).outcome, XSPI_HANG);
}

/* SVD TCEN, LPTR: NCS is released LPTR clocks after the last access; TOF; BUSY falls. */
static void test_xspi_window_timeout_releases_the_chip(void **state)
{
    (void)state;
    wr(&rig, R_CR, CR_ON);
    wr(&rig, R_LPTR, 100);
    wr(&rig, R_CR, CR_ON | MODE_MAP | B_TCEN);
    const uint64_t start = rig.now_ps;
    (void)xspi_window_touch(rig.x2, start, 0);
    assert_int_equal(xspi_next_event_ps(rig.x2), start + 100 * CLK_PS);
    const uint32_t told = rig.window_changes;
    rig_wait(&rig, 100 * CLK_PS - 1);
    assert_int_equal(xspi_peek(rig.x2, R_SR), B_BUSY);
    rig_wait(&rig, 1);
    assert_int_equal(rd(&rig, R_SR), B_TOF);
    assert_true(rig.window_changes > told);
    assert_false(xspi_window_is_touched(rig.x2));
    wr(&rig, R_FCR, B_TOF);
    assert_int_equal(rd(&rig, R_SR), 0);
}

/* RM0456: a mapped write with DQSE 0 in octal DTR, or DMODE 0, is a slave error. */
static void test_xspi_window_mapped_write_needs_dqse(void **state)
{
    (void)state;
    wr(&rig, R_CR, CR_ON);
    wr(&rig, R_WCCR, 0x0C003C1C);
    wr(&rig, R_CR, CR_ON | MODE_MAP);
    assert_int_equal(xspi_window_write(rig.x2, rig.now_ps, 0, 4, 0).outcome, XSPI_BUS_ERROR);
    assert_int_equal(rd(&rig, R_SR) & B_BUSY, 0);
}

/*
 * Mapped writes that do not follow each other are frames of their own; BUSY rises with the first.
 */
static void test_xspi_window_mapped_writes_join_only_in_a_row(void **state)
{
    (void)state;
    rig_boot(&rig, BOOT_STATE_1_2_0);
    const uint32_t heard = rig.commands;
    (void)xspi_window_write(rig.x2, rig.now_ps, 0x100, 4, 1);
    assert_int_equal(rd(&rig, R_SR) & B_BUSY, B_BUSY);
    (void)xspi_window_write(rig.x2, rig.now_ps, 0x104, 2, 1);
    assert_int_equal(rig.commands, heard);
    (void)xspi_window_write(rig.x2, rig.now_ps, 0x200, 4, 1);
    assert_int_equal(rig.commands, heard + 1);
    assert_int_equal(rig.last.n, 6);
    assert_int_equal(rig.last.refusal, NOR_REFUSED_NOT_ENABLED);
    assert_false(xspi_window_is_touched(rig.x2));
    (void)xspi_window_touch(rig.x2, rig.now_ps, 0);
    assert_int_equal(rig.commands, heard + 2);
    assert_true(xspi_window_is_touched(rig.x2));
}

/* ---- PSRAM on XSPI1, 16 lines, MTYP 6 (traced) ---- */

static void test_xspi_window_psram_is_mapped_and_written(void **state)
{
    (void)state;
    assert_int_equal(xspi_window_state(rig.x1, rig.now_ps, 0), XSPI_WINDOW_PLAIN);
    const struct xspi_access access = xspi_window_write(rig.x1, rig.now_ps, 0x1000, 4, 0xCAFE1234);
    assert_int_equal(access.outcome, XSPI_OK);
    assert_int_equal(xspi_window_read(rig.x1, rig.now_ps, 0x1000, 4).value, 0xCAFE1234);
    assert_int_equal(xspi_window_read(rig.x1, rig.now_ps, 0x02000000, 4).outcome, XSPI_BUS_ERROR);
}

/* ---- XSPIM: MUXEN, MODE and the override, by HAL_XSPIM_Config's table ---- */

static void m_write(uint32_t value)
{
    (void)xspim_reg_write(rig.m, rig.now_ps, 0, 4, value);
}

/* After this write each controller reaches that device, or none. */
static void expect_routes(uint32_t value, const struct frame_device *x1,
                          const struct frame_device *x2)
{
    m_write(value);
    assert_ptr_equal(xspim_route(rig.m, rig.x1), x1);
    assert_ptr_equal(xspim_route(rig.m, rig.x2), x2);
}

static void test_xspi_window_routes_follow_muxen_and_mode(void **state)
{
    (void)state;
    const struct frame_device *psram = psram_device(rig.psram);
    const struct frame_device *nor = nor_device(rig.nor);
    expect_routes(0x00, psram, nor);
    expect_routes(0x02, nor, psram);
    expect_routes(0x01, psram, psram);
    expect_routes(0x03, nor, nor);
    m_write(0x10);
    assert_ptr_equal(xspim_route(rig.m, rig.x2), nor);
    expect_routes(0x50, psram, NULL);
    expect_routes(0x30, NULL, nor);
    m_write(0xFFFF0010);
    assert_int_equal(xspim_reg_read(rig.m, rig.now_ps, 0, 4).value, 0x00FF0010);
}

/* HAL_XSPIM_Config must not run while code executes from either: the twin flags it. */
static void test_xspi_window_route_change_under_a_mapped_chip_is_flagged(void **state)
{
    (void)state;
    const uint32_t told = rig.window_changes;
    m_write(0x12);
    assert_int_equal(rig.flags[XSPI_FLAG_ROUTE_CHANGED], 2);
    assert_true(rig.window_changes > told);
    assert_int_equal(window(0), XSPI_WINDOW_HANG);
    m_write(0x10);
    assert_int_equal(window(0), XSPI_WINDOW_PLAIN);
    (void)xspim_reg_write(rig.m, rig.now_ps, 0, 1, 0x12);
    (void)xspim_reg_write(rig.m, rig.now_ps, 4, 4, 0x12);
    assert_int_equal(xspim_cr(rig.m), 0x10);
    xspim_reset(rig.m, rig.now_ps);
    assert_int_equal(xspim_cr(rig.m), 0);
}

static void xspi1_command(uint32_t ccr, uint32_t ir, uint32_t addr)
{
    rig_write(&rig, rig.x1, R_CCR, ccr);
    rig_write(&rig, rig.x1, R_IR, ir);
    if ((ccr >> 8 & 7) != 0) rig_write(&rig, rig.x1, R_AR, addr);
    rig_wait(&rig, US);
    rig_write(&rig, rig.x1, R_FCR, B_TCF);
}

/* ST's read-while-write example: XSPI1 indirect, XSPI2 mapped, one port, MAXTRAN 22. */
static void test_xspi_window_two_controllers_share_a_port(void **state)
{
    (void)state;
    rig_boot(&rig, BOOT_STATE_RWW);
    (void)xspi_window_touch(rig.x2, rig.now_ps, 0);
    xspi1_command(0x0000001C, 0x06F9, 0);
    assert_int_equal(rig.last.refusal, NOR_ACCEPTED);
    xspi1_command(0x00003C1C, 0xDC23, 0x02000000);
    assert_true(nor_bank_is_busy(rig.nor, 1));
    assert_int_equal(window(0), XSPI_WINDOW_PLAIN);
    assert_int_equal(window(1), XSPI_WINDOW_HANG);
    assert_int_equal(rd(&rig, R_SR) & B_BUSY, B_BUSY);
}

/* A write longer than MAXTRAN allows loses NCS; the rest of a plain program is refused. */
static void test_xspi_window_maxtran_splits_a_long_write(void **state)
{
    (void)state;
    rig_boot(&rig, BOOT_STATE_RWW);
    rig_write(&rig, rig.x1, R_DCR3, 0x16);
    rig_write(&rig, rig.x1, R_CCR, 0x0C003C1C);
    rig_write(&rig, rig.x1, R_DLR, 63);
    rig_write(&rig, rig.x1, R_AR, 0x02000000);
    for (uint32_t i = 0; i < 16; i++) rig_write_dr(&rig, rig.x1, 0, 4);
    rig_wait(&rig, US);
    rig_write(&rig, rig.x1, R_FCR, B_TCF);
    /* Nobody else wants the port: one frame. */
    assert_int_equal(rig.flags[XSPI_FLAG_SPLIT_WRITE], 0);
    (void)xspi_window_touch(rig.x2, rig.now_ps, 0);
    xspi1_command(0x0000001C, 0x06F9, 0);
    rig_write(&rig, rig.x1, R_DLR, 63);
    rig_write(&rig, rig.x1, R_CCR, 0x0C003C1C);
    rig_write(&rig, rig.x1, R_IR, 0x12ED);
    rig_write(&rig, rig.x1, R_AR, 0x02000000);
    for (uint32_t i = 0; i < 16; i++) rig_write_dr(&rig, rig.x1, 0, 4);
    rig_wait(&rig, MS);
    assert_int_equal(rig.flags[XSPI_FLAG_SPLIT_WRITE], 1);
    assert_int_equal(rig.last.refusal, NOR_REFUSED_BUSY);
    assert_int_equal(rig.last.n, 24);
    /* 23 clocks, 3 of them opcode and address: 40 bytes. */
    assert_int_equal(nor_array(rig.nor)[0x02000000 + 39], 0x00);
    assert_int_equal(nor_array(rig.nor)[0x02000000 + 40], 0xFF);
}

/* ES0620 2.4.1: without a splitter a parked prefetch never gives the port away. */
static void test_xspi_window_parked_prefetch_blocks_the_other_controller(void **state)
{
    (void)state;
    rig_boot(&rig, BOOT_STATE_RWW);
    wr(&rig, R_CR, CR_ON);
    wr(&rig, R_DCR3, 0);
    wr(&rig, R_CR, CR_ON | MODE_MAP);
    (void)xspi_window_touch(rig.x2, rig.now_ps, 0);
    const uint32_t heard = rig.commands;
    xspi1_command(0x0000001C, 0x06F9, 0);
    rig_wait(&rig, 100 * MS);
    assert_int_equal(rig.commands, heard);
    assert_int_equal(rig_read(&rig, rig.x1, R_SR, 4) & B_BUSY, B_BUSY);
}

/* In octal DTR a store of one byte is half a word on the wire; EN off ends the frame. */
static void test_xspi_window_byte_stores_change_their_byte_only(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        rig_boot(&rig, BOOT_STATE_1_2_0);
        wr(&rig, R_CR, CR_ON);
        rig_command(&rig, 0x06F9);
        rig_map(&rig);
        const uint32_t addr = 0x2000 + 0x100 * i + i;
        (void)xspi_window_write(rig.x2, rig.now_ps, addr, 1, 0x5A);
        wr(&rig, R_CR, rd(&rig, R_CR) & ~B_EN);
        assert_int_equal(rig.last.refusal, NOR_ACCEPTED);
        assert_int_equal(rig.last.n, 2);
        rig_wait(&rig, MS);
        assert_int_equal(nor_array(rig.nor)[addr], 0x5A);
        assert_int_equal(nor_array(rig.nor)[addr ^ 1], 0xFF);
    }
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(test_xspi_window_##name, rig_begin_mapped, rig_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(busy_rises_at_the_first_access),
        TEST(bus_errors),
        TEST(busy_bank_hangs_and_others_do_not),
        TEST(wrong_protocol_hangs),
        TEST(wrong_set_up_garbles),
        TEST(read_between_abort_and_fmode_reopens),
        TEST(wedged_controller_hangs),
        TEST(timeout_releases_the_chip),
        TEST(mapped_write_needs_dqse),
        TEST(mapped_writes_join_only_in_a_row),
        TEST(psram_is_mapped_and_written),
        TEST(routes_follow_muxen_and_mode),
        TEST(route_change_under_a_mapped_chip_is_flagged),
        TEST(two_controllers_share_a_port),
        TEST(maxtran_splits_a_long_write),
        TEST(parked_prefetch_blocks_the_other_controller),
        TEST(byte_stores_change_their_byte_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
