/*
 * The PSRAM beside programs and erases once more, with the core at 380 MHz: there a user saw
 * reads of it go wrong while the flash was erased (ST community 885785), and at 600 MHz not.
 *
 * Bounds of the blackouts are cycles of the faster core: at this one they last longer, which does
 * no harm. No time is told.
 */
#include "examples/bring-up/board.h"
#include "examples/bring-up/lab.h"
#include "examples/bring-up/report.h"
#include "examples/bring-up/steps.h"

#define CORE_MHZ 380u
#define PROGRAMS 64u
#define ERASES 8u

/* As the PLL left it, PLL1 or HSI. */
static void restart_console(void)
{
    board_start_console(board_clocks().uart_hz);
}

static void forget_canary(void)
{
    struct probe_canary *const canary = &lab.board.canary;

    canary->reads = 0;
    canary->errors = 0;
    canary->stays_wrong = 0;
}

static void work(void)
{
    for (uint32_t i = 0; i < PROGRAMS; i++) {
        struct probe_work program = {0};

        lab_program(&program, LAB_PIECE_BYTES);
    }
    for (uint32_t i = 0; i < ERASES; i++) {
        struct probe_work erase = {0};

        lab_fill();
        lab_erase(&erase, lab.unit_a);
    }
}

void step_clock(void)
{
    if (lab.mhz <= CORE_MHZ || !board_has_psram()) {
        report_word("verdict", "psram_at_380", "open", "-");
        return;
    }
    lab_step(LAB_STEP_CLOCK, "clock");
    const bool is_slow = board_set_core_mhz(CORE_MHZ);
    const uint32_t core_mhz = board_clocks().core_mhz;
    forget_canary();
    if (is_slow) work();
    const bool is_back = board_restore_core_mhz();
    restart_console();
    report_number("canary_380", "core", core_mhz, "MHz");
    report_word("canary_380", "clock_restored", is_back ? "yes" : "no", "-");
    lab_tell_canary("canary_380", "psram_at_380");
}
