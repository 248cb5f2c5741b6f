/*
 * Adopting what the boot left: controller, port manager, cycle counter, MPU. Runs from flash.
 *
 * ST's boot leaves the same read configuration in each release, but not the same TCR, WIR and DCR3.
 * So what the blackout restores is read, and only what it relies on is checked: that the chip is
 * mapped by a read that its row knows, in lines, rates and address bytes, for that says which
 * protocol the chip is in; no interrupt, DMA or second owner of the controller; and nothing that
 * would split a program into two frames.
 */
#include "nacre/port.h"
#include "nacre/ports/stm32h7rs/frame.h"
#include "nacre/ports/stm32h7rs/live.h"
#include "nacre/ports/stm32h7rs/mpu.h"
#include "nacre/ports/stm32h7rs/quiet.h"
#include "nacre/ports/stm32h7rs/registers.h"
#include "nacre/ports/stm32h7rs/second.h"

#include <stddef.h>
#include <string.h>

/* On eight lines a command takes 0.7 us on the wires at most, on one 22 us at 50 MHz. */
#define OCTAL_WAIT_US 20u
#define WAIT_US 100u
#define CLOCK_READS 100u
#define OCTAL 8u

/* Symbols of nacre_ram.ld: what runs in a blackout, and what was linked to be there. */
extern const uint32_t nacre_ram_start[];
extern const uint32_t nacre_ram_end[];
extern const uint32_t nacre_ram_image[];
/* Of nacre_rule.ld: the image in flash, both 0 if the script does not say. */
extern const uint8_t nacre_image_start[];
extern const uint8_t nacre_image_end[];

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

enum nacre_err nacre_port_adopt(struct nacre_port *port, const struct nacre_port_cfg *cfg,
                                const struct nacre_form *form)
{
    if (port == NULL || cfg == NULL || form == NULL || cfg->core_mhz == 0) {
        return NACRE_BAD_ARGUMENT;
    }

    memset(port, 0, sizeof(*port));
    port->mpu_region = cfg->mpu_region;
    enum nacre_err err = check_all(port, controller_state,
                                   sizeof(controller_state) / sizeof(controller_state[0]));
    if (err != NACRE_OK) return err;
    err = nacre_second_check_idle(port);
    if (err != NACRE_OK) return err;
    err = check_form(port, form);
    if (err != NACRE_OK) return err;
    save_controller(port, cfg->core_mhz, form);
    save_image(port);
    err = check_code(port);
    if (err != NACRE_OK) return err;
    if (!start_clock()) return NACRE_CLOCK;
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
