/*
 * The second controller: XSPI1, multiplexed by XSPIM on the wires of the chip that XSPI2 has
 * mapped. Runs from flash; only the sending of a command runs from RAM.
 *
 * What is relied on, and so checked: both send the same frames on the same lines at the same rate,
 * to the same chip select; XSPI1 is idle and nobody else's; a mapped read that is parked gives the
 * port away when it is asked to (MAXTRAN of XSPI2: without it the other controller waits for ever,
 * ES0620 2.4.1); and the core cannot read XSPI1's own window, not even ahead of time: such a read
 * finds the controller in the middle of a command.
 *
 * MAXTRAN of XSPI1 splits what it sends, when XSPI2 asks for the port. The register description
 * counts clocks, ST's HAL counts bytes; whether opcode and address count nobody says. So a frame is
 * taken as whole only if it is short enough by each of these readings.
 *
 * A frame that waits for data keeps the port. Were a handler in flash to come between two pieces of
 * data, its fetch would wait for the port, and the frame for the handler's end: so what is written
 * is sent with interrupts masked. So is each other command that is not a read: were a handler to
 * outlast the bound of a wait, nobody could tell whether the chip got it. A read is sent with
 * interrupts on, and where it does not end, once more with interrupts masked.
 */
#include "nacre/ports/stm32h7rs/second.h"

#include "nacre/ports/stm32h7rs/mask.h"
#include "nacre/ports/stm32h7rs/mpu.h"
#include "nacre/ports/stm32h7rs/registers.h"

#include <stddef.h>

#define HEAD_BYTES 6u /* opcode and address in octal DTR */
#define MAXTRAN_OF_ST 22u /* ST's read-while-write example: 23 bytes hold a granule of 16 */

struct expected {
    const char *name;
    uint32_t found;
    uint32_t mask;
    uint32_t value;
};

static enum nacre_err check(struct nacre_port *port, const struct expected *expected,
                            uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if ((expected[i].found & expected[i].mask) == expected[i].value) continue;
        port->mismatch = (struct nacre_mismatch){
            expected[i].name, expected[i].found, expected[i].value, expected[i].mask};
        return NACRE_CTRL_STATE;
    }
    return NACRE_OK;
}

/* ---- what there is ---- */

enum nacre_err nacre_second_check_idle(struct nacre_port *port)
{
    const struct nacre_xspi *const first = (const struct nacre_xspi *)XSPI1_BASE;
    const struct expected state[] = {
        {"XSPI1 CR", first->CR, XSPI_CR_DMAEN | XSPI_CR_IE | XSPI_CR_FMODE, 0},
        {"XSPI1 SR BUSY", first->SR, XSPI_SR_BUSY, 0},
    };

    if ((NACRE_REG(XSPIM_CR) & XSPIM_CR_MUXEN) == 0) return NACRE_OK;
    return check(port, state, sizeof(state) / sizeof(state[0]));
}

/* By which chip select a controller reaches the chip: the manager's word, or its own. */
static uint32_t select_of(uint32_t manager, uint32_t override, uint32_t CR)
{
    if ((manager & XSPIM_CR_CSSEL_OVR_EN) != 0) return (manager & override) != 0 ? 1u : 0u;
    return (CR & XSPI_CR_CSSEL) != 0 ? 1u : 0u;
}

/* The same chip, reached alike. */
static enum nacre_err check_alike(struct nacre_port *port)
{
    const struct nacre_xspi *const first = (const struct nacre_xspi *)XSPI1_BASE;
    const struct nacre_xspi *const second = (const struct nacre_xspi *)XSPI2_BASE;
    const uint32_t manager = NACRE_REG(XSPIM_CR);
    const uint32_t CCIPR1 = NACRE_REG(RCC_CCIPR1);
    const uint32_t clock_of_2 = (CCIPR1 & RCC_CCIPR1_XSPI2SEL) >> 2;
    const struct expected state[] = {
        {"XSPIM CR MUXEN", manager, XSPIM_CR_MUXEN, XSPIM_CR_MUXEN},
        {"XSPI1 CR EN", first->CR, XSPI_CR_EN, XSPI_CR_EN},
        {"XSPI1 CR DMM MSEL", first->CR, XSPI_CR_DMM | XSPI_CR_MSEL,
         second->CR & (XSPI_CR_DMM | XSPI_CR_MSEL)},
        {"XSPI1 CR CSSEL", select_of(manager, XSPIM_CR_CSSEL_OVR_O1, first->CR), 1u,
         select_of(manager, XSPIM_CR_CSSEL_OVR_O2, second->CR)},
        {"XSPI1 DCR1", first->DCR1, ~0u, second->DCR1},
        {"XSPI1 DCR2 PRESCALER", first->DCR2, XSPI_DCR2_PRESCALER,
         second->DCR2 & XSPI_DCR2_PRESCALER},
        {"XSPI1 DCR3 CSBOUND", first->DCR3, XSPI_DCR3_CSBOUND, 0},
        {"XSPI1 DCR4 REFRESH", first->DCR4, ~0u, 0},
        {"RCC CCIPR1 XSPI1SEL", CCIPR1, RCC_CCIPR1_XSPI1SEL, clock_of_2},
    };

    return check(port, state, sizeof(state) / sizeof(state[0]));
}

/* The mapped controller lets go of the port, and so do all of our frames before they are split. */
static enum nacre_err check_turns(struct nacre_port *port, uint32_t frame_bytes_min)
{
    const struct nacre_xspi *const first = (const struct nacre_xspi *)XSPI1_BASE;
    const struct nacre_xspi *const second = (const struct nacre_xspi *)XSPI2_BASE;
    const uint32_t of_1 = first->DCR3 & XSPI_DCR3_MAXTRAN;

    if ((second->DCR3 & XSPI_DCR3_MAXTRAN) == 0) {
        port->mismatch = (struct nacre_mismatch){
            "XSPI2 DCR3 MAXTRAN", second->DCR3, MAXTRAN_OF_ST, XSPI_DCR3_MAXTRAN};
        return NACRE_CTRL_STATE;
    }
    port->second.frame_bytes = NACRE_OP_BYTES_MAX;
    if (of_1 != 0 && of_1 + 1u < HEAD_BYTES + NACRE_OP_BYTES_MAX) {
        port->second.frame_bytes = of_1 + 1u > HEAD_BYTES ? (of_1 + 1u - HEAD_BYTES) & ~1u : 0;
    }
    if (port->second.frame_bytes >= frame_bytes_min) return NACRE_OK;
    port->mismatch = (struct nacre_mismatch){
        "XSPI1 DCR3 MAXTRAN", first->DCR3, HEAD_BYTES + frame_bytes_min, XSPI_DCR3_MAXTRAN};
    return NACRE_CTRL_STATE;
}

static void save(struct nacre_port *port)
{
    const struct nacre_xspi *const first = (const struct nacre_xspi *)XSPI1_BASE;
    struct nacre_second *const second = &port->second;

    second->ctrl = port->ctrl;
    second->ctrl.base = XSPI1_BASE;
    second->ctrl.CR = first->CR;
    second->ctrl.idle = (first->CR & ~(XSPI_CR_TCEN | XSPI_CR_FTHRES)) | XSPI_CR_FTHRES_16;
    second->CCR = first->CCR;
    second->TCR = first->TCR;
    second->IR = first->IR;
}

enum nacre_err nacre_port_second_adopt(struct nacre_port *port, uint32_t frame_bytes_min)
{
    port->second = (struct nacre_second){.frame_bytes = 0};
    enum nacre_err err = check_alike(port);
    if (err == NACRE_OK) err = nacre_second_check_idle(port);
    if (err == NACRE_OK) err = check_turns(port, frame_bytes_min);
    if (err == NACRE_OK && !nacre_mpu_denies(port, XSPI1_WINDOW, XSPI1_WINDOW_LAST)) {
        err = NACRE_CTRL_STATE;
    }
    if (err != NACRE_OK) {
        port->second.frame_bytes = 0;
        return err;
    }
    save(port);
    return NACRE_OK;
}

/* ---- its use ---- */

static void note_masked(struct nacre_port *port, uint32_t since)
{
    const uint32_t cycles = nacre_port_now() - since;

    if (cycles > port->second.masked_cycles) port->second.masked_cycles = cycles;
}

static enum nacre_err send_masked(struct nacre_port *port, const struct nacre_op *op)
{
    const struct nacre_ctrl *const ctrl = &port->second.ctrl;
    const uint32_t primask = nacre_mask();
    const uint32_t start = nacre_port_now();

    __asm volatile("dsb" ::: "memory"); /* no load of the core is left that waits for the port */
    const enum nacre_err err = nacre_ctrl_send(ctrl, op);

    if (err != NACRE_OK) (void)nacre_ctrl_leave(ctrl);
    note_masked(port, start);
    nacre_unmask(primask);
    return err;
}

enum nacre_err nacre_port_second_send(struct nacre_port *port, const struct nacre_op *op)
{
    const struct nacre_ctrl *const ctrl = &port->second.ctrl;

    if ((op->phases & NACRE_PHASE_READ) == 0) return send_masked(port, op);
    if (nacre_ctrl_send(ctrl, op) == NACRE_OK) return NACRE_OK;
    (void)nacre_ctrl_leave(ctrl);
    return send_masked(port, op);
}

enum nacre_err nacre_port_second_take(struct nacre_port *port)
{
    return nacre_ctrl_leave(&port->second.ctrl);
}

/* With a data phase in CCR, a write of IR starts nothing; a write of CCR never does. */
void nacre_port_second_give(struct nacre_port *port)
{
    struct nacre_xspi *const first = (struct nacre_xspi *)XSPI1_BASE;
    const struct nacre_second *const second = &port->second;

    first->CCR = second->ctrl.CCR;
    first->IR = second->IR;
    first->TCR = second->TCR;
    first->CCR = second->CCR;
    first->CR = second->ctrl.CR;
}

void nacre_port_second_fence(struct nacre_port *port, const struct nacre_fence *fence)
{
    const uint32_t primask = nacre_mask();
    const uint32_t start = nacre_port_now();

    port->saved_mpu_rnr = NACRE_REG(MPU_RNR);
    nacre_port_fence(port, fence);
    note_masked(port, start);
    nacre_unmask(primask);
}
