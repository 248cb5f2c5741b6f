/*
 * The one rig of a test program, in the states that tests of the controller start from, and what
 * several of them do with it.
 */
#ifndef TESTS_SUPPORT_XSPI_FIXTURE_H
#define TESTS_SUPPORT_XSPI_FIXTURE_H

#include "tests/support/xspi_rig.h"

#define CR_ON 0x00000301u
#define CCR_COMMAND 0x0000001Cu
#define CCR_ADDRESS 0x00003C1Cu
#define CCR_WRITE 0x0C003C1Cu
#define CCR_READ 0x2C003C1Cu
#define CLK_PS 5000ULL
#define BANK3 0x06000000u

extern struct rig rig;

/* cmocka fixtures. As ST's boot 1.3.0 leaves the devices: XSPI2 maps the octal DTR chip. */
int rig_begin_mapped(void **state);
/* The same, then indirect write mode, nothing under way. */
int rig_begin_indirect(void **state);
/* cmocka fixture: gives the devices back. */
int rig_end(void **state);
/* In the middle of a test: other devices, as rig_begin_indirect leaves them. */
void rig_begin_anew(const struct xspi_cfg *cfg);

/* All of an indirect transfer of 2 bytes but the address; no IR if it is 0. */
void stage(uint32_t mode, uint32_t ccr, uint32_t ir);
/* Write enable and erase of 4 KB; fails the test if the chip refuses. */
void erase_begin(uint32_t addr);

#endif
