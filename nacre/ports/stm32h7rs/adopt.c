/*
 * Adopting what the boot left: controller, port manager, cycle counter, MPU. Runs from flash.
 *
 * ST's boot leaves the same read configuration in each release, but not the same TCR, WIR and DCR3.
 * So what the blackout restores is read, and only what it relies on is checked: the frame that its
 * commands are cut from, no interrupt, DMA or second owner of the controller, and nothing that
 * would split a program into two frames.
 */
#include "nacre/port.h"
#include "nacre/ports/stm32h7rs/live.h"
#include "nacre/ports/stm32h7rs/mpu.h"
#include "nacre/ports/stm32h7rs/registers.h"

#include <stddef.h>
#include <string.h>

#define WAIT_US 20u      /* a command takes at most 0.7 us on the wires */
#define CLOCK_READS 100u

/* Symbols of nacre_ram.ld: what runs in a blackout, and what was linked to be there. */
extern const uint32_t nacre_ram_start[];
extern const uint32_t nacre_ram_end[];
extern const uint32_t nacre_ram_image[];

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
    {"XSPI2 DCR1 MTYP", XSPI2_BASE + 0x008u, XSPI_DCR1_MTYP, XSPI_DCR1_MTYP_MACRONIX},
    {"XSPI2 DCR3 CSBOUND", XSPI2_BASE + 0x010u, XSPI_DCR3_CSBOUND, 0},
    {"XSPI2 DCR4 REFRESH", XSPI2_BASE + 0x014u, ~0u, 0},
    {"XSPI2 CCR", XSPI2_BASE + 0x100u, XSPI_CCR_USED, XSPI_CCR_OCTAL_DTR},
    {"XSPI2 TCR SSHIFT", XSPI2_BASE + 0x108u, XSPI_TCR_SSHIFT, 0},
    {"XSPIM CR MUXEN", XSPIM_CR, XSPIM_CR_MUXEN, 0},
};

static enum nacre_err check_controller(struct nacre_port *port)
{
    for (uint32_t i = 0; i < sizeof(controller_state) / sizeof(controller_state[0]); i++) {
        const struct expected *const expected = &controller_state[i];
        const uint32_t found = NACRE_REG(expected->addr);

        if ((found & expected->mask) != expected->value) {
            port->mismatch = (struct nacre_mismatch){
                expected->name, found, expected->value, expected->mask};
            return NACRE_CTRL_STATE;
        }
    }
    return NACRE_OK;
}

static void save_controller(struct nacre_port *port, uint32_t core_mhz)
{
    const struct nacre_xspi *const xspi = (const struct nacre_xspi *)XSPI2_BASE;
    struct nacre_ctrl *const ctrl = &port->ctrl;
    const uint32_t device_bits =
        ((xspi->DCR1 & XSPI_DCR1_DEVSIZE) >> XSPI_DCR1_DEVSIZE_POS) + 1u;

    ctrl->base = XSPI2_BASE;
    ctrl->CR = xspi->CR;
    ctrl->CCR = xspi->CCR;
    ctrl->TCR = xspi->TCR;
    ctrl->IR = xspi->IR;
    ctrl->idle = (ctrl->CR & ~(XSPI_CR_FMODE | XSPI_CR_TCEN | XSPI_CR_FTHRES)) |
                 XSPI_CR_FTHRES_16;
    ctrl->wait_cycles = WAIT_US * core_mhz;
    ctrl->read_opcode = (uint16_t)ctrl->IR;
    ctrl->read_dummy_clocks = (uint8_t)(ctrl->TCR & XSPI_TCR_DCYC);
    port->window = (const uint8_t *)XSPI2_WINDOW;
    port->window_bits = XSPI_WINDOW_BITS;
    port->mapped_bytes = device_bits < XSPI_WINDOW_BITS ? 1u << device_bits
                                                        : 1u << XSPI_WINDOW_BITS;
    port->cycles_per_us = core_mhz;
}

/*
 * The copy may still be in the data cache alone, where the core does not fetch from, and the
 * instruction cache may hold what was there before it. Without caches both are without effect.
 * Source: Armv7-M Architecture Reference Manual, B2.2.7 and B3.2.34
 */
static void make_copy_fetched(void)
{
    const uint32_t first = (uint32_t)nacre_ram_start & ~(DCACHE_LINE_BYTES - 1u);

    for (uint32_t line = first; line < (uint32_t)nacre_ram_end; line += DCACHE_LINE_BYTES) {
        NACRE_REG(SCB_DCCMVAU) = line;
    }
    __asm volatile("dsb" ::: "memory");
    NACRE_REG(SCB_ICIALLU) = 0;
    __asm volatile("dsb\n\tisb" ::: "memory");
}

/*
 * The start-up code may have forgotten to copy, something may have written over the copy, or the
 * internal flash may hold that of another build. Each word is compared: a check sum would see less.
 */
static bool is_copied(void)
{
    const uint32_t words = (uint32_t)(nacre_ram_end - nacre_ram_start);

    for (uint32_t i = 0; i < words; i++) {
        if (nacre_ram_start[i] != nacre_ram_image[i]) return false;
    }
    return words != 0;
}

static enum nacre_err check_code(struct nacre_port *port)
{
    make_copy_fetched();
    if (!is_copied()) return NACRE_NOT_IN_RAM;
    return nacre_mpu_check_runs(port, (uint32_t)nacre_ram_start, (uint32_t)nacre_ram_end - 1u);
}

static bool start_clock(void)
{
    NACRE_REG(DEMCR) |= DEMCR_TRCENA;
    NACRE_REG(DWT_LAR) = DWT_LAR_KEY;
    if ((NACRE_REG(DWT_CTRL) & DWT_CTRL_NOCYCCNT) != 0) return false;
    NACRE_REG(DWT_CTRL) |= DWT_CTRL_CYCCNTENA;

    const uint32_t start = NACRE_REG(DWT_CYCCNT);
    for (uint32_t i = 0; i < CLOCK_READS; i++) {
        if (NACRE_REG(DWT_CYCCNT) != start) return true;
    }
    return false;
}

enum nacre_err nacre_port_adopt(struct nacre_port *port, const struct nacre_port_cfg *cfg)
{
    if (port == NULL || cfg == NULL || cfg->core_mhz == 0) return NACRE_BAD_ARGUMENT;

    memset(port, 0, sizeof(*port));
    port->mpu_region = cfg->mpu_region;
    enum nacre_err err = check_controller(port);
    if (err != NACRE_OK) return err;
    save_controller(port, cfg->core_mhz);
    err = check_code(port);
    if (err != NACRE_OK) return err;
    if (!start_clock()) return NACRE_CLOCK;
    err = nacre_mpu_check_fence(port);
    if (err != NACRE_OK) return err;
    err = nacre_mpu_check_read_only(port, cfg->make_read_only);
    if (err != NACRE_OK) return err;
    return nacre_live_prepare(port, &cfg->live);
}

/* Commands go past the cipher of the bus: what they write there would not read back. */
enum nacre_err nacre_port_range_check(struct nacre_port *port, uint32_t chip_addr, uint32_t n)
{
    const uint32_t first = XSPI2_WINDOW + chip_addr;
    const uint32_t last = first + n - 1u;

    for (uint32_t i = 0; i < MCE_REGION_COUNT; i++) {
        const uint32_t region = MCE2_REGION1 + i * MCE_REGION_STEP;
        const uint32_t REGCR = NACRE_REG(region);
        const uint32_t SADDR = NACRE_REG(region + 4u);
        const uint32_t EADDR = NACRE_REG(region + 8u);

        if ((REGCR & MCE_REGCR_BREN) == 0 || SADDR > last || (EADDR | MCE_ADDR_LOW) < first) {
            continue;
        }
        port->mismatch = (struct nacre_mismatch){"MCE2 REGCR BREN", REGCR, 0, MCE_REGCR_BREN};
        return NACRE_CTRL_STATE;
    }
    return NACRE_OK;
}
