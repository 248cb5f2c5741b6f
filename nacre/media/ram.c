/*
 * The medium in RAM: see the header. It has no state but the bytes.
 */
#include "nacre/media/ram.h"

#include <stddef.h>
#include <string.h>

#define GRANULE_BYTES 16u
#define PAGE_BYTES 256u
#define BLANK 0xFFu

static struct nacre_ram *ram_of(struct nacre_medium *medium)
{
    return (struct nacre_ram *)medium;
}

static bool range_is_inside(const struct nacre_medium *medium, uint32_t addr, uint32_t n)
{
    const uint32_t size_bytes = medium->geometry.unit_bytes * medium->geometry.unit_count;
    return addr <= size_bytes && n <= size_bytes - addr;
}

static bool bytes_are_blank(const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (bytes[i] != BLANK) return false;
    }
    return true;
}

static enum nacre_err ram_read(struct nacre_medium *medium, uint32_t addr, void *buf, uint32_t n)
{
    if (!range_is_inside(medium, addr, n)) return NACRE_BAD_ARGUMENT;
    memcpy(buf, ram_of(medium)->bytes + addr, n);
    return NACRE_OK;
}

static enum nacre_err ram_program(struct nacre_medium *medium, uint32_t addr, const void *buf,
                                  uint32_t n)
{
    if (!range_is_inside(medium, addr, n) || n == 0u) return NACRE_BAD_ARGUMENT;
    if (addr % GRANULE_BYTES != 0u || n % GRANULE_BYTES != 0u) return NACRE_BAD_ARGUMENT;
    if (addr / PAGE_BYTES != (addr + n - 1u) / PAGE_BYTES) return NACRE_BAD_ARGUMENT;
    uint8_t *const target = ram_of(medium)->bytes + addr;
    if (!bytes_are_blank(target, n)) return NACRE_NOT_ERASED;
    memcpy(target, buf, n);
    return NACRE_OK;
}

static enum nacre_err ram_erase_start(struct nacre_medium *medium, uint32_t addr)
{
    const uint32_t unit_bytes = medium->geometry.unit_bytes;
    if (!range_is_inside(medium, addr, unit_bytes)) return NACRE_BAD_ARGUMENT;
    if (addr % unit_bytes != 0u) return NACRE_BAD_ARGUMENT;
    memset(ram_of(medium)->bytes + addr, BLANK, unit_bytes);
    return NACRE_OK;
}

/* No erase is ever under way. */
static enum nacre_err ram_erase_ended(struct nacre_medium *medium)
{
    (void)medium;
    return NACRE_OK;
}

static bool ram_can_access(const struct nacre_medium *medium, const void *buf, uint32_t n,
                           bool write)
{
    (void)medium;
    (void)write;
    return buf != NULL || n == 0u;
}

static const struct nacre_medium_ops ram_ops = {
    ram_read,        ram_program,     ram_erase_start,
    ram_erase_ended, ram_erase_ended, ram_can_access,
};

enum nacre_err nacre_ram_open(struct nacre_ram *ram, uint8_t *bytes, uint32_t unit_bytes,
                              uint32_t unit_count)
{
    if (ram == NULL || bytes == NULL || unit_bytes == 0u || unit_count == 0u) {
        return NACRE_NO_REGION;
    }
    if (unit_bytes % PAGE_BYTES != 0u) return NACRE_REGION_UNALIGNED;
    ram->medium = (struct nacre_medium){
        &ram_ops, {unit_bytes, unit_count, GRANULE_BYTES, PAGE_BYTES, GRANULE_BYTES, 0}, false};
    ram->bytes = bytes;
    return NACRE_OK;
}
