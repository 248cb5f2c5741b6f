/*
 * Auto-poll, time on the wire, hidden calibration, snapshots.
 *
 * Method: as in test_twin_xspi_rules.c. SVD is ST's register description of the H7RS, HAL is
 * stm32h7rsxx_hal_xspi.c, RM0456 is the manual of the same IP family, ES0620 the errata of the
 * STM32N6.
 */
#include <string.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/xspi_fixture.h"

/* ---- auto-poll: ST's boot polls with FMODE 2, APMS, PIR 10h, 1-byte SDR status (traced) ---- */

/* What is polled: how a status byte is read, and which one ends it. */
struct poll {
    uint32_t mask;
    uint32_t match;
    uint32_t dummy_cycles;
    uint32_t ccr;
};

static void poll_run(const struct poll *poll, uint32_t cr)
{
    wr(&rig, R_PSMKR, poll->mask);
    wr(&rig, R_PSMAR, poll->match);
    wr(&rig, R_DLR, 0);
    wr(&rig, R_TCR, poll->dummy_cycles);
    wr(&rig, R_CCR, poll->ccr);
    wr(&rig, R_IR, 0x05FA);
    wr(&rig, R_CR, CR_ON | MODE_POLL | cr);
    wr(&rig, R_AR, 0);
}

static void poll_begin(uint32_t mask, uint32_t match, uint32_t cr)
{
    const struct poll poll = {mask, match, 20, 0x24003C1C};
    wr(&rig, R_CR, CR_ON);
    wr(&rig, R_PIR, 0x10);
    poll_run(&poll, cr);
}

/* SVD SMF, APMS: SMF at the match, and with APMS the polling stops and BUSY falls. */
static void test_xspi_time_poll_ends_when_the_erase_does(void **state)
{
    (void)state;
    wr(&rig, R_CR, CR_ON);
    erase_begin(BANK3);
    const uint64_t end = nor_next_event_ps(rig.nor);
    poll_begin(1, 0, B_APMS);
    rig_wait(&rig, MS);
    assert_int_equal(rd(&rig, R_SR) & (B_BUSY | B_SMF), B_BUSY);
    /*
     * The next poll worth its while starts when its answer can be another one, and not much later.
     */
    assert_in_range(xspi_next_event_ps(rig.x2), end - 24 * CLK_PS, end + US);
    rig_wait(&rig, end - rig.now_ps - 1);
    assert_int_equal(rd(&rig, R_SR) & B_SMF, 0);
    rig_wait(&rig, US);
    assert_int_equal(rd(&rig, R_SR) & (B_BUSY | B_SMF), B_SMF);
    wr(&rig, R_FCR, B_SMF);
    assert_int_equal(rd(&rig, R_SR) & B_SMF, 0);
}

/* SVD PMM: AND wants all masked bits to match, OR any of them. */
static void test_xspi_time_poll_matches_by_and_or_or(void **state)
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
        assert_int_equal((xspi_peek(rig.x2, R_SR) & B_FTF) != 0, false);
        if (!cases[i].stops) wr(&rig, R_CR, rd(&rig, R_CR) | B_ABORT);
        wr(&rig, R_FCR, B_SMF | B_TCF);
    }
}

/* ST's boot of releases 1.1.0 and 1.2.0 polls one DTR byte without DQS (traced). */
static void test_xspi_time_poll_of_one_dtr_byte_without_dqs_works(void **state)
{
    (void)state;
    const struct poll poll = {2, 2, 8, 0x0C003C1C};
    wr(&rig, R_CR, CR_ON);
    rig_command(&rig, 0x06F9);
    poll_run(&poll, B_APMS);
    rig_wait(&rig, US);
    assert_int_equal(rd(&rig, R_SR) & (B_SMF | B_TEF | B_BUSY), B_SMF);
}

/* SVD: without APMS polling goes on after a match until it is aborted. */
static void test_xspi_time_poll_without_apms_goes_on(void **state)
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

static void test_xspi_time_commands_take_their_clocks(void **state)
{
    (void)state;
    assert_int_equal(time_of(0x0000001C, 0, 0x06F9, 0), 1 + 1 + 1);
    assert_int_equal(time_of(0x00003C1C, 0, 0x21DE, 0), 1 + 3 + 1);
    /* The event of a transfer with data is the end of its command phase. */
    assert_int_equal(time_of(0x2C003C1C, 20, 0x05FA, 2), 1 + 1 + 2 + 20);
    assert_int_equal(time_of(0x0C003C1C, 0, 0x12ED, 16), 1 + 1 + 2);
}

/* PRESCALER divides the kernel clock by n+1; the flag comes when the last byte is in. */
static void test_xspi_time_prescaler_slows_the_wire(void **state)
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
static void test_xspi_time_calibration_delays_the_next_transfer(void **state)
{
    (void)state;
    struct xspi_cfg cfg = rig_xspi_cfg();
    cfg.calibration_ps = 2 * US;
    rig_begin_anew(&cfg);
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
static void test_xspi_time_interrupt_follows_flags_and_enables(void **state)
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

/* A snapshot gives back a transfer under way. */
static void test_xspi_time_saved_state_goes_on_the_same(void **state)
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

/* SVD CSHT: NCS stays high for CSHT+1 clocks between two commands. */
static void test_xspi_time_ncs_stays_high_between_commands(void **state)
{
    (void)state;
    for (uint32_t csht = 0; csht < 64; csht += 21) {
        wr(&rig, R_CR, CR_ON);
        wr(&rig, R_DCR1, 0x011A0000 | csht << 8);
        wr(&rig, R_TCR, 0);
        wr(&rig, R_CCR, 0x0000001C);
        rig_wait(&rig, US);
        wr(&rig, R_IR, 0x06F9);
        xspi_advance(rig.x2, rig.now_ps);
        const uint64_t rise = rig.last.now_ps;
        (void)xspi_reg_write(rig.x2, rig.now_ps, R_IR, 4, 0x04FB);
        const uint64_t earliest = rise + (csht + 1) * CLK_PS;
        const uint64_t start = rig.now_ps > earliest ? rig.now_ps : earliest;
        assert_int_equal(xspi_next_event_ps(rig.x2), start + 3 * CLK_PS);
        rig_wait(&rig, US);
        /* The same after a read: its last byte, one clock of lag, then high. */
        const uint8_t status = rig_status(&rig, 0x05FA);
        assert_int_equal(status, 0);
    }
}

/* Multiplexed: the second controller waits until the first one's frame is over, and 10 clocks. */
static void test_xspi_time_shared_port_carries_one_frame_at_a_time(void **state)
{
    (void)state;
    rig_boot(&rig, BOOT_STATE_RWW);
    wr(&rig, R_CR, CR_ON | MODE_READ);
    wr(&rig, R_DLR, 63);
    wr(&rig, R_CCR, 0x2C003C1C);
    wr(&rig, R_IR, 0xEE11);
    rig_write(&rig, rig.x1, R_CCR, 0x0000001C);
    rig_write(&rig, rig.x1, R_TCR, 0);
    const uint64_t start = rig.now_ps;
    (void)xspi_reg_write(rig.x2, start, R_AR, 4, 0);
    xspi_advance(rig.x2, start + US);
    const uint64_t over = start + (1 + 3 + 20 + 32 + 1 + 2) * CLK_PS;
    (void)xspi_reg_write(rig.x1, start + 100000, R_IR, 4, 0x06F9);
    assert_int_equal(xspi_next_event_ps(rig.x1), over + (10 + 3) * CLK_PS);
}

/* One line, one bit a clock: 8 clocks a byte. */
static void test_xspi_time_single_line_takes_eight_clocks_a_byte(void **state)
{
    (void)state;
    rig_close(&rig);
    rig_open(&rig, NULL);
    wr(&rig, R_DCR1, 0x011A0100);
    wr(&rig, R_CR, CR_ON | MODE_READ);
    wr(&rig, R_DLR, 2);
    wr(&rig, R_CCR, 0x01000001);
    const uint64_t start = rig.now_ps;
    (void)xspi_reg_write(rig.x2, start, R_IR, 4, 0x9F);
    const uint64_t end = start + (1 + 8 + 24) * CLK_PS;
    xspi_advance(rig.x2, end - 1);
    assert_int_equal(xspi_peek(rig.x2, R_SR) & B_TCF, 0);
    xspi_advance(rig.x2, end);
    assert_int_equal(xspi_peek(rig.x2, R_SR) & B_TCF, B_TCF);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(test_xspi_time_##name, rig_begin_mapped, rig_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(poll_ends_when_the_erase_does),
        TEST(poll_matches_by_and_or_or),
        TEST(poll_without_apms_goes_on),
        TEST(poll_of_one_dtr_byte_without_dqs_works),
        TEST(commands_take_their_clocks),
        TEST(prescaler_slows_the_wire),
        TEST(calibration_delays_the_next_transfer),
        TEST(interrupt_follows_flags_and_enables),
        TEST(saved_state_goes_on_the_same),
        TEST(ncs_stays_high_between_commands),
        TEST(shared_port_carries_one_frame_at_a_time),
        TEST(single_line_takes_eight_clocks_a_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
