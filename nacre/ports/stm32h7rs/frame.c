/*
 * Frames of the XSPI. Nothing of this is needed in RAM: commands are built before the blackout.
 */
#include "nacre/ports/stm32h7rs/frame.h"

#include "nacre/ports/stm32h7rs/registers.h"

#define OCTAL 8u

/* MODE, DTR and SIZE of one phase, from bit 0. */
static uint32_t phase(uint32_t lines, uint32_t bytes, bool is_dtr)
{
    uint32_t mode = 1; /* 1, 2, 3, 4 stand for 1, 2, 4, 8 lines */

    while (1u << (mode - 1u) < lines) {
        mode++;
    }
    return mode | (is_dtr ? XSPI_CCR_PHASE_DTR : 0u) | (bytes - 1u) << XSPI_CCR_PHASE_SIZE_POS;
}

static uint32_t opcode_phase(const struct nacre_form *form)
{
    return phase(form->lines, form->opcode_bytes, form->opcode_bytes == 2u);
}

uint32_t nacre_frame_command(const struct nacre_form *form)
{
    const bool is_dtr = form->lines == OCTAL;

    return opcode_phase(form) |
           phase(form->lines, form->addr_bytes, is_dtr) << XSPI_CCR_ADDRESS_POS |
           phase(form->lines, 1, is_dtr) << XSPI_CCR_DATA_POS | (is_dtr ? XSPI_CCR_DQSE : 0u);
}

uint32_t nacre_frame_read(const struct nacre_form *form, const struct nacre_form_read *read)
{
    const bool is_dtr = form->lines == OCTAL;
    const uint32_t mode =
        read->has_mode ? phase(read->addr_lines, 1, is_dtr) << XSPI_CCR_ALTERNATE_POS : 0u;

    return opcode_phase(form) |
           phase(read->addr_lines, form->addr_bytes, is_dtr) << XSPI_CCR_ADDRESS_POS | mode |
           phase(read->data_lines, 1, is_dtr) << XSPI_CCR_DATA_POS | (is_dtr ? XSPI_CCR_DQSE : 0u);
}

/*
 * Hold and shift of the samples are the board's, whatever is sent. A write has no strobe: the chip
 * takes it by the clock.
 */
void nacre_ctrl_frame(const struct nacre_ctrl *ctrl, struct nacre_op *op)
{
    uint32_t parts = XSPI_CCR_INSTRUCTION;

    op->CCR = ctrl->CCR;
    op->TCR = ctrl->TCR;
    if ((op->phases & NACRE_PHASE_MAPPED) != 0) return;
    if ((op->phases & NACRE_PHASE_ADDR) != 0) parts |= XSPI_CCR_ADDRESS;
    if (op->n != 0) parts |= XSPI_CCR_DATA;
    if ((op->phases & NACRE_PHASE_READ) != 0) parts |= XSPI_CCR_DQSE;
    op->CCR = ctrl->command & parts;
    op->TCR = (ctrl->TCR & (XSPI_TCR_DHQC | XSPI_TCR_SSHIFT)) | op->dummy_clocks;
}
