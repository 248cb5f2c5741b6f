/*
 * Auto-poll, time on the wire, the mapped window, hidden calibration, the I/O manager.
 *
 * Method: as in test_twin_xspi_rules.c. SVD is ST's register description of the H7RS, HAL is
 * stm32h7rsxx_hal_xspi.c, RM0456 is the manual of the same IP family, ES0620 the errata of the STM32N6.
 */
#include <string.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/xspi_rig.h"

#define CR_ON 0x00000301u
#define CLK_PS 5000ULL
#define BANK3 0x06000000u

static struct rig rig;

static int setup(void **state)
{
    (void)state;
    rig_open(&rig, NULL);
    rig_boot(&rig, BOOT_STATE_1_3_0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rig_close(&rig);
    return 0;
}

static enum xspi_window window(uint32_t bank)
{
    return xspi_window_state(rig.x2, rig.now_ps, bank);
}

static void erase_begin(uint32_t addr)
{
    rig_command(&rig, 0x06F9);
    rig_command_at(&rig, 0x21DE, addr);
    assert_int_equal(rig.last.refusal, NOR_ACCEPTED);
}

/* ---- auto-poll: ST's boot polls with FMODE 2, APMS, PIR 10h, 1-byte SDR status (traced) ---- */

static void poll_begin(uint32_t mask, uint32_t match, uint32_t cr)
{
    wr(&rig, R_CR, CR_ON);
    wr(&rig, R_PSMKR, mask);
    wr(&rig, R_PSMAR, match);
    wr(&rig, R_PIR, 0x10);
    wr(&rig, R_DLR, 0);
    wr(&rig, R_TCR, 20);
    wr(&rig, R_CCR, 0x24003C1C);
    wr(&rig, R_IR, 0x05FA);
    wr(&rig, R_CR, CR_ON | MODE_POLL | cr);
    wr(&rig, R_AR, 0);
}

/* SVD SMF, APMS: SMF at the match, and with APMS the polling stops and BUSY falls. */
static void test_xspi_window_poll_ends_when_the_erase_does(void **state)
{
    (void)state;
    wr(&rig, R_CR, CR_ON);
    erase_begin(BANK3);
    const uint64_t end = nor_next_event_ps(rig.nor);
    poll_begin(1, 0, B_APMS);
    rig_wait(&rig, MS);
    assert_int_equal(rd(&rig, R_SR) & (B_BUSY | B_SMF), B_BUSY);
    /* The next poll worth its while starts when its answer can be another one, and not much later. */
    assert_in_range(xspi_next_event_ps(rig.x2), end - 24 * CLK_PS, end + US);
    rig_wait(&rig, end - rig.now_ps - 1);
    assert_int_equal(rd(&rig, R_SR) & B_SMF, 0);
    rig_wait(&rig, US);
    assert_int_equal(rd(&rig, R_SR) & (B_BUSY | B_SMF), B_SMF);
    wr(&rig, R_FCR, B_SMF);
    assert_int_equal(rd(&rig, R_SR) & B_SMF, 0);
}

/* SVD PMM: AND wants all masked bits to match, OR any of them. */
static void test_xspi_window_poll_matches_by_and_or_or(void **state)
{
    (void)state;
    static const struct {
        uint32_t mask;
        uint32_t match;
        uint32_t pmm;
        bool stops;
    } cases[] = {{3, 2, 0, true}, {3, 1, 0, false}, {3, 3, 0, false}, {3, 3, 1, true},
                 {3, 1, 1, false}, {2, 2, 1, true}, {0xFF, 2, 0, true}};
    wr(&rig, R_CR, CR_ON);
    rig_command(&rig, 0x06F9); /* status reads 02 */
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        poll_begin(cases[i].mask, cases[i].match, B_APMS | cases[i].pmm << 23);
        rig_wait(&rig, 2 * US);
        const uint32_t sr = rd(&rig, R_SR);
        assert_int_equal((sr & B_SMF) != 0, cases[i].stops);
        assert_int_equal((sr & B_BUSY) == 0, cases[i].stops);
        assert_true((sr & B_FTF) != 0);
        assert_int_equal(rig_read(&rig, rig.x2, R_DR, 1), 0x02);
        if (!cases[i].stops) wr(&rig, R_CR, rd(&rig, R_CR) | B_ABORT);
        wr(&rig, R_FCR, B_SMF | B_TCF);
    }
}

/* SVD: without APMS polling goes on after a match until it is aborted. */
static void test_xspi_window_poll_without_apms_goes_on(void **state)
{
    (void)state;
    poll_begin(1, 0, 0);
    rig_wait(&rig, 10 * US);
    assert_int_equal(rd(&rig, R_SR) & (B_BUSY | B_SMF), B_BUSY | B_SMF);
    const uint32_t heard = rig.commands;
    rig_wait(&rig, 10 * US);
    /* 1 lead, 1 + 2 + 20, 1 data, 1 lag, 2 high, 16 PIR: 44 clocks. */
    assert_in_range(rig.commands - heard, 10 * US / (46 * CLK_PS), 10 * US / (42 * CLK_PS));
    wr(&rig, R_CR, rd(&rig, R_CR) | B_ABORT);
    assert_int_equal(rd(&rig, R_SR) & B_BUSY, 0);
}

/* ---- time: 8D-8D-8D, opcode 1 clock, address 2, dummies, 2 bytes a clock; CSHT 2 clocks ---- */

static uint64_t time_of(uint32_t ccr, uint32_t tcr, uint32_t ir, uint32_t n)
{
    wr(&rig, R_CR, CR_ON);
    rig_wait(&rig, US);
    wr(&rig, R_DLR, n == 0 ? 0 : n - 1);
    wr(&rig, R_TCR, tcr);
    wr(&rig, R_CCR, ccr);
    if ((ccr >> 8 & 7) != 0) wr(&rig, R_IR, ir);
    const uint64_t start = rig.now_ps;
    if ((ccr & 0x20000000u) != 0) {
        wr(&rig, R_CR, CR_ON | MODE_READ);
        rig.now_ps = start;
    }
    if ((ccr >> 8 & 7) == 0) wr(&rig, R_IR, ir);
    if ((ccr >> 8 & 7) != 0) wr(&rig, R_AR, 0);
    if (n > 0 && (ccr & 0x20000000u) == 0) {
        rig.now_ps = start;
        for (uint32_t i = 0; i < n; i += 4) {
            rig_write_dr(&rig, rig.x2, 0, 4);
            rig.now_ps = start;
        }
    }
    const uint64_t end = xspi_next_event_ps(rig.x2);
    rig_wait(&rig, 10 * US);
    for (uint32_t i = 0; i < n && (ccr & 0x20000000u) != 0; i++) {
        (void)rig_read(&rig, rig.x2, R_DR, 1);
    }
    wr(&rig, R_FCR, 0x1B);
    return (end - start) / CLK_PS;
}

static void test_xspi_window_commands_take_their_clocks(void **state)
{
    (void)state;
    assert_int_equal(time_of(0x0000001C, 0, 0x06F9, 0), 1 + 1 + 1);
    assert_int_equal(time_of(0x00003C1C, 0, 0x21DE, 0), 1 + 3 + 1);
    /* The event of a transfer with data is the end of its command phase. */
    assert_int_equal(time_of(0x2C003C1C, 20, 0x05FA, 2), 1 + 1 + 2 + 20);
    assert_int_equal(time_of(0x0C003C1C, 0, 0x12ED, 16), 1 + 1 + 2);
}

/* PRESCALER divides the kernel clock by n+1; the flag comes when the last byte is in. */
static void test_xspi_window_prescaler_slows_the_wire(void **state)
{
    (void)state;
    for (uint32_t prescaler = 0; prescaler < 256; prescaler += 51) {
        wr(&rig, R_CR, CR_ON);
        wr(&rig, R_DCR2, prescaler);
        wr(&rig, R_CR, CR_ON | MODE_READ);
        wr(&rig, R_DLR, 31);
        wr(&rig, R_TCR, 20);
        wr(&rig, R_CCR, 0x2C003C1C);
        wr(&rig, R_IR, 0xEE11);
        rig_wait(&rig, 100 * US);
        const uint64_t start = rig.now_ps;
        const struct xspi_access access = xspi_reg_write(rig.x2, start, R_AR, 4, 0);
        assert_int_equal(access.done_ps - start, 40 * NS);
        const uint64_t end = start + (1 + 3 + 20 + 16) * CLK_PS * (prescaler + 1);
        xspi_advance(rig.x2, end - 1);
        assert_int_equal(xspi_peek(rig.x2, R_SR) & B_TCF, 0);
        xspi_advance(rig.x2, end);
        assert_int_equal(xspi_peek(rig.x2, R_SR) & B_TCF, B_TCF);
        rig.now_ps = end;
        wr(&rig, R_CR, rd(&rig, R_CR) | B_ABORT);
        wr(&rig, R_FCR, B_TCF);
    }
}

/* SVD DCR2: writing PRESCALER arms a calibration at the next transfer, unless CALSOR is written. */
static void test_xspi_window_calibration_delays_the_next_transfer(void **state)
{
    (void)state;
    struct xspi_cfg cfg = rig_xspi_cfg();
    cfg.calibration_ps = 2 * US;
    rig_close(&rig);
    rig_open(&rig, &cfg);
    rig_boot(&rig, BOOT_STATE_1_3_0);
    wr(&rig, R_CR, CR_ON);
    wr(&rig, R_TCR, 0);
    for (uint32_t i = 0; i < 4; i++) {
        wr(&rig, R_CCR, 0x0000001C);
        if (i == 1) wr(&rig, R_CALSOR, 0x10);
        if (i == 2) {
            wr(&rig, R_CALSOR, 0x10);
            wr(&rig, R_DCR2, 0);
        }
        const uint64_t start = rig.now_ps;
        wr(&rig, R_IR, 0x06F9);
        assert_int_equal(xspi_next_event_ps(rig.x2) - start, 3 * CLK_PS + (i == 1 ? 0 : 2 * US));
        assert_true((xspi_peek(rig.x2, R_SR) & B_BUSY) != 0);
        rig_wait(&rig, 3 * US);
        wr(&rig, R_FCR, B_TCF);
    }
    assert_int_equal(rig.flags[XSPI_FLAG_CALIBRATED], 3);
    rig_map(&rig);
    const struct xspi_access access = xspi_window_touch(rig.x2, rig.now_ps, 0);
    assert_true(access.done_ps - rig.now_ps > 2 * US);
}

/* SR and CR enables: the interrupt line is their AND. */
static void test_xspi_window_interrupt_follows_flags_and_enables(void **state)
{
    (void)state;
    wr(&rig, R_CR, CR_ON | 0x20000);
    wr(&rig, R_CCR, 0x0000001C);
    wr(&rig, R_IR, 0x06F9);
    assert_false(xspi_irq_is_raised(rig.x2));
    rig_wait(&rig, US);
    assert_int_equal(rig.irqs, 1);
    assert_true(xspi_irq_is_raised(rig.x2));
    wr(&rig, R_FCR, B_TCF);
    assert_false(xspi_irq_is_raised(rig.x2));
}

/* ---- the window ---- */

/* RM0456: BUSY is 0 until the first mapped access and 1 from it on; configuration is open before. */
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
    rig_wait(&rig, 100 * CLK_PS - 1);
    assert_int_equal(xspi_peek(rig.x2, R_SR), B_BUSY);
    rig_wait(&rig, 1);
    assert_int_equal(rd(&rig, R_SR), B_TOF);
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

/* Mapped writes that do not follow each other are frames of their own; BUSY rises with the first. */
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

static void test_xspi_window_routes_follow_muxen_and_mode(void **state)
{
    (void)state;
    const struct frame_device *psram = psram_device(rig.psram);
    const struct frame_device *nor = nor_device(rig.nor);
    m_write(0x00);
    assert_ptr_equal(xspim_route(rig.m, rig.x1), psram);
    assert_ptr_equal(xspim_route(rig.m, rig.x2), nor);
    m_write(0x02);
    assert_ptr_equal(xspim_route(rig.m, rig.x1), nor);
    assert_ptr_equal(xspim_route(rig.m, rig.x2), psram);
    m_write(0x01);
    assert_ptr_equal(xspim_route(rig.m, rig.x1), psram);
    assert_ptr_equal(xspim_route(rig.m, rig.x2), psram);
    m_write(0x03);
    assert_ptr_equal(xspim_route(rig.m, rig.x1), nor);
    assert_ptr_equal(xspim_route(rig.m, rig.x2), nor);
    m_write(0x10);
    assert_ptr_equal(xspim_route(rig.m, rig.x2), nor);
    m_write(0x50);
    assert_ptr_equal(xspim_route(rig.m, rig.x2), NULL);
    assert_ptr_equal(xspim_route(rig.m, rig.x1), psram);
    m_write(0x30);
    assert_ptr_equal(xspim_route(rig.m, rig.x2), nor);
    assert_ptr_equal(xspim_route(rig.m, rig.x1), NULL);
    m_write(0xFFFF0010);
    assert_int_equal(xspim_reg_read(rig.m, rig.now_ps, 0, 4).value, 0x00FF0010);
}

/* HAL_XSPIM_Config must not run while code executes from either: the twin flags it. */
static void test_xspi_window_route_change_under_a_mapped_chip_is_flagged(void **state)
{
    (void)state;
    m_write(0x12);
    assert_int_equal(rig.flags[XSPI_FLAG_ROUTE_CHANGED], 2);
    assert_int_equal(window(0), XSPI_WINDOW_HANG);
    m_write(0x10);
    assert_int_equal(window(0), XSPI_WINDOW_PLAIN);
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

/* A snapshot gives back a transfer under way. */
static void test_xspi_window_saved_state_goes_on_the_same(void **state)
{
    (void)state;
    static uint8_t saved[16384];
    assert_true(xspi_state_bytes() <= sizeof saved);
    wr(&rig, R_CR, CR_ON);
    erase_begin(BANK3);
    poll_begin(1, 0, B_APMS);
    rig_wait(&rig, MS);
    const uint32_t mark = nor_mark(rig.nor);
    const uint64_t then = rig.now_ps;
    xspi_save(rig.x2, saved);
    rig_wait(&rig, 30 * MS);
    assert_int_equal(rd(&rig, R_SR) & (B_BUSY | B_SMF), B_SMF);
    nor_rewind(rig.nor, mark);
    xspi_load(rig.x2, saved);
    rig.now_ps = then;
    assert_int_equal(rd(&rig, R_SR) & (B_BUSY | B_SMF), B_BUSY);
    rig_wait(&rig, 30 * MS);
    assert_int_equal(rd(&rig, R_SR) & (B_BUSY | B_SMF), B_SMF);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_xspi_window_##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(poll_ends_when_the_erase_does),
        TEST(poll_matches_by_and_or_or),
        TEST(poll_without_apms_goes_on),
        TEST(commands_take_their_clocks),
        TEST(prescaler_slows_the_wire),
        TEST(calibration_delays_the_next_transfer),
        TEST(interrupt_follows_flags_and_enables),
        TEST(busy_rises_at_the_first_access),
        TEST(bus_errors),
        TEST(busy_bank_hangs_and_others_do_not),
        TEST(wrong_protocol_hangs),
        TEST(wrong_set_up_garbles),
        TEST(read_between_abort_and_fmode_reopens),
        TEST(timeout_releases_the_chip),
        TEST(mapped_write_needs_dqse),
        TEST(mapped_writes_join_only_in_a_row),
        TEST(psram_is_mapped_and_written),
        TEST(routes_follow_muxen_and_mode),
        TEST(route_change_under_a_mapped_chip_is_flagged),
        TEST(two_controllers_share_a_port),
        TEST(maxtran_splits_a_long_write),
        TEST(parked_prefetch_blocks_the_other_controller),
        TEST(saved_state_goes_on_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
