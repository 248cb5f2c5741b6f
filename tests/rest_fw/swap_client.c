/*
 * The swap of swap_client.h. A sector takes three steps, each of which may be done again: slot 1 to
 * the scratch area, slot 2 to slot 1, the scratch area to slot 2. Behind each a granule of the
 * status area is written; one that is not blank says that its step was done. One whose program was
 * cut may read blank and still not take another: each step has a few.
 */
#include "tests/rest_fw/swap_client.h"

#include "examples/mcuboot/flash_map_backend/flash_map_backend.h"
#include "examples/mcuboot/sysflash/sysflash.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define PRIMARY FLASH_AREA_IMAGE_PRIMARY(0)
#define SECONDARY FLASH_AREA_IMAGE_SECONDARY(0)
#define STEPS 3u
#define CHUNK_BYTES 512u
#define GRANULE_BYTES 16u
#define MARK_BYTES (4u * GRANULE_BYTES)
#define SECTOR_BYTES 4096u
#define DONE 0x5A
#define ERASED_WORD 0xFFFFFFFFu

static uint32_t chunk[CHUNK_BYTES / 4u];

static void make_chunk(uint32_t pattern, uint32_t off)
{
    for (uint32_t i = 0; i < CHUNK_BYTES / 4u; i++) {
        chunk[i] = (off + 4u * i) * 0x9E3779B1u ^ pattern << 24;
    }
}

static int fill(uint8_t id, uint32_t pattern)
{
    const struct flash_area *area;

    if (flash_area_open(id, &area) != 0) return -1;
    if (flash_area_erase(area, 0, flash_area_get_size(area)) != 0) return -1;
    for (uint32_t off = 0; off < SWAP_SECTORS * SECTOR_BYTES; off += CHUNK_BYTES) {
        make_chunk(pattern, off);
        if (flash_area_write(area, off, chunk, CHUNK_BYTES) != 0) return -1;
    }
    flash_area_close(area);
    return 0;
}

int swap_client_prepare(void)
{
    const struct flash_area *status;

    if (fill(PRIMARY, 1) != 0 || fill(SECONDARY, 2) != 0) return -1;
    if (flash_area_open(SWAP_STATUS, &status) != 0) return -1;
    return flash_area_erase(status, 0, flash_area_get_size(status));
}

static bool has_pattern(const struct flash_area *area, uint32_t pattern)
{
    uint32_t got[CHUNK_BYTES / 4u];

    for (uint32_t off = 0; off < SWAP_SECTORS * SECTOR_BYTES; off += CHUNK_BYTES) {
        make_chunk(pattern, off);
        if (flash_area_read(area, off, got, CHUNK_BYTES) != 0) return false;
        if (memcmp(got, chunk, CHUNK_BYTES) != 0) return false;
    }
    return true;
}

uint32_t swap_client_pattern(uint8_t id)
{
    const struct flash_area *area;

    if (flash_area_open(id, &area) != 0) return 0;
    if (has_pattern(area, 1)) return 1;
    return has_pattern(area, 2) ? 2 : 0;
}

struct place {
    uint8_t id;
    uint32_t off;
};

static int copy_sector(struct place to, struct place from)
{
    const struct flash_area *to_area;
    const struct flash_area *from_area;

    if (flash_area_open(to.id, &to_area) != 0) return -1;
    if (flash_area_open(from.id, &from_area) != 0) return -1;
    if (flash_area_erase(to_area, to.off, SECTOR_BYTES) != 0) return -1;
    for (uint32_t at = 0; at < SECTOR_BYTES; at += CHUNK_BYTES) {
        if (flash_area_read(from_area, from.off + at, chunk, CHUNK_BYTES) != 0) return -1;
        if (flash_area_write(to_area, to.off + at, chunk, CHUNK_BYTES) != 0) return -1;
    }
    return 0;
}

static int do_step(uint32_t number)
{
    const struct place first = {PRIMARY, number / STEPS * SECTOR_BYTES};
    const struct place second = {SECONDARY, number / STEPS * SECTOR_BYTES};
    const struct place scratch = {FLASH_AREA_IMAGE_SCRATCH, 0};

    if (number % STEPS == 0) return copy_sector(scratch, first);
    if (number % STEPS == 1) return copy_sector(first, second);
    return copy_sector(second, scratch);
}

/* 1: done; 0: not; below 0: cannot be told. */
static int is_done(const struct flash_area *status, uint32_t number)
{
    uint32_t words[MARK_BYTES / 4u];

    if (flash_area_read(status, number * MARK_BYTES, words, MARK_BYTES) != 0) return -1;
    for (uint32_t i = 0; i < MARK_BYTES / 4u; i++) {
        if (words[i] != ERASED_WORD) return 1;
    }
    return 0;
}

static int mark_done(const struct flash_area *status, uint32_t number)
{
    uint8_t granule[GRANULE_BYTES];
    int result = -1;

    memset(granule, DONE, sizeof granule);
    for (uint32_t at = 0; result != 0 && at < MARK_BYTES; at += GRANULE_BYTES) {
        result = flash_area_write(status, number * MARK_BYTES + at, granule, sizeof granule);
    }
    return result;
}

int swap_client_run(void (*after)(void))
{
    const struct flash_area *status;

    if (flash_area_open(SWAP_STATUS, &status) != 0) return -1;
    for (uint32_t number = 0; number < SWAP_SECTORS * STEPS; number++) {
        const int done = is_done(status, number);
        if (done < 0) return -1;
        if (done != 0) continue;
        if (do_step(number) != 0 || mark_done(status, number) != 0) return -1;
        after();
    }
    return 0;
}
