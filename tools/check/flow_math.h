/*
 * Arithmetic on values: what a result may be when the operands may be this or that.
 */
#ifndef TOOLS_CHECK_FLOW_MATH_H
#define TOOLS_CHECK_FLOW_MATH_H

#include "tools/check/decode.h"
#include "tools/check/flow_value.h"

/* a + b. A base and an unknown distance stay a base. id: of the result where it is no number. */
uint32_t math_add(struct values *values, uint32_t a, uint32_t b, uint32_t id);

/* a + number, for displacements and for what writes back. */
uint32_t math_offset(struct values *values, uint32_t a, uint32_t number, uint32_t id);

/* a times a number, as by shifting left. */
uint32_t math_scale(struct values *values, uint32_t a, uint32_t factor, uint32_t id);

/* Any other instruction on two operands: exact where both are, else what can be said of it. */
uint32_t math_do(struct values *values, enum op op, const uint32_t operands[2], uint32_t id);

/* Put a number into the upper 16 bits, as movt does. */
uint32_t math_upper(struct values *values, uint32_t a, uint32_t upper, uint32_t id);

/* At most max: what is masked or was compared. Keeps the id where it is the same value. */
uint32_t math_limit(struct values *values, uint32_t a, uint32_t max, uint32_t id);

#endif
