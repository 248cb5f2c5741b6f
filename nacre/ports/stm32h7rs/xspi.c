/*
 * The XSPI controller in a blackout: leave the mapped mode, send a command, map again.
 *
 * RUNS FROM RAM: this file is placed by the linker as a whole. It touches registers and what its
 * arguments point to, and nothing else.
 *
 * The frame of a command comes with it, worked out by frame.c in flash.
 *
 * Rules that the order of accesses obeys (RM0477, RM0456 28.4 for the same controller):
 *   1. FMODE and all configuration change only while BUSY is 0; a write at BUSY 1 is ignored.
 *   2. ABORT is set only while BUSY is 1: on an idle controller it leaves BUSY stuck
 *      (STMicroelectronics/OpenOCD issue 50).
 *   3. An access that slipped in between the abort and the change of FMODE starts a mapped read
 *      again. So CR is read back, and both are repeated.
 *   4. A command starts by the write of IR without address and data, of AR with an address, of the
 *      first DR if data is written. AR and IR are written after FMODE.
 *   5. DR is accessed only where the FIFO is known to have room or data: else the bus stalls.
 *   6. EN is never touched.
 */
#include "nacre/ctrl.h"
#include "nacre/port.h"
#include "nacre/ports/stm32h7rs/registers.h"

#define LEAVE_TRIES 8u
#define IDLE_READS 4u
#define FIFO_BYTES 64u
#define BLOCK_BYTES 16u /* what XSPI_CR_FTHRES_16 stands for */

static struct nacre_xspi *registers(const struct nacre_ctrl *ctrl)
{
    return (struct nacre_xspi *)ctrl->base;
}

/* The FIFO by two bytes at a time. Never by one: that was seen to fail on this controller. */
static volatile uint16_t *half_of_DR(const struct nacre_ctrl *ctrl)
{
    return (volatile uint16_t *)(ctrl->base + XSPI_DR_OFFSET);
}

static enum nacre_err wait_idle(const struct nacre_ctrl *ctrl)
{
    struct nacre_xspi *const xspi = registers(ctrl);
    const uint32_t start = nacre_port_cycles();

    while ((xspi->SR & XSPI_SR_BUSY) != 0) {
        if (nacre_port_cycles() - start > ctrl->wait_cycles) return NACRE_TIMEOUT;
    }
    return NACRE_OK;
}

/* Wait for the FIFO's threshold, or for the end of a read. */
static enum nacre_err wait_fifo(const struct nacre_ctrl *ctrl)
{
    struct nacre_xspi *const xspi = registers(ctrl);
    const uint32_t start = nacre_port_cycles();

    while ((xspi->SR & (XSPI_SR_FTF | XSPI_SR_TCF)) == 0) {
        if (nacre_port_cycles() - start > ctrl->wait_cycles) return NACRE_TIMEOUT;
    }
    return NACRE_OK;
}

/*
 * Wait for the end of a command: TCF, and BUSY gone. Some boards were seen without TCF after a
 * command that has no data (Betaflight bus_octospi_stm32n6xx.c), so there BUSY counts as well once
 * it was read as 0 for longer than such a command takes on the wires.
 */
static enum nacre_err wait_end(const struct nacre_ctrl *ctrl, uint32_t n)
{
    struct nacre_xspi *const xspi = registers(ctrl);
    const uint32_t start = nacre_port_cycles();
    uint32_t idle_reads = 0;

    for (;;) {
        const uint32_t flags = xspi->SR & (XSPI_SR_TCF | XSPI_SR_BUSY);

        if (flags == XSPI_SR_TCF) return NACRE_OK;
        idle_reads = flags == 0 ? idle_reads + 1u : 0;
        if (n == 0 && idle_reads == IDLE_READS) return NACRE_OK;
        if (nacre_port_cycles() - start > ctrl->wait_cycles) return NACRE_TIMEOUT;
    }
}

static enum nacre_err stop_transfer(const struct nacre_ctrl *ctrl)
{
    struct nacre_xspi *const xspi = registers(ctrl);

    xspi->CR = xspi->CR | XSPI_CR_ABORT;
    const enum nacre_err err = wait_idle(ctrl);
    xspi->FCR = XSPI_FCR_ALL;
    return err;
}

enum nacre_err nacre_ctrl_leave(const struct nacre_ctrl *ctrl)
{
    struct nacre_xspi *const xspi = registers(ctrl);

    for (uint32_t i = 0; i < LEAVE_TRIES; i++) {
        if ((xspi->SR & XSPI_SR_BUSY) != 0 && stop_transfer(ctrl) != NACRE_OK) {
            return NACRE_TIMEOUT;
        }
        xspi->CR = ctrl->idle;
        if (xspi->CR == ctrl->idle) return NACRE_OK;
    }
    return NACRE_TIMEOUT;
}

/* Everything up to the write that starts the command, if no data follows. */
static void start(const struct nacre_ctrl *ctrl, const struct nacre_op *op)
{
    struct nacre_xspi *const xspi = registers(ctrl);

    if (op->n != 0) xspi->DLR = op->n - 1u;
    if ((op->phases & NACRE_PHASE_READ) != 0) xspi->CR = ctrl->idle | XSPI_CR_FMODE_READ;
    xspi->TCR = op->TCR;
    xspi->CCR = op->CCR;
    xspi->IR = op->opcode;
    if ((op->phases & NACRE_PHASE_ADDR) != 0) xspi->AR = op->chip_addr;
}

/* The FIFO is empty at the start, so that its first 64 bytes need no look at it. */
static enum nacre_err write_data(const struct nacre_ctrl *ctrl, const struct nacre_op *op)
{
    struct nacre_xspi *const xspi = registers(ctrl);
    const uint32_t *word = op->data;
    uint32_t at = 0;

    for (; at + 4u <= op->n; at += 4u) {
        if (at >= FIFO_BYTES && (at & (BLOCK_BYTES - 1u)) == 0 &&
            wait_fifo(ctrl) != NACRE_OK) {
            return NACRE_TIMEOUT;
        }
        xspi->DR = *word;
        word++;
    }
    if (at < op->n) *half_of_DR(ctrl) = (uint16_t)*word;
    return NACRE_OK;
}

/* Threshold or end: 16 bytes, or all that is left, are in the FIFO then. */
static enum nacre_err read_data(const struct nacre_ctrl *ctrl, const struct nacre_op *op)
{
    struct nacre_xspi *const xspi = registers(ctrl);
    uint32_t *word = op->data;
    uint32_t at = 0;

    for (; at < op->n; at += 4u) {
        if ((at & (BLOCK_BYTES - 1u)) == 0 &&
            wait_fifo(ctrl) != NACRE_OK) {
            return NACRE_TIMEOUT;
        }
        *word = at + 4u <= op->n ? xspi->DR : *half_of_DR(ctrl);
        word++;
    }
    return NACRE_OK;
}

enum nacre_err nacre_ctrl_send(const struct nacre_ctrl *ctrl, const struct nacre_op *op)
{
    struct nacre_xspi *const xspi = registers(ctrl);
    enum nacre_err err = NACRE_OK;

    start(ctrl, op);
    if ((op->phases & NACRE_PHASE_WRITE) != 0) err = write_data(ctrl, op);
    if ((op->phases & NACRE_PHASE_READ) != 0) err = read_data(ctrl, op);
    if (err != NACRE_OK) return err;
    if (wait_end(ctrl, op->n) != NACRE_OK) return NACRE_TIMEOUT;
    xspi->FCR = XSPI_FCR_CTCF;
    if ((op->phases & NACRE_PHASE_READ) != 0) xspi->CR = ctrl->idle;
    return NACRE_OK;
}

enum nacre_err nacre_ctrl_map(const struct nacre_ctrl *ctrl)
{
    struct nacre_xspi *const xspi = registers(ctrl);

    xspi->TCR = ctrl->TCR;
    xspi->CCR = ctrl->CCR;
    xspi->IR = ctrl->IR;
    if (xspi->TCR != ctrl->TCR || xspi->CCR != ctrl->CCR || xspi->IR != ctrl->IR) {
        return NACRE_TIMEOUT;
    }
    xspi->CR = ctrl->CR;
    return xspi->CR == ctrl->CR ? NACRE_OK : NACRE_TIMEOUT;
}
