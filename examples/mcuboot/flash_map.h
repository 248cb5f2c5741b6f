/*
 * MCUboot's flash areas on the chip that the product runs from: for the application's side, which
 * writes the new image and the flags of its slots.
 *
 *     static const struct flash_area areas[] = {
 *         {.fa_id = FLASH_AREA_IMAGE_PRIMARY(0), .fa_off = 0x00000000, .fa_size = 0x00200000},
 *         {.fa_id = FLASH_AREA_IMAGE_SECONDARY(0), .fa_off = 0x02000000, .fa_size = 0x00200000},
 *     };
 *     flash_map_set(&nor, areas, 2);
 *
 * MCUBOOT_BOOT_MAX_ALIGN must be 16 or more: that is the chip's granule, see docs/rest.md.
 */
#ifndef EXAMPLES_MCUBOOT_FLASH_MAP_H
#define EXAMPLES_MCUBOOT_FLASH_MAP_H

#include "examples/mcuboot/flash_map_backend/flash_map_backend.h"
#include "nacre/media/nor.h"

/*
 * Say which areas there are. To be called before any function of flash_map_backend.h.
 *
 * nor      open
 * areas    start and end at units of the chip; outlive their use
 */
void flash_map_set(struct nacre_nor *nor, const struct flash_area *areas, uint32_t count);

/* What the last of those functions that answered below 0 was told. */
enum nacre_err flash_map_error(void);

#endif
