/*
 * A mapped controller that gives no turns, or does again.
 *
 * RUNS FROM ITCM: examples/two-controllers/two_controllers.ld places it by its name. It calls
 * nothing.
 */
#include "tests/port_fw/multiplex.h"

#define REG(addr) (*(volatile uint32_t *)(addr))
#define XSPI2_CR REG(0x5200A000u)
#define XSPI2_DCR3 REG(0x5200A010u)
#define XSPI2_SR REG(0x5200A020u)
#define XSPI2_FCR REG(0x5200A024u)
#define ABORT 0x00000002u
#define FMODE 0x30000000u
#define BUSY 0x00000020u

void multiplex_set_turns(uint32_t DCR3)
{
    uint32_t primask;

    __asm volatile("mrs %0, primask\n\tcpsid i\n\tdsb" : "=r"(primask) :: "memory");
    XSPI2_CR |= ABORT;
    while ((XSPI2_SR & BUSY) != 0) {
    }
    XSPI2_FCR = 0x1Bu;
    XSPI2_CR &= ~FMODE;
    XSPI2_DCR3 = DCR3;
    XSPI2_CR |= FMODE;
    __asm volatile("dsb\n\tmsr primask, %0\n\tisb" :: "r"(primask) : "memory");
}
