/*
 * The registers that a blackout relies on, field by field.
 */
#include "nacre/ports/stm32h7rs/state.h"

#include "nacre/ports/stm32h7rs/frame.h"
#include "nacre/ports/stm32h7rs/registers.h"

#define OCTAL 8u

struct expected {
    const char *name;
    uint32_t addr;
    uint32_t mask;
    uint32_t value;
};

static const struct expected controller_state[] = {
    {"XSPI2 CR", XSPI2_BASE + 0x000u,
     XSPI_CR_EN | XSPI_CR_DMAEN | XSPI_CR_DMM | XSPI_CR_IE | XSPI_CR_FMODE | XSPI_CR_MSEL,
     XSPI_CR_EN | XSPI_CR_FMODE_MAPPED},
    {"XSPI2 DCR3 CSBOUND", XSPI2_BASE + 0x010u, XSPI_DCR3_CSBOUND, 0},
    {"XSPI2 DCR4 REFRESH", XSPI2_BASE + 0x014u, ~0u, 0},
};

static enum nacre_err refuse(struct nacre_port *port, const struct expected *expected,
                             uint32_t found)
{
    port->mismatch = (struct nacre_mismatch){
        expected->name, found, expected->value, expected->mask};
    return NACRE_CTRL_STATE;
}

static enum nacre_err check_all(struct nacre_port *port, const struct expected *expected,
                                uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t found = NACRE_REG(expected[i].addr);

        if ((found & expected[i].mask) != expected[i].value) {
            return refuse(port, &expected[i], found);
        }
    }
    return NACRE_OK;
}

/* Which type only matters where pairs of bytes are turned; those of RAM are never right. */
static enum nacre_err check_type(struct nacre_port *port, const struct nacre_form *form)
{
    const struct expected expected = {"XSPI2 DCR1 MTYP", XSPI2_BASE + 0x008u, XSPI_DCR1_MTYP,
                                      form->odd_byte_first ? XSPI_DCR1_MTYP_MACRONIX : 0u};
    const uint32_t found = NACRE_REG(expected.addr);
    const uint32_t type = found & XSPI_DCR1_MTYP;
    const bool is_swapping = type == XSPI_DCR1_MTYP_MACRONIX;

    if (type > XSPI_DCR1_MTYP_STANDARD) return refuse(port, &expected, found);
    if (form->lines == OCTAL && is_swapping != form->odd_byte_first) {
        return refuse(port, &expected, found);
    }
    return NACRE_OK;
}

/* The read of the row that the chip is mapped by; the first one if it is none of them. */
static const struct nacre_form_read *mapped_read(const struct nacre_form *form)
{
    const uint32_t IR = NACRE_REG(XSPI2_BASE + 0x110u);

    for (uint32_t i = 0; i < NACRE_FORM_READS; i++) {
        if (form->read[i].opcode != 0 && form->read[i].opcode == IR) return &form->read[i];
    }
    return &form->read[0];
}

static enum nacre_err check_form(struct nacre_port *port, const struct nacre_form *form)
{
    const struct nacre_form_read *const read = mapped_read(form);
    const uint32_t CCR = nacre_frame_read(form, read);
    const uint32_t addr = XSPI2_BASE + 0x100u;
    const struct expected frame[] = {
        {"XSPI2 IR", XSPI2_BASE + 0x110u, ~0u, read->opcode},
        {"XSPI2 CCR IMODE IDTR ISIZE", addr, XSPI_CCR_INSTRUCTION, CCR & XSPI_CCR_INSTRUCTION},
        {"XSPI2 CCR ADMODE ADDTR ADSIZE", addr, XSPI_CCR_ADDRESS, CCR & XSPI_CCR_ADDRESS},
        {"XSPI2 CCR ABMODE ABDTR ABSIZE", addr, XSPI_CCR_ALTERNATE, CCR & XSPI_CCR_ALTERNATE},
        {"XSPI2 CCR DMODE DDTR", addr, XSPI_CCR_DATA, CCR & XSPI_CCR_DATA},
        {"XSPI2 CCR DQSE", addr, XSPI_CCR_DQSE, CCR & XSPI_CCR_DQSE},
        {"XSPI2 TCR SSHIFT", XSPI2_BASE + 0x108u, form->lines == OCTAL ? XSPI_TCR_SSHIFT : 0u, 0},
    };
    const struct expected mode = {"XSPI2 ABR", XSPI2_BASE + 0x120u, read->mode_mask, 0};
    const uint32_t ABR = NACRE_REG(mode.addr);

    const enum nacre_err err = check_all(port, frame, sizeof(frame) / sizeof(frame[0]));
    if (err != NACRE_OK) return err;
    if (read->mode_mask != 0 && (ABR & read->mode_mask) == read->mode_never) {
        return refuse(port, &mode, ABR);
    }
    return check_type(port, form);
}

enum nacre_err nacre_state_check(struct nacre_port *port, const struct nacre_form *form)
{
    const enum nacre_err err = check_all(port, controller_state,
                                         sizeof(controller_state) / sizeof(controller_state[0]));

    return err == NACRE_OK ? check_form(port, form) : err;
}
