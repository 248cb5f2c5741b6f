/*
 * Measurements from RAM.
 *
 * RUNS FROM RAM: this file is an archive of its own, which nacre_ram.ld places. It calls its own
 * functions, those of the controller and the RAM functions of the port. No library, no table, no
 * string, no division, no struct copy.
 */
#include "examples/bring-up/probe.h"

#include "nacre/ports/stm32h7rs/registers.h"

#include <stddef.h>

#define CANARY_WORDS_A_LOOK 2u
#define CANARY_WORDS_A_PAUSE 32u
#define CANARY_STRIDE 257u /* in words: each in a row of its own, and no power of two */
#define CANARY_STEP 0x9E3779B1u
#define CANARY_SEED 0x00FF55AAu
#define CALFCR_OFFSET 0x210u

/* ---- in and out ---- */

/* A look at the counter every tenth of a microsecond will do: it is dear on a simulator. */
static void pause_cycles(uint32_t from, uint32_t cycles)
{
    while (nacre_port_cycles() - from < cycles) {
        if (cycles > 256u) __asm volatile(".rept 64\n\tnop\n\t.endr");
    }
}

/* No way back: the chip is reset, so that the boot finds it as after power-on, then the system. */
static _Noreturn void give_up(struct probe_board *board)
{
    const struct nacre_ctrl *const ctrl = &board->port.ctrl;

    for (uint32_t i = 0; i < 2u; i++) {
        (void)nacre_ctrl_leave(ctrl);
        (void)nacre_ctrl_send(ctrl, &board->reset[i]);
    }
    pause_cycles(nacre_port_cycles(), board->reset_cycles);
    nacre_port_reset();
}

static bool image_answers(struct probe_board *board)
{
    board->known_got = ~board->known_word;
    if (nacre_ctrl_send(&board->port.ctrl, &board->known) != NACRE_OK) return false;
    return board->known_got == board->known_word;
}

bool probe_go_dark(struct probe_board *board)
{
    nacre_port_close(&board->port);
    return nacre_ctrl_leave(&board->port.ctrl) == NACRE_OK;
}

/* Map only what was seen to answer: a mapped read that gets no answer has no bound. */
void probe_go_light(struct probe_board *board)
{
    if (!image_answers(board)) {
        if (nacre_ctrl_leave(&board->port.ctrl) != NACRE_OK || !image_answers(board)) {
            give_up(board);
        }
    }
    if (nacre_ctrl_map(&board->port.ctrl) != NACRE_OK) give_up(board);
    nacre_port_fence(&board->port, NULL);
    nacre_port_release(&board->port);
}

/* After a timeout the controller is stopped, so that the next command can be sent. */
static bool send(struct probe_board *board, const struct nacre_op *op)
{
    if (nacre_ctrl_send(&board->port.ctrl, op) == NACRE_OK) return true;
    (void)nacre_ctrl_leave(&board->port.ctrl);
    return false;
}

enum nacre_err probe_send(struct probe_board *board, const struct nacre_op *op, uint32_t count)
{
    bool is_sent = probe_go_dark(board);

    for (uint32_t i = 0; i < count && is_sent; i++) {
        is_sent = send(board, &op[i]);
    }
    probe_go_light(board);
    return is_sent ? NACRE_OK : NACRE_TIMEOUT;
}

/* ---- the canary ---- */

uint32_t probe_canary_word(uint32_t index)
{
    return index * CANARY_STEP ^ CANARY_SEED;
}

volatile uint32_t *probe_canary_place(const struct probe_canary *canary, uint32_t index)
{
    return canary->words + index * CANARY_STRIDE;
}

void probe_canary_look(struct probe_canary *canary, uint32_t count)
{
    for (uint32_t i = 0; i < count && canary->count != 0; i++) {
        const volatile uint32_t *const word = probe_canary_place(canary, canary->at);
        const uint32_t want = probe_canary_word(canary->at);
        const uint32_t got = *word;

        canary->reads++;
        if (got != want) {
            if (canary->errors == 0) {
                canary->first_index = canary->at;
                canary->first_got = got;
            }
            canary->errors++;
            if (*word != want) canary->stays_wrong++;
        }
        canary->at++;
        if (canary->at == canary->count) canary->at = 0;
    }
}

/* While nothing else is to be done, so that the PSRAM is read all the time. */
static void look_until(struct probe_board *board, uint32_t from, uint32_t cycles)
{
    while (board->canary.count != 0 && nacre_port_cycles() - from < cycles) {
        probe_canary_look(&board->canary, CANARY_WORDS_A_PAUSE);
    }
    pause_cycles(from, cycles);
}

/* ---- programs and erases ---- */

static bool is_busy(struct probe_board *board, struct probe_work *work)
{
    if (!send(board, &work->status)) return true;
    return (work->status_word & work->busy) != 0;
}

static bool are_equal(const struct probe_read *read)
{
    for (uint32_t i = 0; i < PROBE_READ_WORDS; i++) {
        if (read->got[i] != read->want[i]) return false;
    }
    return true;
}

/* One round; it counts only if the chip was in the same state afterwards. */
static void read_all(struct probe_board *board, struct probe_work *work, bool while_busy)
{
    if (work->read_rounds == 0) return;
    for (uint32_t i = 0; i < work->read_count; i++) {
        struct probe_read *const read = &work->reads[i];

        for (uint32_t k = 0; k < PROBE_READ_WORDS; k++) {
            read->got[k] = ~read->want[k];
        }
        const bool is_sent = send(board, &read->op);
        if (is_busy(board, work) != while_busy) return;
        if (!is_sent) {
            read->timeouts++;
        } else if (are_equal(read)) {
            read->equal++;
        } else {
            read->different++;
        }
    }
    work->read_rounds--;
}

/* Until the status says idle; answers when it did, counted from start. */
static uint32_t wait_idle(struct probe_board *board, struct probe_work *work, uint32_t start)
{
    for (;;) {
        const uint32_t asked = nacre_port_cycles();

        if (!is_busy(board, work)) return nacre_port_cycles() - start;
        if (asked - start > board->wait_max_cycles) give_up(board);
        if (work->slice_count == 0) read_all(board, work, true);
        probe_canary_look(&board->canary, CANARY_WORDS_A_LOOK);
        look_until(board, asked, work->poll_cycles);
    }
}

static bool begin(struct probe_board *board, struct probe_work *work)
{
    if (is_busy(board, work)) return false;
    if (!send(board, &work->write_enable)) return false;
    return !is_busy(board, work) && (work->status_word & work->enabled) != 0;
}

static void note_latency(struct report_times *latency, uint32_t cycles)
{
    if (latency->count < REPORT_TIMES_MAX) latency->cycles[latency->count] = cycles;
    latency->count++;
}

/* Suspend and resume; false if there is nothing left to suspend. from: its start or last resume. */
static bool slice(struct probe_board *board, struct probe_work *work, uint32_t *from)
{
    pause_cycles(*from, work->slice_cycles);
    const uint32_t asked = nacre_port_cycles();
    (void)send(board, &work->suspend);
    while (is_busy(board, work)) {
        if (nacre_port_cycles() - asked > board->wait_max_cycles) give_up(board);
    }
    const uint32_t latency = nacre_port_cycles() - asked;
    if (!send(board, &work->security) || (work->security_word & work->suspended) == 0) {
        work->ended_by_itself = true;
        return false;
    }
    work->suspends++;
    note_latency(work->latency, latency);
    read_all(board, work, false);
    probe_canary_look(&board->canary, CANARY_WORDS_A_LOOK);
    (void)send(board, &work->resume);
    *from = nacre_port_cycles();
    if (!is_busy(board, work)) work->resume_lost = true;
    return true;
}

static void run(struct probe_board *board, struct probe_work *work)
{
    const uint32_t start = nacre_port_cycles();
    uint32_t from = start;

    for (uint32_t i = 0; i < work->slice_count; i++) {
        if (!slice(board, work, &from)) break;
    }
    work->left_cycles = wait_idle(board, work, from);
    work->busy_cycles = nacre_port_cycles() - start;
    (void)send(board, &work->security);
}

enum probe_end probe_work(struct probe_board *board, struct probe_work *work)
{
    const uint32_t dark = nacre_port_cycles();
    enum probe_end end = PROBE_NOT_READY;

    if (probe_go_dark(board)) {
        end = begin(board, work) ? PROBE_DONE : PROBE_REFUSED;
        if (end == PROBE_DONE) {
            if (!send(board, &work->work)) end = PROBE_REFUSED;
            work->sent_cycles = nacre_port_cycles() - dark;
            run(board, work); /* in doubt, too: it may have begun */
        }
    }
    probe_go_light(board);
    return end;
}

/* ---- the controller ---- */

void probe_mode(struct probe_board *board, struct probe_mode *mode)
{
    struct nacre_port *const port = &board->port;
    uint32_t at[6];

    at[0] = nacre_port_cycles();
    nacre_port_close(port);
    at[1] = nacre_port_cycles();
    const bool is_out = nacre_ctrl_leave(&port->ctrl) == NACRE_OK;
    at[2] = nacre_port_cycles();
    if (!is_out || nacre_ctrl_map(&port->ctrl) != NACRE_OK) give_up(board);
    at[3] = nacre_port_cycles();
    nacre_port_fence(port, NULL);
    at[4] = nacre_port_cycles();
    (void)mode->word[0];
    at[5] = nacre_port_cycles();
    (void)mode->word[1];
    mode->next_read_cycles = nacre_port_cycles() - at[5];
    nacre_port_release(port);
    mode->leave_cycles = at[2] - at[1];
    mode->map_cycles = at[3] - at[2];
    mode->first_read_cycles = at[5] - at[4];
    mode->whole_cycles = at[4] - at[0];
}

/* A read of two bytes whose frame stands in the registers already. */
static uint32_t start_again(struct probe_board *board, struct probe_start_times *times,
                            enum probe_start how)
{
    struct nacre_xspi *const xspi = (struct nacre_xspi *)board->port.ctrl.base;
    const uint32_t frame = xspi->CCR;
    const uint32_t timing = xspi->TCR;
    const uint32_t start = nacre_port_cycles();

    xspi->CR = board->port.ctrl.idle | XSPI_CR_FMODE_READ;
    if (how == PROBE_START_TCR) xspi->TCR = timing;
    if (how == PROBE_START_CCR) {
        xspi->CCR = frame;
        if ((xspi->SR & XSPI_SR_BUSY) != 0) times->busy_after_CCR++;
    } else {
        (void)xspi->SR;
    }
    xspi->AR = times->status.chip_addr;
    while ((xspi->SR & XSPI_SR_TCF) == 0) {
        if (nacre_port_cycles() - start > board->port.ctrl.wait_cycles) break;
    }
    const uint32_t cycles = nacre_port_cycles() - start;
    if ((xspi->SR & XSPI_SR_TCF) != 0) {
        (void)*(volatile uint16_t *)(board->port.ctrl.base + XSPI_DR_OFFSET);
    }
    if (nacre_ctrl_leave(&board->port.ctrl) != NACRE_OK) give_up(board);
    xspi->FCR = XSPI_FCR_CTCF;
    return cycles;
}

void probe_starts(struct probe_board *board, struct probe_start_times *times)
{
    struct nacre_xspi *const xspi = (struct nacre_xspi *)board->port.ctrl.base;

    if (!probe_go_dark(board)) give_up(board);
    times->idle_SR = xspi->SR;
    times->CALFCR[0] = NACRE_REG(board->port.ctrl.base + CALFCR_OFFSET);
    (void)send(board, &times->status);
    (void)send(board, &times->status);
    for (uint32_t how = 0; how < PROBE_START_COUNT; how++) {
        times->cycles[how] = start_again(board, times, (enum probe_start)how);
    }
    times->CALFCR[1] = NACRE_REG(board->port.ctrl.base + CALFCR_OFFSET);
    probe_go_light(board);
}
