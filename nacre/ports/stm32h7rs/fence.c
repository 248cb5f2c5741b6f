/*
 * Mask, vectors, fence and cache in a blackout, and the clock that bounds its waits.
 *
 * RUNS FROM RAM: this file is placed by the linker as a whole.
 *
 * The fence is one MPU region without access. MPU_RNR is saved and given back: an interrupt may
 * have struck between another owner's write of it and the use. All writes happen with interrupts
 * masked. HFNMIENA keeps the fence up in NMI and HardFault handlers while a blackout lasts.
 *
 * Without live interrupts PRIMASK is set throughout. With them it is only for moments: while
 * vectors and fence change, and while pending interrupts are looked at; BASEPRI masks all along.
 */
#include "nacre/port.h"
#include "nacre/ports/stm32h7rs/mask.h"
#include "nacre/ports/stm32h7rs/registers.h"
#include "nacre/ports/stm32h7rs/vectors.h"

#include <stddef.h>

static void barrier(void)
{
    __asm volatile("dsb\n\tisb" ::: "memory");
}

uint32_t nacre_port_cycles(void)
{
    return NACRE_REG(DWT_CYCCNT);
}

static void set_basepri(uint32_t basepri)
{
    __asm volatile("msr basepri, %0\n\tisb" :: "r"(basepri) : "memory");
}

/* Nothing happens where it would lower the mask, or is 0. */
static void raise_basepri(uint32_t basepri)
{
    __asm volatile("msr basepri_max, %0\n\tisb" :: "r"(basepri) : "memory");
}

/*
 * One register says it for interrupts, SysTick and PendSV: VECTPENDING is the most urgent exception
 * that is pending and enabled, with the effect of BASEPRI but not of PRIMASK (PM0253, ICSR).
 */
static bool is_pending(void)
{
    return (NACRE_REG(SCB_ICSR) & SCB_ICSR_VECTPENDING) != 0;
}

/*
 * With live interrupts: what is pending under the application's own BASEPRI, but not under ours, is
 * masked by us. Asked in this order with PRIMASK set, so that nothing is let through, and what is
 * live and comes in between counts as live. An NMI was taken already, by a handler that notes it.
 */
bool nacre_port_interrupt_waits(const struct nacre_port *port)
{
    const uint32_t primask = nacre_mask();

    set_basepri(port->saved_basepri);
    bool waits = is_pending();
    if (port->live_basepri != 0) {
        raise_basepri(port->live_basepri);
        waits = waits && !is_pending();
    }
    nacre_unmask(primask);
    return waits || nacre_ram_nmi_came != 0;
}

/* No live handler sees it half done, or changes MPU_RNR in between. */
static void set_region(const struct nacre_port *port, uint32_t base, uint32_t rasr)
{
    const uint32_t primask = nacre_mask();

    NACRE_REG(MPU_RNR) = port->mpu_region;
    NACRE_REG(MPU_RASR) = 0;
    NACRE_REG(MPU_RBAR) = base;
    NACRE_REG(MPU_RASR) = rasr;
    NACRE_REG(MPU_RNR) = port->saved_mpu_rnr;
    barrier();
    nacre_unmask(primask);
}

/* No access, no execution; strongly ordered, so that nothing is fetched ahead. */
static uint32_t no_access(uint32_t bits)
{
    return MPU_RASR_XN | ((bits - 1u) << MPU_RASR_SIZE_POS) | MPU_RASR_ENABLE;
}

void nacre_port_close(struct nacre_port *port)
{
    uint32_t basepri;

    port->saved_primask = nacre_mask();
    __asm volatile("mrs %0, basepri" : "=r"(basepri));
    port->saved_basepri = basepri;
    port->saved_vtor = NACRE_REG(SCB_VTOR);
    port->saved_mpu_ctrl = NACRE_REG(MPU_CTRL);
    port->saved_mpu_rnr = NACRE_REG(MPU_RNR);
    NACRE_REG(SCB_VTOR) = port->vtor;
    NACRE_REG(MPU_CTRL) = port->saved_mpu_ctrl | MPU_CTRL_HFNMIENA;
    set_region(port, (uint32_t)port->window, no_access(port->window_bits));
    if (port->live_basepri != 0) {
        raise_basepri(port->live_basepri);
        nacre_unmask(port->saved_primask);
    }
}

void nacre_port_fence(const struct nacre_port *port, const struct nacre_fence *fence)
{
    if (fence == NULL) {
        set_region(port, 0, 0);
    } else {
        set_region(port, (uint32_t)port->window + fence->chip_addr, no_access(fence->bits));
    }
}

void nacre_port_discard(const struct nacre_port *port, uint32_t chip_addr, uint32_t n)
{
    const uint32_t first = (uint32_t)port->window + (chip_addr & ~(DCACHE_LINE_BYTES - 1u));
    const uint32_t end = (uint32_t)port->window + chip_addr + n;

    if (n == 0) return;
    for (uint32_t line = first; line < end; line += DCACHE_LINE_BYTES) {
        NACRE_REG(SCB_DCIMVAC) = line;
    }
    barrier();
}

void nacre_port_release(const struct nacre_port *port)
{
    (void)nacre_mask();
    NACRE_REG(MPU_CTRL) = port->saved_mpu_ctrl;
    NACRE_REG(SCB_VTOR) = port->saved_vtor;
    barrier();
    if (nacre_ram_nmi_came != 0) {
        nacre_ram_nmi_came = 0;
        NACRE_REG(SCB_ICSR) = SCB_ICSR_NMIPENDSET;
    }
    set_basepri(port->saved_basepri);
    nacre_unmask(port->saved_primask);
}

_Noreturn void nacre_port_reset(void)
{
    barrier();
    NACRE_REG(SCB_AIRCR) = SCB_AIRCR_SYSRESETREQ;
    barrier();
    for (;;) {
    }
}
