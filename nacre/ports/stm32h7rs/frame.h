/*
 * Frames of the XSPI: what CCR holds for a command of a chip, and for the read by which it is
 * mapped. Runs from flash.
 */
#ifndef NACRE_PORTS_STM32H7RS_FRAME_H
#define NACRE_PORTS_STM32H7RS_FRAME_H

#include "nacre/ctrl.h"

/* CCR of a command with opcode, address and data, read by strobe where the form has one. */
uint32_t nacre_frame_command(const struct nacre_form *form);

/* CCR of a mapped read. */
uint32_t nacre_frame_read(const struct nacre_form *form, const struct nacre_form_read *read);

#endif
