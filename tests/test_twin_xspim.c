/*
 * The arbiter of a port that both controllers share.
 *
 * Method: as in test_twin_xspi_rules.c, from the state that the boot of ST's read-while-write
 * example leaves: XSPI2 mapped, XSPI1 free, MAXTRAN 22 in both, REQ2ACK_TIME 9. Clocks are counted
 * by hand: 1 of lead, 1 for an opcode, 2 for an address, 20 of dummies, 2 bytes a clock, 1 of lag.
 * The owner changes after REQ2ACK_TIME + 1 clocks (SVD; HAL writes the time less 1); a mapped read
 * gives way after MAXTRAN + 1 clocks (SVD).
 */
#include <string.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/xspi_fixture.h"

#define MAXTRAN_CLOCKS 23u
#define HANDOVER_CLOCKS 10u
#define LINE_CLOCKS (1u + 3u + 20u + 16u) /* lead, head, dummies, 32 bytes */
#define ARRAY 0x02000000u

/* XSPI2 has been read, and wants the port all the time. */
static int begin(void **state)
{
    (void)state;
    rig_open(&rig, NULL);
    rig_boot(&rig, BOOT_STATE_RWW);
    (void)xspi_window_touch(rig.x2, rig.now_ps, 0);
    rig_wait(&rig, US);
    return 0;
}

static void begin_anew(void)
{
    (void)rig_end(NULL);
    (void)begin(NULL);
}

/* Everything of a command by XSPI1 but what starts it. */
static void stage_1(uint32_t mode, uint32_t ccr, uint32_t ir, uint32_t n)
{
    rig_write(&rig, rig.x1, R_CR, CR_ON | mode);
    rig_write(&rig, rig.x1, R_DLR, n - 1u);
    rig_write(&rig, rig.x1, R_TCR, mode == MODE_READ ? 20 : 0);
    rig_write(&rig, rig.x1, R_CCR, ccr);
    if (ir != 0) rig_write(&rig, rig.x1, R_IR, ir);
}

/* When a mapped read is answered that is asked for after so many ps. */
static uint64_t read_after(uint64_t ps)
{
    xspi_advance(rig.x1, rig.now_ps + ps);
    return xspim_read_ps(rig.m, rig.x2, rig.now_ps + ps) - rig.now_ps;
}

static void test_xspim_mapped_read_of_a_free_port_is_answered_at_once(void **state)
{
    (void)state;
    assert_int_equal(read_after(0), 0);
    assert_int_equal(read_after(777), 777);
    rig_boot(&rig, BOOT_STATE_1_3_0);
    stage_1(MODE_WRITE, CCR_WRITE, 0x12ED, 16);
    rig_write_dr(&rig, rig.x1, 0, 4);
    assert_int_equal(read_after(1), 1); /* each has a port of its own */
}

/* A command of one clock: it has to get the port, and to hand it back. */
static void test_xspim_mapped_read_waits_for_a_command(void **state)
{
    (void)state;
    stage_1(MODE_WRITE, CCR_COMMAND, 0, 1);
    (void)xspi_reg_write(rig.x1, rig.now_ps, R_IR, 4, 0x06F9);
    const uint64_t end = (MAXTRAN_CLOCKS + HANDOVER_CLOCKS + 3u) * CLK_PS;
    const uint64_t answer = end + (HANDOVER_CLOCKS + LINE_CLOCKS) * CLK_PS;
    assert_int_equal(read_after(0), answer);
    assert_int_equal(read_after(end - 1u), answer);
    assert_int_equal(read_after(end), end);
    assert_int_equal(rig.last.refusal, NOR_ACCEPTED);
}

static void test_xspim_mapped_read_waits_for_a_read_that_fits_the_fifo(void **state)
{
    (void)state;
    stage_1(MODE_READ, CCR_READ, 0xEE11, 64);
    (void)xspi_reg_write(rig.x1, rig.now_ps, R_AR, 4, 0);
    const uint64_t end =
        (MAXTRAN_CLOCKS + HANDOVER_CLOCKS + 1u + 3u + 20u + 32u + 1u) * CLK_PS;
    const uint64_t answer = end + (HANDOVER_CLOCKS + LINE_CLOCKS) * CLK_PS;
    assert_int_equal(read_after(0), answer);
    assert_int_equal(read_after(60u * CLK_PS), answer); /* in the data */
    assert_int_equal(read_after(end), end);
}

/* ES0620 2.4.1: what does not fit the FIFO keeps the port until somebody makes room. */
static void test_xspim_full_fifo_keeps_the_port(void **state)
{
    (void)state;
    stage_1(MODE_READ, CCR_READ, 0xEE11, 66);
    (void)xspi_reg_write(rig.x1, rig.now_ps, R_AR, 4, 0);
    assert_int_equal(xspim_read_ps(rig.m, rig.x2, rig.now_ps), FRAME_NEVER_PS);
    rig_wait(&rig, MS);
    assert_int_equal(xspim_read_ps(rig.m, rig.x2, rig.now_ps), FRAME_NEVER_PS);
    (void)rig_read(&rig, rig.x1, R_DR, 4);
    assert_true(xspim_read_ps(rig.m, rig.x2, rig.now_ps) <= rig.now_ps + US);
    rig_wait(&rig, US);
    assert_int_equal(read_after(0), 0);
}

static void test_xspim_frame_without_data_keeps_the_port(void **state)
{
    (void)state;
    stage_1(MODE_WRITE, CCR_COMMAND, 0, 1);
    rig_write(&rig, rig.x1, R_IR, 0x06F9);
    rig_wait(&rig, US);
    stage_1(MODE_WRITE, CCR_WRITE, 0x12ED, 16);
    rig_write(&rig, rig.x1, R_AR, ARRAY);
    assert_int_equal(read_after(0), 0);
    for (uint32_t i = 0; i < 4; i++) {
        rig_write_dr(&rig, rig.x1, 0, 4);
        const uint64_t answer = xspim_read_ps(rig.m, rig.x2, rig.now_ps);
        if (i < 3) {
            assert_int_equal(answer, FRAME_NEVER_PS);
            rig_wait(&rig, MS);
            assert_int_equal(xspim_read_ps(rig.m, rig.x2, rig.now_ps), FRAME_NEVER_PS);
        } else {
            assert_in_range(answer, rig.now_ps, rig.now_ps + US);
        }
    }
    rig_wait(&rig, US);
    assert_int_equal(rig.last.refusal, NOR_ACCEPTED);
    assert_int_equal(rig.last.n, 16);
    assert_int_equal(rig.flags[XSPI_FLAG_SPLIT_WRITE], 0);
}

/* As much as the program's data alone: fed at once, it ends at the wires' pace. */
static void test_xspim_mapped_read_waits_for_a_program_that_is_fed(void **state)
{
    (void)state;
    stage_1(MODE_WRITE, CCR_COMMAND, 0, 1);
    rig_write(&rig, rig.x1, R_IR, 0x06F9);
    rig_wait(&rig, US);
    stage_1(MODE_WRITE, CCR_WRITE, 0x12ED, 16);
    rig_write(&rig, rig.x1, R_AR, ARRAY);
    for (uint32_t i = 0; i < 4; i++) (void)xspi_reg_write(rig.x1, rig.now_ps, R_DR, 4, 0);
    const uint64_t end = (MAXTRAN_CLOCKS + HANDOVER_CLOCKS + 1u + 3u + 8u + 1u) * CLK_PS;
    assert_int_equal(read_after(0), end + (HANDOVER_CLOCKS + LINE_CLOCKS) * CLK_PS);
    assert_int_equal(read_after(end), end);
}

/* REQ2ACK_TIME is in clocks, for both directions. */
static void test_xspim_handover_follows_req2ack_time(void **state)
{
    static const uint32_t times[] = {0, 1, 255};
    (void)state;
    for (uint32_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        begin_anew();
        xspim_set_cr(rig.m, rig.now_ps, 0x00000003u | times[i] << 16);
        stage_1(MODE_WRITE, CCR_COMMAND, 0, 1);
        (void)xspi_reg_write(rig.x1, rig.now_ps, R_IR, 4, 0x06F9);
        const uint64_t clocks = MAXTRAN_CLOCKS + 3u + 2u * (times[i] + 1u) + LINE_CLOCKS;
        assert_int_equal(read_after(0), clocks * CLK_PS);
    }
}

/* One clock too many, by the clocks of the SVD: opcode and address count. */
static void test_xspim_frames_up_to_maxtran_are_whole(void **state)
{
    static const uint32_t lengths[] = {16, 40, 42};
    (void)state;
    for (uint32_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        begin_anew();
        rig_write(&rig, rig.x1, R_DCR3, 0x16);
        stage_1(MODE_WRITE, CCR_COMMAND, 0, 1);
        rig_write(&rig, rig.x1, R_IR, 0x06F9);
        rig_wait(&rig, US);
        stage_1(MODE_WRITE, CCR_WRITE, 0x12ED, lengths[i]);
        rig_write(&rig, rig.x1, R_AR, ARRAY);
        for (uint32_t at = 0; at < lengths[i]; at += 2) rig_write_dr(&rig, rig.x1, 0, 2);
        rig_wait(&rig, MS);
        assert_int_equal(rig.flags[XSPI_FLAG_SPLIT_WRITE], lengths[i] > 40 ? 1 : 0);
        assert_int_equal(nor_array(rig.nor)[ARRAY + lengths[i] - 1], lengths[i] > 40 ? 0xFF : 0);
    }
}

/* The write buffer is what a split does no harm to. */
static void test_xspim_split_of_buffer_data_is_put_together(void **state)
{
    (void)state;
    rig_write(&rig, rig.x1, R_DCR3, 0x16);
    stage_1(MODE_WRITE, CCR_COMMAND, 0, 1);
    rig_write(&rig, rig.x1, R_IR, 0x06F9);
    rig_wait(&rig, US);
    stage_1(MODE_WRITE, CCR_ADDRESS, 0x22DD, 1);
    rig_write(&rig, rig.x1, R_AR, ARRAY);
    rig_wait(&rig, US);
    stage_1(MODE_WRITE, CCR_WRITE, 0x24DB, 64);
    rig_write(&rig, rig.x1, R_AR, ARRAY);
    for (uint32_t i = 0; i < 16; i++) rig_write_dr(&rig, rig.x1, 0, 4);
    rig_wait(&rig, US);
    assert_int_equal(rig.flags[XSPI_FLAG_SPLIT_WRITE], 1);
    assert_int_equal(nor_array(rig.nor)[ARRAY], 0xFF);
    stage_1(MODE_WRITE, CCR_COMMAND, 0, 1);
    rig_write(&rig, rig.x1, R_IR, 0x31CE);
    rig_wait(&rig, MS);
    for (uint32_t i = 0; i < 64; i++) assert_int_equal(nor_array(rig.nor)[ARRAY + i], 0);
    assert_int_equal(nor_array(rig.nor)[ARRAY + 64], 0xFF);
}

/* Each controller has a chip select of its own. */
static void test_xspim_other_chip_select_reaches_nothing(void **state)
{
    (void)state;
    xspim_set_cr(rig.m, rig.now_ps, 0x00090033u); /* CSSEL_OVR_EN, O1: XSPI1 on NCS2 */
    const uint32_t heard = rig.commands;
    stage_1(MODE_WRITE, CCR_COMMAND, 0, 1);
    rig_write(&rig, rig.x1, R_IR, 0x06F9);
    rig_wait(&rig, US);
    assert_int_equal(rig.commands, heard);
    assert_int_equal(xspi_window_state(rig.x2, rig.now_ps, 0), XSPI_WINDOW_PLAIN);
    xspim_set_cr(rig.m, rig.now_ps, 0x00090013u);
    rig_write(&rig, rig.x1, R_IR, 0x06F9);
    rig_wait(&rig, US);
    assert_int_equal(rig.commands, heard + 1u);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_xspim_##name, begin, rig_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(mapped_read_of_a_free_port_is_answered_at_once),
        TEST(mapped_read_waits_for_a_command),
        TEST(mapped_read_waits_for_a_read_that_fits_the_fifo),
        TEST(full_fifo_keeps_the_port),
        TEST(frame_without_data_keeps_the_port),
        TEST(mapped_read_waits_for_a_program_that_is_fed),
        TEST(handover_follows_req2ack_time),
        TEST(frames_up_to_maxtran_are_whole),
        TEST(split_of_buffer_data_is_put_together),
        TEST(other_chip_select_reaches_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
