/*
 * The XSPI controller's rules: what starts a command, what BUSY protects, errors, strobe.
 *
 * Method: registers are written by hand; what the chip heard and what SR says is compared with the
 * rule as the named document states it. SVD is ST's register description of the H7RS (prose of
 * RM0477), CMSIS is stm32h7s7xx.h, HAL is stm32h7rsxx_hal_xspi.c, RM0456 is the manual of the same
 * IP family.
 */
#include <string.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/xspi_fixture.h"

/* True if a frame or a transfer began; then it is ended. */
static bool started(uint32_t commands_before)
{
    const bool is_busy = (xspi_peek(rig.x2, R_SR) & B_BUSY) != 0;
    rig_wait(&rig, US);
    const bool was_heard = rig.commands != commands_before;
    assert_int_equal(is_busy, was_heard || (xspi_peek(rig.x2, R_SR) & B_BUSY) != 0);
    if ((rd(&rig, R_SR) & B_BUSY) != 0) wr(&rig, R_CR, rd(&rig, R_CR) | B_ABORT);
    wr(&rig, R_FCR, 0x1B);
    return is_busy;
}

/* RM0456 28.4.9, HAL: the table of what starts a command, by mode, address phase and data phase. */
static void test_xspi_rules_trigger_follows_the_table(void **state)
{
    (void)state;
    static const struct {
        uint32_t mode;
        uint32_t ccr;
        uint32_t ir; /* reg that starts: IR, AR or DR */
        uint32_t starter;
    } table[] = {
        {MODE_WRITE, CCR_COMMAND, 0x06F9, R_IR},    {MODE_WRITE, CCR_ADDRESS, 0x21DE, R_AR},
        {MODE_WRITE, 0x0C00001C, 0x72FD, R_DR},     {MODE_WRITE, CCR_WRITE, 0x12ED, R_DR},
        {MODE_READ, 0x2C00001C, 0x9F60, R_IR},      {MODE_READ, CCR_READ, 0x05FA, R_AR},
        {MODE_POLL, 0x2C00001C, 0x9F60, R_IR},      {MODE_POLL, CCR_READ, 0x05FA, R_AR},
        {MODE_MAP, CCR_READ, 0xEE11, 0},
    };
    static const uint32_t writes[] = {R_DLR, R_TCR, R_CCR, 0x120, R_PSMKR, R_PIR, R_IR, R_AR};
    for (uint32_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        for (uint32_t k = 0; k < sizeof writes / sizeof writes[0]; k++) {
            stage(MODE_WRITE, CCR_WRITE, table[i].ir); /* starts nothing */
            wr(&rig, R_CR, CR_ON | table[i].mode);
            wr(&rig, R_CCR, table[i].ccr);
            const uint32_t before = rig.commands;
            const uint32_t value = writes[k] == R_IR    ? table[i].ir
                                   : writes[k] == R_CCR ? table[i].ccr
                                   : writes[k] == R_TCR ? 20u
                                                        : 0u;
            wr(&rig, writes[k], value);
            assert_int_equal(started(before), writes[k] == table[i].starter);
            wr(&rig, R_CR, CR_ON);
        }
        if (table[i].starter != R_DR) continue;
        stage(table[i].mode, table[i].ccr, table[i].ir);
        wr(&rig, R_AR, 0);
        const uint32_t before = rig.commands;
        rig_write_dr(&rig, rig.x2, 0, 2);
        assert_true(started(before));
    }
}

static void test_xspi_rules_nothing_starts_while_disabled(void **state)
{
    (void)state;
    wr(&rig, R_CR, 0x300);
    wr(&rig, R_CCR, CCR_COMMAND);
    wr(&rig, R_IR, 0x06F9);
    rig_wait(&rig, US);
    assert_int_equal(rig.commands, 0);
    assert_int_equal(rd(&rig, R_SR) & (B_BUSY | B_TCF), 0);
}

/* A transfer that takes long: a 200-byte read whose FIFO is not emptied. */
static void long_read(void)
{
    wr(&rig, R_CR, CR_ON | MODE_READ);
    wr(&rig, R_DLR, 199);
    wr(&rig, R_TCR, 20);
    wr(&rig, R_CCR, CCR_READ);
    wr(&rig, R_IR, 0xEE11);
    wr(&rig, R_AR, 0);
    rig_wait(&rig, US);
    assert_true((rd(&rig, R_SR) & B_BUSY) != 0);
}

/* RM0456 28.4.15: writes to configuration registers are ignored while BUSY is 1. */
static void test_xspi_rules_configuration_is_ignored_while_busy(void **state)
{
    (void)state;
    static const uint32_t held[] = {R_DCR1, R_DCR2, R_DCR3, 0x014, R_DLR, R_AR,   R_PSMKR,
                                    R_PSMAR, R_PIR, R_CCR,  R_TCR, R_IR,  0x120,  R_LPTR,
                                    0x140,   0x148, 0x150,  R_WCCR, R_WTCR, R_WIR, 0x200};
    long_read();
    for (uint32_t i = 0; i < sizeof held / sizeof held[0]; i++) {
        const uint32_t before = rd(&rig, held[i]);
        wr(&rig, held[i], ~before);
        assert_int_equal(rig.outcome, XSPI_OK);
        assert_int_equal(rd(&rig, held[i]), before);
    }
    assert_int_equal(rig.flags[XSPI_FLAG_IGNORED_BUSY], sizeof held / sizeof held[0]);
}

/* SVD CR: FMODE, TCEN, APMS, PMM, CSSEL only with BUSY 0; enables and FTHRES at any time. */
static void test_xspi_rules_cr_fields_are_held_while_busy(void **state)
{
    (void)state;
    long_read();
    wr(&rig, R_CR, 0x31DF3F4Du & ~0x2u);
    assert_int_equal(rd(&rig, R_CR), 0x101F3F05u);
    assert_int_equal(rig.flags[XSPI_FLAG_FMODE_IGNORED], 1);
    wr(&rig, R_CR, CR_ON);
    assert_int_equal(rd(&rig, R_CR) & 0x30000000u, MODE_READ);
}

/* SVD CR.ABORT: self-clearing, BUSY falls, TCF is set, the FIFO is flushed, FMODE stays. */
static void test_xspi_rules_abort_ends_the_transfer_and_keeps_fmode(void **state)
{
    (void)state;
    long_read();
    assert_int_equal(rd(&rig, R_SR) >> 8 & 0x7F, 64);
    wr(&rig, R_CR, rd(&rig, R_CR) | B_ABORT);
    assert_int_equal(rd(&rig, R_CR), CR_ON | MODE_READ);
    assert_int_equal(rd(&rig, R_SR), B_TCF);
    wr(&rig, R_FCR, B_TCF);
    assert_int_equal(rd(&rig, R_SR), 0);
}

/* STMicroelectronics/OpenOCD issue 50 and one more report: ABORT with BUSY 0 leaves BUSY up. */
static void test_xspi_rules_abort_on_idle_wedges_until_reset(void **state)
{
    (void)state;
    wr(&rig, R_CR, CR_ON | B_ABORT);
    assert_int_equal(rig.flags[XSPI_FLAG_WEDGED], 1);
    for (uint32_t i = 0; i < 3; i++) {
        rig_wait(&rig, 100 * MS);
        assert_true((rd(&rig, R_SR) & B_BUSY) != 0);
        wr(&rig, R_CR, CR_ON | B_ABORT);
    }
    wr(&rig, R_CR, CR_ON | MODE_MAP);
    assert_int_equal(rd(&rig, R_CR), CR_ON);
    xspi_reset(rig.x2, rig.now_ps);
    assert_int_equal(rd(&rig, R_SR), 0);
    assert_int_equal(rd(&rig, R_CR), 0);
}

static void test_xspi_rules_abort_on_idle_may_be_harmless_by_name(void **state)
{
    (void)state;
    struct xspi_cfg cfg = rig_xspi_cfg();
    cfg.abort_idle_wedges = false;
    rig_begin_anew(&cfg);
    wr(&rig, R_CR, CR_ON | B_ABORT);
    assert_int_equal(rig.flags[XSPI_FLAG_ABORT_IDLE], 1);
    assert_int_equal(rd(&rig, R_SR) & B_BUSY, 0);
}

/* SVD AR: ignored with FMODE 11 even if BUSY is 0. */
static void test_xspi_rules_ar_is_ignored_in_mapped_mode(void **state)
{
    (void)state;
    wr(&rig, R_AR, 0x1234);
    wr(&rig, R_CR, CR_ON | MODE_MAP);
    wr(&rig, R_AR, 0x5678);
    assert_int_equal(rd(&rig, R_AR), 0x1234);
    assert_int_equal(rig.flags[XSPI_FLAG_AR_IGNORED_MAPPED], 1);
}

/* RM0456 28.4.9, SVD TEF: past DEVSIZE at the start of an indirect access. */
static void test_xspi_rules_tef_past_the_device(void **state)
{
    (void)state;
    static const struct {
        uint32_t addr;
        uint32_t dlr;
        bool fails;
    } cases[] = {{0x07FFFFFE, 1, false}, {0x07FFFFFE, 3, true}, {0x08000000, 1, true},
                 {0xC0000000, 1, true},  {0, 0x07FFFFFF, false}, {2, 0x07FFFFFF, true}};
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        stage(MODE_READ, CCR_READ, 0xEE11);
        wr(&rig, R_DLR, cases[i].dlr);
        wr(&rig, R_AR, cases[i].addr);
        const uint32_t sr = rd(&rig, R_SR);
        assert_int_equal((sr & B_TEF) != 0, cases[i].fails);
        assert_int_equal((sr & B_BUSY) != 0, !cases[i].fails);
        if (!cases[i].fails) wr(&rig, R_CR, rd(&rig, R_CR) | B_ABORT);
        wr(&rig, R_FCR, B_TEF | B_TCF);
        assert_int_equal(rd(&rig, R_SR) & (B_TEF | B_TCF), 0);
        wr(&rig, R_CR, CR_ON);
    }
}

/* RM0456 28.4.9: octal DTR without DQS needs an even address and an even length. */
static void test_xspi_rules_odd_dtr_without_dqs_is_an_error(void **state)
{
    (void)state;
    rig_command(&rig, 0x06F9);
    for (uint32_t i = 0; i < 2; i++) {
        const uint32_t before = rig.commands;
        stage(MODE_WRITE, CCR_WRITE, 0x12ED);
        wr(&rig, R_DLR, i == 0 ? 2 : 3);
        wr(&rig, R_AR, i == 0 ? 0x100 : 0x101);
        rig_write_dr(&rig, rig.x2, 0, 4);
        assert_true((rd(&rig, R_SR) & B_TEF) != 0);
        assert_int_equal(rig.commands, before);
        wr(&rig, R_FCR, B_TEF);
    }
}

/*
 * RM0456 restricts DQSE 0 only. With DQS an odd length clocks whole words and hands over what was
 * asked for; an odd address goes out as it is (ST's component driver reads CR at address 1 so).
 */
static void test_xspi_rules_odd_reads_with_dqs_are_sent_as_they_are(void **state)
{
    (void)state;
    const uint8_t bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    assert_true(nor_load(rig.nor, 0x40, bytes, 8));
    for (uint32_t n = 1; n <= 5; n++) {
        stage(MODE_READ, CCR_READ, 0xEE11);
        wr(&rig, R_DLR, n - 1);
        wr(&rig, R_AR, 0x40);
        for (uint32_t i = 0; i < n; i++) {
            assert_int_equal(rig_read(&rig, rig.x2, R_DR, 1), i + 1);
        }
        rig_wait(&rig, US);
        assert_int_equal(rig.last.n, (n + 1) & ~1u);
        assert_int_equal(rd(&rig, R_SR), B_TCF);
        wr(&rig, R_FCR, B_TCF);
        wr(&rig, R_CR, CR_ON);
    }
    stage(MODE_READ, CCR_READ, 0xEE11);
    wr(&rig, R_AR, 0x41);
    rig_wait(&rig, US);
    assert_int_equal(rig.last.addr, 0x41);
    assert_int_equal(rig.last.refusal, NOR_REFUSED_ODD_ADDRESS);
    assert_int_equal(rd(&rig, R_SR), B_BUSY);
}

/* SVD DCR1.MTYP, SFDP BFPT DW18: order 0 gives swapped pairs, order 1 the chip's own. */
static void test_xspi_rules_mtyp_decides_the_byte_order(void **state)
{
    (void)state;
    uint8_t bytes[8];
    rig_fetch(&rig, 0x5AA5, 0, bytes, 8);
    assert_memory_equal(bytes, "SFDP\x08\x01\x04\xFD", 8);
    wr(&rig, R_DCR1, 0x001A0100);
    rig_fetch(&rig, 0x5AA5, 0, bytes, 8);
    assert_memory_equal(bytes, "FSPD\x01\x08\xFD\x04", 8);
}

/* A DQS read that the flash ignores: no strobe, no end. Infinite by default; ABORT ends it. */
static void test_xspi_rules_read_without_strobe_never_ends(void **state)
{
    (void)state;
    stage(MODE_READ, CCR_READ, 0x06F9);
    wr(&rig, R_AR, 0);
    rig_wait(&rig, 1000 * MS);
    assert_int_equal(rd(&rig, R_SR), B_BUSY);
    assert_int_equal(rig.flags[XSPI_FLAG_NO_STROBE], 1);
    (void)rig_read(&rig, rig.x2, R_DR, 2);
    assert_int_equal(rig.outcome, XSPI_HANG);
    wr(&rig, R_CR, rd(&rig, R_CR) | B_ABORT);
    assert_int_equal(rd(&rig, R_SR), B_TCF);
}

static void test_xspi_rules_read_without_strobe_may_time_out_by_name(void **state)
{
    (void)state;
    struct xspi_cfg cfg = rig_xspi_cfg();
    cfg.strobe_timeout_ps = 5 * US;
    cfg.abort_ends_strobe_wait = false;
    rig_begin_anew(&cfg);
    stage(MODE_READ, CCR_READ, 0x06F9);
    wr(&rig, R_AR, 0);
    rig_wait(&rig, 4 * US);
    wr(&rig, R_CR, rd(&rig, R_CR) | B_ABORT);
    assert_int_equal(rd(&rig, R_SR), B_BUSY);
    rig_wait(&rig, 2 * US);
    assert_int_equal(rd(&rig, R_SR), B_TEF);
}

/* Without DQS nobody notices that the lines float. */
static void test_xspi_rules_read_without_dqs_takes_floating_lines(void **state)
{
    (void)state;
    stage(MODE_READ, 0x0C003C1C, 0x06F9);
    wr(&rig, R_AR, 0);
    rig_wait(&rig, US);
    assert_int_equal(rig_read(&rig, rig.x2, R_DR, 2), 0x0000);
    assert_int_equal(rig.flags[XSPI_FLAG_UNDRIVEN], 1);
}

/* EN off under way: the transfer is gone, and the twin says that it was one. */
static void test_xspi_rules_disable_drops_the_transfer(void **state)
{
    (void)state;
    long_read();
    wr(&rig, R_CR, 0x300 | MODE_READ);
    assert_int_equal(rd(&rig, R_SR), 0);
    assert_int_equal(rig.flags[XSPI_FLAG_DISABLED_BUSY], 1);
}

/* An abort inside a write lifts NCS: the chip obeys what it has got. */
static void test_xspi_rules_abort_inside_a_write_programs_the_part(void **state)
{
    (void)state;
    rig_command(&rig, 0x06F9);
    stage(MODE_WRITE, CCR_WRITE, 0x12ED);
    wr(&rig, R_DLR, 15);
    wr(&rig, R_AR, 0x100);
    rig_write_dr(&rig, rig.x2, 0x04030201, 4);
    rig_wait(&rig, US);
    wr(&rig, R_CR, rd(&rig, R_CR) | B_ABORT);
    assert_int_equal(rig.last.raw, 0x12ED);
    assert_int_equal(rig.last.n, 4);
    assert_int_equal(rig.flags[XSPI_FLAG_SPLIT_WRITE], 1);
}

/* A command with an address and no data is checked against DEVSIZE too; ABORT needs EN. */
static void test_xspi_rules_erase_past_the_device_and_abort_while_off(void **state)
{
    (void)state;
    stage(MODE_WRITE, CCR_ADDRESS, 0x21DE);
    wr(&rig, R_AR, 0x08000000);
    assert_true((rd(&rig, R_SR) & B_TEF) != 0);
    assert_int_equal(rig.commands, 0);
    wr(&rig, R_CR, 0x300);
    wr(&rig, R_CR, 0x300 | B_ABORT);
    assert_int_equal(rig.flags[XSPI_FLAG_ABORT_IDLE], 0);
    assert_int_equal(rd(&rig, R_SR) & B_BUSY, 0);
}

/* SVD FCR: each flag is cleared by its own bit; FTF and BUSY by none. */
static void test_xspi_rules_fcr_clears_what_it_names(void **state)
{
    (void)state;
    static const uint32_t bits[2] = {B_TCF, B_TEF};
    for (uint32_t i = 0; i < 2; i++) {
        wr(&rig, R_CR, CR_ON);
        wr(&rig, R_CCR, CCR_COMMAND);
        wr(&rig, R_IR, 0x06F9);
        rig_wait(&rig, US);
        wr(&rig, R_CCR, CCR_ADDRESS);
        wr(&rig, R_AR, 0x08000000);
        assert_int_equal(rd(&rig, R_SR) & 0x3B, B_TCF | B_TEF);
        wr(&rig, R_FCR, B_SMF | B_TOF | B_FTF | B_BUSY);
        assert_int_equal(rd(&rig, R_SR) & 0x3B, B_TCF | B_TEF);
        wr(&rig, R_FCR, bits[i]);
        assert_int_equal(rd(&rig, R_SR) & 0x3B, bits[1 - i]);
        wr(&rig, R_FCR, bits[1 - i]);
        assert_int_equal(rd(&rig, R_SR) & 0x3B, 0);
    }
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(test_xspi_rules_##name, rig_begin_indirect, rig_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(trigger_follows_the_table),
        TEST(nothing_starts_while_disabled),
        TEST(configuration_is_ignored_while_busy),
        TEST(cr_fields_are_held_while_busy),
        TEST(abort_ends_the_transfer_and_keeps_fmode),
        TEST(abort_on_idle_wedges_until_reset),
        TEST(abort_on_idle_may_be_harmless_by_name),
        TEST(ar_is_ignored_in_mapped_mode),
        TEST(tef_past_the_device),
        TEST(odd_dtr_without_dqs_is_an_error),
        TEST(odd_reads_with_dqs_are_sent_as_they_are),
        TEST(mtyp_decides_the_byte_order),
        TEST(read_without_strobe_never_ends),
        TEST(read_without_strobe_may_time_out_by_name),
        TEST(read_without_dqs_takes_floating_lines),
        TEST(disable_drops_the_transfer),
        TEST(abort_inside_a_write_programs_the_part),
        TEST(erase_past_the_device_and_abort_while_off),
        TEST(fcr_clears_what_it_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
