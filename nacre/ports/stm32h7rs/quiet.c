/*
 * Keeping the RAM behind XSPI1 quiet. Runs from flash, round a blackout.
 *
 * One field report says that reads of a PSRAM on one controller went wrong while a NOR on the other
 * was erased (ST community 161798); nobody has explained it. What is done here leaves no access of
 * the core at that time: its window is fenced, so nothing is read or filled; the data cache is
 * written back before, so nothing is evicted; and a read ahead that the controller has parked is
 * aborted, so that its clock stands and its chip select is high. It stays mapped, and the next
 * access starts it again.
 *
 * The cache is written back twice: with interrupts on, which is most of it, and again with them
 * masked, for what was written meanwhile.
 */
#include "nacre/ports/stm32h7rs/quiet.h"

#include "nacre/ports/stm32h7rs/mask.h"
#include "nacre/ports/stm32h7rs/mpu.h"
#include "nacre/ports/stm32h7rs/registers.h"

#define RAM_WINDOW 0x90000000u
#define WAIT_US 20u
#define NO_ACCESS (MPU_RASR_XN | ((XSPI_WINDOW_BITS - 1u) << MPU_RASR_SIZE_POS) | MPU_RASR_ENABLE)

extern const uint32_t nacre_ram_start[];

static bool is_in_ram(const void *addr)
{
    return ((uint32_t)addr - RAM_WINDOW) >> XSPI_WINDOW_BITS == 0;
}

static enum nacre_err refuse(struct nacre_port *port, const char *name, uint32_t found)
{
    port->mismatch = (struct nacre_mismatch){name, found, 0, 0};
    return NACRE_QUIET_RAM;
}

enum nacre_err nacre_quiet_prepare(struct nacre_port *port, const struct nacre_port_cfg *cfg)
{
    port->is_ram_quiet = cfg->quiet_ram;
    port->ram_region = cfg->ram_region;
    if (!cfg->quiet_ram) return NACRE_OK;
    if (port->live_basepri != 0) return refuse(port, "quiet_ram live", port->live_basepri);
    if (is_in_ram(port)) return refuse(port, "quiet_ram port", (uint32_t)port);
    if (is_in_ram(nacre_ram_start)) {
        return refuse(port, "quiet_ram code", (uint32_t)nacre_ram_start);
    }
    if (cfg->ram_region == port->mpu_region) {
        return refuse(port, "quiet_ram ram_region", cfg->ram_region);
    }
    return nacre_mpu_check_region(port, cfg->ram_region, RAM_WINDOW);
}

/* All of the first level, whatever it holds; 32 bytes a line (Cortex-M7 TRM, CCSIDR). */
static void write_back_cache(void)
{
    if ((NACRE_REG(SCB_CCR) & SCB_CCR_DC) == 0) return;

    const uint32_t selected = NACRE_REG(SCB_CSSELR);
    NACRE_REG(SCB_CSSELR) = 0;
    __asm volatile("dsb" ::: "memory");
    const uint32_t size = NACRE_REG(SCB_CCSIDR);
    NACRE_REG(SCB_CSSELR) = selected;
    const uint32_t sets = (size >> 13) & 0x7FFFu;
    const uint32_t ways = (size >> 3) & 0x3FFu; /* four: their number stands at the top */
    for (uint32_t set = 0; set <= sets; set++) {
        for (uint32_t way = 0; way <= ways; way++) {
            NACRE_REG(SCB_DCCSW) = (way << 30) | (set << 5);
        }
    }
    __asm volatile("dsb" ::: "memory");
}

static void fence(const struct nacre_port *port, uint32_t rasr)
{
    const uint32_t rnr = NACRE_REG(MPU_RNR);

    NACRE_REG(MPU_RNR) = port->ram_region;
    NACRE_REG(MPU_RASR) = 0;
    NACRE_REG(MPU_RBAR) = RAM_WINDOW;
    NACRE_REG(MPU_RASR) = rasr;
    NACRE_REG(MPU_RNR) = rnr;
    __asm volatile("dsb\n\tisb" ::: "memory");
}

/* One that is not mapped is somebody's who sends commands: it is left alone. */
static enum nacre_err make_idle(const struct nacre_port *port)
{
    const struct nacre_xspi *const xspi = (const struct nacre_xspi *)XSPI1_BASE;
    const struct nacre_ctrl ctrl = {
        .base = XSPI1_BASE,
        .idle = xspi->CR,
        .wait_cycles = WAIT_US * port->cycles_per_us,
    };

    if ((xspi->SR & XSPI_SR_BUSY) == 0) return NACRE_OK;
    if ((ctrl.idle & XSPI_CR_FMODE) != XSPI_CR_FMODE_MAPPED) return NACRE_NOT_NOW;
    if (nacre_ctrl_leave(&ctrl) != NACRE_OK) return NACRE_NOT_NOW;
    return (xspi->SR & XSPI_SR_BUSY) == 0 ? NACRE_OK : NACRE_NOT_NOW;
}

enum nacre_err nacre_port_quiet_begin(struct nacre_port *port)
{
    uint32_t cycles;

    write_back_cache();
    port->quiet_primask = nacre_mask();
    port->quiet_at = nacre_port_now();
    write_back_cache();
    fence(port, NO_ACCESS);
    const enum nacre_err err = make_idle(port);
    if (err != NACRE_OK) (void)nacre_port_quiet_end(port, &cycles);
    return err;
}

bool nacre_port_quiet_end(struct nacre_port *port, uint32_t *masked_cycles)
{
    const struct nacre_xspi *const xspi = (const struct nacre_xspi *)XSPI1_BASE;
    const bool was_quiet = (xspi->SR & XSPI_SR_BUSY) == 0;

    fence(port, 0);
    *masked_cycles = nacre_port_now() - port->quiet_at;
    nacre_unmask(port->quiet_primask);
    return was_quiet;
}
