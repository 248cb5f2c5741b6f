/*
 * Who calls, and what a blackout does to him: his stacks, a debugger, the ticks that he loses. Runs
 * from flash.
 */
#include "nacre/port.h"
#include "nacre/ports/stm32h7rs/registers.h"

#define FLOAT_BYTES 72u /* s0 to s15, FPSCR and a word, saved late */
#define CONTROL_SPSEL 2u
#define XSPI1_WINDOW 0x90000000u

/* Multiplexed, the first controller reaches the flash's port and no RAM. */
static bool is_psram_mapped(void)
{
    const struct nacre_xspi *const xspi = (const struct nacre_xspi *)XSPI1_BASE;

    return (xspi->CR & (XSPI_CR_EN | XSPI_CR_FMODE)) == (XSPI_CR_EN | XSPI_CR_FMODE_MAPPED) &&
           (NACRE_REG(XSPIM_CR) & XSPIM_CR_MUXEN) == 0;
}

static bool is_reachable(const struct nacre_port *port, uint32_t first, uint32_t n)
{
    if (!nacre_port_is_writable((const void *)first, n)) return false;
    return (first - XSPI1_WINDOW) >> XSPI_WINDOW_BITS != 0 ||
           (is_psram_mapped() && !port->is_ram_quiet);
}

static bool is_stack(struct nacre_port *port, const char *name, uint32_t sp)
{
    if (sp >= NACRE_STACK_BYTES && is_reachable(port, sp - NACRE_STACK_BYTES, NACRE_STACK_BYTES)) {
        return true;
    }
    port->mismatch = (struct nacre_mismatch){name, sp, 0, 0};
    return false;
}

enum nacre_err nacre_port_check_stacks(struct nacre_port *port)
{
    uint32_t msp;
    uint32_t psp;
    uint32_t control;

    __asm volatile("mrs %0, msp" : "=r"(msp));
    __asm volatile("mrs %0, psp" : "=r"(psp));
    __asm volatile("mrs %0, control" : "=r"(control));
    if (!is_stack(port, "MSP", msp)) return NACRE_STACK;
    if ((control & CONTROL_SPSEL) != 0 && !is_stack(port, "PSP", psp)) return NACRE_STACK;
    if ((NACRE_REG(FPCCR) & FPCCR_LSPACT) != 0 &&
        !is_reachable(port, NACRE_REG(FPCAR), FLOAT_BYTES)) {
        port->mismatch = (struct nacre_mismatch){"FPCAR", NACRE_REG(FPCAR), 0, 0};
        return NACRE_STACK;
    }
    return NACRE_OK;
}

bool nacre_port_has_debugger(void)
{
    return (NACRE_REG(DHCSR) & DHCSR_C_DEBUGEN) != 0;
}

/*
 * SysTick goes on at the same pace, so what it held then follows from what it holds now. Neither
 * COUNTFLAG nor what pends is touched.
 */
uint32_t nacre_port_ticks_lost(const struct nacre_port *port, uint32_t from, uint32_t cycles)
{
    const uint32_t period = NACRE_REG(SYST_RVR) + 1u;
    const uint32_t since = nacre_port_now() - from;
    const uint32_t held = (NACRE_REG(SYST_CVR) + since % period) % period;
    const uint32_t left = held != 0 ? held : period; /* it has just asked */

    if (!port->has_tick || period == 1u || cycles < left) return 0;
    return (cycles - left) / period;
}
