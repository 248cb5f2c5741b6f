/*
 * The medium in the microcontroller's flash: geometry, order and checks. Registers are the port's.
 *
 * States: at rest; erasing (is_erasing), from erase_start to the poll that sees its end; ended and
 * untold (is_untold), where a read had to wait for that end: the next poll tells the result. A cut
 * while erasing leaves the unit in any state, a cut in a program the word.
 */
#include "nacre/media/mcu_flash.h"

#include <stddef.h>
#include <string.h>

#define WORD_BYTES NACRE_MCU_WORD_BYTES
#define BLANK 0xFFu

static struct nacre_mcu_flash *flash_of(struct nacre_medium *medium)
{
    return (struct nacre_mcu_flash *)(void *)medium;
}

static bool is_inside(uint32_t addr, uint32_t n, uint32_t bytes)
{
    return addr <= bytes && n <= bytes - addr;
}

static bool is_in_region(const struct nacre_medium *medium, uint32_t addr, uint32_t n)
{
    return is_inside(addr, n, medium->geometry.unit_bytes * medium->geometry.unit_count);
}

static enum nacre_err mcu_erase_poll(struct nacre_medium *medium)
{
    struct nacre_mcu_flash *const flash = flash_of(medium);

    if (flash->is_untold) {
        flash->is_untold = false;
        return flash->erase_result;
    }
    if (!flash->is_erasing) return NACRE_OK;

    const enum nacre_err err = flash->port->ops->erase_poll(flash->port);
    if (err != NACRE_BUSY) flash->is_erasing = false;
    return err;
}

/* The port says NACRE_BUSY no longer than an erase may take. */
static enum nacre_err mcu_erase_wait(struct nacre_medium *medium)
{
    enum nacre_err err;

    do {
        err = mcu_erase_poll(medium);
    } while (err == NACRE_BUSY);
    return err;
}

/* The core would stand still in a read until the erase has ended, with faults masked. */
static void let_erase_end(struct nacre_mcu_flash *flash)
{
    if (!flash->is_erasing) return;
    flash->erase_result = mcu_erase_wait(&flash->medium);
    flash->is_untold = true;
}

static enum nacre_err mcu_read(struct nacre_medium *medium, uint32_t addr, void *buf, uint32_t n)
{
    struct nacre_mcu_flash *const flash = flash_of(medium);
    uint8_t *const bytes = buf;
    uint8_t word[WORD_BYTES];

    if (!is_in_region(medium, addr, n)) return NACRE_BAD_ARGUMENT;
    let_erase_end(flash);
    for (uint32_t done = 0; done < n;) {
        const uint32_t offset = (addr + done) % WORD_BYTES;
        const uint32_t left = WORD_BYTES - offset;
        const uint32_t part = n - done < left ? n - done : left;
        const uint32_t flash_addr = flash->flash_addr + addr + done - offset;

        const enum nacre_err err = flash->port->ops->read(flash->port, flash_addr, word);
        if (err != NACRE_OK) return err;
        memcpy(bytes + done, word + offset, part);
        done += part;
    }
    return NACRE_OK;
}

static bool is_blank(const uint8_t *word)
{
    for (uint32_t i = 0; i < WORD_BYTES; i++) {
        if (word[i] != BLANK) return false;
    }
    return true;
}

/* What is programmed twice reads as neither: the two codes do not fit. So a word is looked at. */
static enum nacre_err program_word(struct nacre_mcu_flash *flash, uint32_t addr,
                                   const uint8_t *data)
{
    struct nacre_mcu_port *const port = flash->port;
    const uint32_t flash_addr = flash->flash_addr + addr;
    uint8_t word[WORD_BYTES];

    const enum nacre_err err = port->ops->read(port, flash_addr, word);
    if (err != NACRE_OK) return err;
    if (!is_blank(word)) return NACRE_NOT_ERASED;
    memcpy(word, data, WORD_BYTES);
    return port->ops->program(port, flash_addr, word);
}

static enum nacre_err mcu_program(struct nacre_medium *medium, uint32_t addr, const void *buf,
                                  uint32_t n)
{
    struct nacre_mcu_flash *const flash = flash_of(medium);

    if (!is_in_region(medium, addr, n)) return NACRE_BAD_ARGUMENT;
    if (addr % WORD_BYTES != 0u || n != WORD_BYTES) return NACRE_BAD_ARGUMENT;
    if (flash->is_erasing) return NACRE_BUSY;
    return program_word(flash, addr, buf);
}

static enum nacre_err mcu_erase_start(struct nacre_medium *medium, uint32_t addr)
{
    struct nacre_mcu_flash *const flash = flash_of(medium);
    const uint32_t unit_bytes = medium->geometry.unit_bytes;

    if (!is_in_region(medium, addr, unit_bytes)) return NACRE_BAD_ARGUMENT;
    if (addr % unit_bytes != 0u) return NACRE_BAD_ARGUMENT;
    if (flash->is_erasing || flash->is_untold) return NACRE_BUSY;

    const uint32_t flash_addr = flash->flash_addr + addr;
    const enum nacre_err err = flash->port->ops->erase_start(flash->port, flash_addr);
    flash->is_erasing = err == NACRE_OK;
    return err;
}

static bool mcu_can_access(const struct nacre_medium *medium, const void *buf, uint32_t n,
                           bool write)
{
    const struct nacre_mcu_port *const port = ((const struct nacre_mcu_flash *)(const void *)
                                               medium)->port;

    if (n == 0) return true;
    if (buf == NULL) return false; /* even where the core has memory at address 0 */
    return port->ops->can_access(port, buf, n, write);
}

static const struct nacre_medium_ops mcu_ops = {
    mcu_read, mcu_program, mcu_erase_start, mcu_erase_poll, mcu_erase_wait, mcu_can_access,
};

/* Ranges may end at the last byte that there is: nothing is added that could wrap. */
static bool overlaps(const struct nacre_mcu_range *a, const struct nacre_mcu_range *b)
{
    if (a->bytes == 0u || b->bytes == 0u) return false;
    return a->core_addr <= b->core_addr ? b->core_addr - a->core_addr < a->bytes
                                        : a->core_addr - b->core_addr < b->bytes;
}

static enum nacre_err check_used(const struct nacre_mcu_port *port,
                                 const struct nacre_mcu_flash_cfg *cfg)
{
    const struct nacre_mcu_range boot = {port->core_addr, port->boot_bytes};

    if (overlaps(&cfg->region, &boot)) return NACRE_REGION_IN_IMAGE;
    for (uint32_t i = 0; i < cfg->used_count; i++) {
        if (overlaps(&cfg->region, &cfg->used[i])) return NACRE_REGION_IN_IMAGE;
    }
    return NACRE_OK;
}

static enum nacre_err check_region(const struct nacre_mcu_port *port,
                                   const struct nacre_mcu_range *region)
{
    const uint32_t flash_addr = region->core_addr - port->core_addr; /* below it: huge */

    if (region->bytes == 0u) return NACRE_NO_REGION;
    if (!is_inside(flash_addr, region->bytes, port->bytes)) return NACRE_REGION_OUTSIDE;
    if (flash_addr % port->unit_bytes != 0u) return NACRE_REGION_UNALIGNED;
    return region->bytes % port->unit_bytes == 0u ? NACRE_OK : NACRE_REGION_UNALIGNED;
}

enum nacre_err nacre_mcu_flash_open(struct nacre_mcu_flash *flash, struct nacre_mcu_port *port,
                                    const struct nacre_mcu_flash_cfg *cfg)
{
    if (flash == NULL || port == NULL || cfg == NULL) return NACRE_BAD_ARGUMENT;
    if (cfg->used == NULL || cfg->used_count == 0u) return NACRE_BAD_ARGUMENT;

    const uint32_t flash_addr = cfg->region.core_addr - port->core_addr;
    enum nacre_err err = check_region(port, &cfg->region);
    if (err == NACRE_OK) err = check_used(port, cfg);
    if (err == NACRE_OK) err = port->ops->check(port, flash_addr, cfg->region.bytes);
    if (err != NACRE_OK) return err;

    *flash = (struct nacre_mcu_flash){
        .medium = {&mcu_ops,
                   {port->unit_bytes, cfg->region.bytes / port->unit_bytes, WORD_BYTES, WORD_BYTES,
                    WORD_BYTES, WORD_BYTES},
                   false},
        .port = port,
        .flash_addr = flash_addr,
    };
    return NACRE_OK;
}
