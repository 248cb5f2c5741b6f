/*
 * A read of the window while nothing is mapped, which may have no end: last of all, and with a
 * watchdog that goes on until the power does.
 */
#include "examples/bring-up/board.h"
#include "examples/bring-up/lab.h"
#include "examples/bring-up/probe_off.h"
#include "examples/bring-up/report.h"
#include "examples/bring-up/steps.h"

static struct probe_off off;

void step_off(void)
{
    lab_step(LAB_STEP_OFF, "mode_off");
    board_start_watchdog();
    off.word = (const volatile uint32_t *)LAB_WINDOW;
    probe_off(&lab.board, &off);
    report_word("mode_off", "rehearsed", off.was_rehearsed ? "yes" : "no", "-");
    if (!off.was_rehearsed) {
        report_word("verdict", "read_with_mode_off", "open", "no_fault_behind_the_fence");
        return;
    }
    report_word("mode_off", "read", off.has_faulted ? "fault" : "value", "-");
    report_hex("mode_off", "got", off.got, "hex");
    report_hex("mode_off", "CFSR", off.CFSR, "hex");
    report_hex("mode_off", "SR", off.SR, "hex");
    lab_verdict("read_with_mode_off", off.has_faulted);
}
