/*
 * Flash areas on the rest of the chip.
 */
#include "examples/mcuboot/flash_map.h"

#include "examples/mcuboot/sysflash/sysflash.h"
#include "nacre/media/nor_rest.h"

#include <stdbool.h>
#include <stddef.h>

#define ERASED 0xFFu
#define FAILED (-1)

static struct nacre_nor *flash;
static const struct flash_area *map;
static uint32_t map_count;
static enum nacre_err last_error;

void flash_map_set(struct nacre_nor *nor, const struct flash_area *areas, uint32_t count)
{
    flash = nor;
    map = areas;
    map_count = count;
    last_error = NACRE_OK;
}

enum nacre_err flash_map_error(void)
{
    return last_error;
}

static int answer(enum nacre_err err)
{
    if (err == NACRE_OK) return 0;
    last_error = err;
    return FAILED;
}

static bool is_inside(const struct flash_area *area, uint32_t off, uint32_t len)
{
    return off <= area->fa_size && len <= area->fa_size - off;
}

/* ---- bytes ---- */

int flash_area_open(uint8_t id, const struct flash_area **area)
{
    for (uint32_t i = 0; i < map_count; i++) {
        if (map[i].fa_id != id) continue;
        *area = &map[i];
        return 0;
    }
    return answer(NACRE_NOT_FOUND);
}

void flash_area_close(const struct flash_area *area)
{
    (void)area;
}

int flash_area_read(const struct flash_area *area, uint32_t off, void *dst, uint32_t len)
{
    if (!is_inside(area, off, len)) return answer(NACRE_BAD_ARGUMENT);
    return answer(nacre_nor_read(flash, area->fa_off + off, dst, len));
}

int flash_area_write(const struct flash_area *area, uint32_t off, const void *src, uint32_t len)
{
    if (!is_inside(area, off, len)) return answer(NACRE_BAD_ARGUMENT);
    if (len == 0) return 0;
    return answer(nacre_nor_program(flash, area->fa_off + off, src, len));
}

int flash_area_erase(const struct flash_area *area, uint32_t off, uint32_t len)
{
    if (!is_inside(area, off, len)) return answer(NACRE_BAD_ARGUMENT);
    if (len == 0) return 0;
    return answer(nacre_nor_erase(flash, area->fa_off + off, len));
}

/* ---- what there is ---- */

int flash_area_get_sectors(int fa_id, uint32_t *count, struct flash_sector *sectors)
{
    const uint32_t unit_bytes = flash->chip->unit_bytes;
    const struct flash_area *area;

    if (flash_area_open((uint8_t)fa_id, &area) != 0) return FAILED;
    const uint32_t units = area->fa_size / unit_bytes;
    if (units > *count) return answer(NACRE_TOO_SMALL);
    for (uint32_t i = 0; i < units; i++) {
        sectors[i] = (struct flash_sector){i * unit_bytes, unit_bytes};
    }
    *count = units;
    return 0;
}

int flash_area_get_sector(const struct flash_area *area, uint32_t off, struct flash_sector *sector)
{
    const uint32_t unit_bytes = flash->chip->unit_bytes;

    if (off >= area->fa_size) return answer(NACRE_BAD_ARGUMENT);
    *sector = (struct flash_sector){off / unit_bytes * unit_bytes, unit_bytes};
    return 0;
}

int flash_device_base(uint8_t fd_id, uintptr_t *base)
{
    (void)fd_id;
    *base = (uintptr_t)flash->blackout.port.window;
    return 0;
}

uint32_t flash_area_align(const struct flash_area *area)
{
    (void)area;
    return flash->chip->granule_bytes;
}

uint8_t flash_area_erased_val(const struct flash_area *area)
{
    (void)area;
    return ERASED;
}

int flash_area_id_from_image_slot(int slot)
{
    return flash_area_id_from_multi_image_slot(0, slot);
}

int flash_area_id_from_multi_image_slot(int image_index, int slot)
{
    (void)image_index;
    if (slot == 0) return FLASH_AREA_IMAGE_PRIMARY(image_index);
    if (slot == 1) return FLASH_AREA_IMAGE_SECONDARY(image_index);
    return FAILED;
}

int flash_area_id_to_multi_image_slot(int image_index, int area_id)
{
    (void)image_index;
    if (area_id == FLASH_AREA_IMAGE_PRIMARY(image_index)) return 0;
    if (area_id == FLASH_AREA_IMAGE_SECONDARY(image_index)) return 1;
    return FAILED;
}
