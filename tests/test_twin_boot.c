/*
 * Start states and boot images.
 *
 * Method: for each release named in the facts, the registers that the application finds. ST's own
 * boot image is never part of this repository: NACRE_BOOT_HEX names the file Boot_XIP.hex of
 * package STM32CubeH7RS 1.3.0 (Projects/STM32H7S78-DK/Templates/Template_XIP/Binary); without it
 * that test is skipped and says so. What it must leave was traced on another model, by somebody
 * else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/board_bed.h"
#include "tests/support/cmocka_all.h"

#define MADE_UP_BOOT TWIN_FW_DIR "/made_up_boot.hex" /* in the build directory */

static struct board_bed bed;

static void boot_state_is(const char *expected)
{
    const char *const found = twin_boot_state(bed.twin);
    if (strncmp(found, expected, strlen(expected)) != 0) {
        fail_msg("found    %s\nexpected %s", found, expected);
    }
}

/*
 * Releases differ in TCR bit 28, WIR, XSPIM; the rest is common. 1.0.0 writes FFFF0010 to XSPIM,
 * whose upper eight bits do not exist (CMSIS: REQ2ACK_TIME is 23:16).
 */
static void test_boot_leftovers_differ_as_traced(void **state)
{
    static const char *const expected[] = {
        [TWIN_LEFTOVER_1_3_0] = "XSPI2 CR 30400301 DCR1 011A0100 CCR 2C003C1C TCR 00000014 "
                                "IR 0000EE11 WIR 000002FD, XSPIM 00000010",
        [TWIN_LEFTOVER_1_2_0] = "XSPI2 CR 30400301 DCR1 011A0100 CCR 2C003C1C TCR 10000014 "
                                "IR 0000EE11 WIR 000012ED, XSPIM ",
        [TWIN_LEFTOVER_1_0_0] = "XSPI2 CR 30400301 DCR1 011A0100 CCR 2C003C1C TCR 10000014 "
                                "IR 0000EE11 WIR 000012ED, XSPIM 00FF0010",
        [TWIN_LEFTOVER_RWW] = "XSPI2 CR 30400301 DCR1 011A0100 CCR 2C003C1C TCR 10000014 "
                              "IR 0000EE11 WIR 000012ED, XSPIM 00090003"};
    (void)state;
    for (uint32_t i = 0; i < 4u; i++) {
        bed_prepare(&bed, "hello");
        bed.cfg.leftover = (enum twin_leftover)i;
        bed_open(&bed);
        twin_power_on(bed.twin);
        boot_state_is(expected[i]);
        bed_wait(&bed, "hello\n", 100);
        boot_state_is(expected[i]);
        bed_close(&bed);
    }
}

static void test_boot_image_of_st_boots_to_the_jump(void **state)
{
    struct twin_until until;
    const char *const path = getenv("NACRE_BOOT_HEX");
    (void)state;
    if (path == NULL) {
        print_message("skipped: NACRE_BOOT_HEX does not name ST's Boot_XIP.hex\n");
        skip();
    }
    bed_prepare(&bed, "hello");
    bed.cfg.boot_path = path;
    bed_open(&bed);
    twin_power_on(bed.twin);
    memset(&until, 0, sizeof until);
    until.app_entry = true;
    until.for_ps = 500u * TWIN_PS_PER_MS;
    assert_int_equal(twin_run(bed.twin, &until), TWIN_STOP_ENTRY);
    boot_state_is("XSPI2 CR 30400301 DCR1 011A0100 CCR 2C003C1C TCR 00000014 IR 0000EE11 "
                  "WIR 000002FD, XSPIM 00000010");
    /* 5A, 66, 99, 06, 01, 72, then octal: 06F9 and 728D; the last one that writes is 728D. */
    assert_int_equal(bed.last[TWIN_EVENT_COMMAND].u.command.opcode, 0x728D);
    bed_wait(&bed, "hello\n", 100);
    /* And again after a cut: the chip keeps what is not volatile. */
    twin_power_off(bed.twin);
    twin_power_on(bed.twin);
    bed_wait(&bed, "hello\n", 500);
    bed_close(&bed);
}

/* A made-up boot image: vectors and a jump to the application, as Intel HEX. */
static void test_boot_image_as_hex_is_run_first(void **state)
{
    /* sp 0x20010000, pc 0x08000011; at 0x10: ldr r0, [pc, #4]; ldr r1, [r0, #4]; bx r1; nop;
       .word 0x70000000. The window is not mapped, so the first load is the violation. */
    static const char hex[] = ":020000040800F2\n"
                              ":080000000000012011000008BE\n"
                              ":0C001000014841680847C046000000702D\n"
                              ":00000001FF\n";
    struct twin_until until;
    (void)state;
    FILE *const file = fopen(MADE_UP_BOOT, "w");
    assert_non_null(file);
    assert_true(fputs(hex, file) >= 0);
    assert_int_equal(fclose(file), 0);
    bed_prepare(&bed, "hello");
    bed.cfg.boot_path = MADE_UP_BOOT;
    char error[TWIN_ERROR_BYTES] = "";
    bed.twin = twin_create(&bed.cfg, error);
    if (bed.twin == NULL) fail_msg("%s", error);
    twin_power_on(bed.twin);
    memset(&until, 0, sizeof until);
    until.for_ps = 10u * TWIN_PS_PER_MS;
    assert_int_equal(twin_run(bed.twin, &until), TWIN_STOP_VIOLATION);
    const struct twin_violation violation = bed_violation(&bed);
    assert_int_equal(violation.kind, TWIN_VIOLATION_LOAD);
    assert_int_equal(violation.addr, 0x70000004);
    assert_int_equal(violation.pc, 0x08000012);
    bed_close(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_boot_leftovers_differ_as_traced),
        cmocka_unit_test(test_boot_image_of_st_boots_to_the_jump),
        cmocka_unit_test(test_boot_image_as_hex_is_run_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
