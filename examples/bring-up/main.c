/*
 * A firmware for a new board: it measures, one by one, what no document settles, and prints a
 * report. What rests on each line is in docs/hardware.md.
 *
 * Interrupts are masked from here on; the boot leaves the data cache off, and it stays off.
 */
#include "examples/bring-up/board.h"
#include "examples/bring-up/found.h"
#include "examples/bring-up/lab.h"
#include "examples/bring-up/report.h"
#include "examples/bring-up/scratch.h"
#include "examples/bring-up/steps.h"

#include <stddef.h>

int main(void);

static void tell_clocks(const struct board_clocks *clocks)
{
    report_number("clock", "core", clocks->core_mhz, "MHz");
    report_number("clock", "XSPI1", clocks->xspi1_mhz, "MHz");
    report_number("clock", "XSPI2", clocks->xspi2_mhz, "MHz");
}

/* What would need more than a bounded wait of this core, and why it is not tried. */
static void tell_left_out(void)
{
    report_word("verdict", "abort_when_idle", "left_out", "may_wedge_the_controller");
    report_word("verdict", "flash_reset_pin", "left_out", "the_boot_hides_it");
    report_word("verdict", "bank_status", "left_out", "its_address_is_past_DEVSIZE");
}

static void measure(uint32_t core_mhz)
{
    if (lab_open(core_mhz) != NACRE_OK) {
        lab_verdict("leftovers", false);
        return;
    }
    lab_verdict("leftovers", true);
    enum nacre_err err = step_chip();
    step_mode();
    if (err == NACRE_OK) err = scratch_check(lab.chip);
    report_hex("scratch", "addr", scratch.addr, "hex");
    report_number("scratch", "bytes", scratch.bytes, "bytes");
    report_word("scratch", "check", nacre_err_name(err), "-");
    if (err != NACRE_OK) return;
    step_times();
    step_slices();
    step_rww();
    lab_tell_canary("canary", "psram");
    step_clock();
    step_busy_bank();
    step_off();
}

static void run(void)
{
    const struct board_clocks clocks = board_clocks();
    const uint32_t ended = board_step_take();

    board_start_console(clocks.uart_hz);
    report_begin(clocks.core_mhz);
    tell_clocks(&clocks);
    found_report();
    report_word("data_cache", NULL, board_has_data_cache() ? "on" : "off", "-");
    if (ended != LAB_STEP_NONE) {
        report_number("ended_in", NULL, ended, "step"); /* a dead end, and a reset: not again */
    } else if (clocks.core_mhz == 0 || board_has_data_cache()) {
        report_word("refused", NULL, clocks.core_mhz == 0 ? "clock" : "data_cache", "-");
    } else {
        measure(clocks.core_mhz);
        board_step_set(LAB_STEP_NONE);
    }
    tell_left_out();
    report_end();
}

int main(void)
{
    __asm volatile("cpsid i" ::: "memory");
    found_take();
    run();
    for (;;) {
        if (board_has_watchdog()) {
            board_feed_watchdog();
        } else {
            __asm volatile("dsb\n\twfi" ::: "memory");
        }
    }
}
