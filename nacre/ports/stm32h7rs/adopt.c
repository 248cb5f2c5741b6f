/*
 * Adopting what the boot left: controller, port manager, cycle counter, MPU. Runs from flash.
 *
 * ST's boot leaves the same read configuration in each release, but not the same TCR, WIR and DCR3.
 * So what the blackout restores is read, and only what it relies on is checked: see state.h.
 */
#include "nacre/port.h"
#include "nacre/ports/stm32h7rs/clock.h"
#include "nacre/ports/stm32h7rs/frame.h"
#include "nacre/ports/stm32h7rs/live.h"
#include "nacre/ports/stm32h7rs/mpu.h"
#include "nacre/ports/stm32h7rs/quiet.h"
#include "nacre/ports/stm32h7rs/registers.h"
#include "nacre/ports/stm32h7rs/second.h"
#include "nacre/ports/stm32h7rs/state.h"

#include <stddef.h>
#include <string.h>

/* On eight lines a command takes 0.7 us on the wires at most, on one 22 us at 50 MHz. */
#define OCTAL_WAIT_US 20u
#define WAIT_US 100u
#define OCTAL 8u

/* Symbols of nacre_ram.ld: what runs in a blackout, and what was linked to be there. */
extern const uint32_t nacre_ram_start[];
extern const uint32_t nacre_ram_end[];
extern const uint32_t nacre_ram_image[];
/* Of nacre_rule.ld: the image in flash, both 0 if the script does not say. */
extern const uint8_t nacre_image_start[];
extern const uint8_t nacre_image_end[];

static void save_controller(struct nacre_port *port, uint32_t core_mhz,
                            const struct nacre_form *form)
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
    ctrl->wait_cycles = (form->lines == OCTAL ? OCTAL_WAIT_US : WAIT_US) * core_mhz;
    ctrl->command = nacre_frame_command(form);
    ctrl->read_opcode = (uint16_t)ctrl->IR;
    port->window = (const uint8_t *)XSPI2_WINDOW;
    port->window_bits = XSPI_WINDOW_BITS;
    port->mapped_bytes = device_bits < XSPI_WINDOW_BITS ? 1u << device_bits
                                                        : 1u << XSPI_WINDOW_BITS;
    port->cycles_per_us = core_mhz;
}

static void save_image(struct nacre_port *port)
{
    const uint32_t start = (uint32_t)nacre_image_start;

    if (start < XSPI2_WINDOW || (start - XSPI2_WINDOW) >> XSPI_WINDOW_BITS != 0) return;
    port->image_addr = start - XSPI2_WINDOW;
    port->image_bytes = (uint32_t)nacre_image_end - start;
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

enum nacre_err nacre_port_adopt(struct nacre_port *port, const struct nacre_port_cfg *cfg,
                                const struct nacre_form *form)
{
    if (port == NULL || cfg == NULL || form == NULL || cfg->core_mhz == 0) {
        return NACRE_BAD_ARGUMENT;
    }

    memset(port, 0, sizeof(*port));
    port->mpu_region = cfg->mpu_region;
    enum nacre_err err = nacre_state_check(port, form);
    if (err != NACRE_OK) return err;
    err = nacre_second_check_idle(port);
    if (err != NACRE_OK) return err;
    save_controller(port, cfg->core_mhz, form);
    save_image(port);
    err = check_code(port);
    if (err != NACRE_OK) return err;
    if (!nacre_cycles_start()) return NACRE_CLOCK;
    err = nacre_mpu_check_fence(port);
    if (err != NACRE_OK) return err;
    err = nacre_mpu_check_read_only(port, cfg->make_read_only);
    if (err != NACRE_OK) return err;
    err = nacre_live_prepare(port, &cfg->live);
    if (err != NACRE_OK) return err;
    return nacre_quiet_prepare(port, cfg);
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
