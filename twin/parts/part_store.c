/*
 * The bytes of a part, bits of them that read either way, and what protects them.
 */
#include <string.h>

#include "twin/parts/part_internal.h"

/* Status bits of all SPI parts here: BP1 and BP0 protect none, a quarter, a half or all. */
#define BP_SHIFT 2u
#define BP_MASK 3u

static void touch(struct part *part, uint32_t addr)
{
    part->is_changed[addr / BLOCK_BYTES] = 1;
}

uint8_t part_view(struct part *part, uint32_t addr)
{
    if (part->doubt == NULL || part->doubt[addr] == 0u || part->state.alternates) {
        return part->bytes[addr];
    }
    const uint8_t doubt = part->doubt[addr];
    const uint8_t drawn = (uint8_t)(part_draw(part) >> 56);
    part->bytes[addr] = (uint8_t)((part->bytes[addr] & ~doubt) | (drawn & doubt));
    touch(part, addr);
    return part->bytes[addr];
}

void part_set(struct part *part, uint32_t addr, uint8_t byte)
{
    part->bytes[addr] = byte;
    if (part->doubt != NULL) part->doubt[addr] = 0;
    touch(part, addr);
}

void part_set_doubtful(struct part *part, uint32_t addr, uint8_t byte, uint8_t doubt)
{
    part->bytes[addr] = byte;
    part->doubt[addr] = doubt;
    touch(part, addr);
}

void part_alternate(struct part *part)
{
    if (!part->state.alternates) return;
    for (uint32_t addr = 0; addr < part->row->size_bytes; addr++) {
        if (part->doubt[addr] == 0u) continue;
        part_set_doubtful(part, addr, part->bytes[addr] ^ part->doubt[addr], part->doubt[addr]);
    }
}

bool part_covers(const struct part *part, uint32_t addr)
{
    if (part->row->wire == PART_I2C) return part->state.is_protected;
    const uint32_t size = part->row->size_bytes;
    switch (part->state.status >> BP_SHIFT & BP_MASK) {
    case 0: return false;
    case 1: return addr >= size - size / 4u;
    case 2: return addr >= size / 2u;
    default: return true;
    }
}

const uint8_t *part_bytes(const struct part *part)
{
    return part->nor != NULL ? nor_array(part->nor) : part->bytes;
}

bool part_load(struct part *part, uint32_t addr, const void *bytes, uint32_t n)
{
    if (part->nor != NULL) return nor_load(part->nor, addr, bytes, n);
    const uint32_t size = part->row->size_bytes;
    if (addr > size || n > size - addr) return false;
    for (uint32_t i = 0; i < n; i++) part_set(part, addr + i, ((const uint8_t *)bytes)[i]);
    return true;
}

void part_flip(struct part *part, uint32_t addr, uint8_t mask)
{
    if (part->nor != NULL) {
        nor_flip(part->nor, addr, mask);
    } else if (addr < part->row->size_bytes) {
        part_set(part, addr, part->bytes[addr] ^ mask);
    }
}

bool part_is_doubtful(const struct part *part, uint32_t addr)
{
    if (part->nor != NULL) return nor_granule_is_doubtful(part->nor, addr / 16u);
    return part->doubt != NULL && addr < part->row->size_bytes && part->doubt[addr] != 0u;
}

uint32_t part_wear(const struct part *part, uint32_t addr)
{
    if (part->nor != NULL) return nor_wear(part->nor, addr / 4096u);
    if (part->wear == NULL || addr >= part->row->size_bytes) return 0;
    return part->wear[addr / part->row->group_bytes];
}

uint32_t part_wear_max(const struct part *part)
{
    uint32_t most = 0;
    const uint32_t step = part->nor != NULL ? 4096u : part->row->group_bytes;
    if (step == 0u) return 0;
    for (uint32_t addr = 0; addr < part->row->size_bytes; addr += step) {
        const uint32_t wear = part_wear(part, addr);
        if (wear > most) most = wear;
    }
    return most;
}
