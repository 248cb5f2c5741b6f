/*
 * The numbers of the flash areas, by the name that MCUboot asks for. One image.
 */
#ifndef EXAMPLES_MCUBOOT_SYSFLASH_SYSFLASH_H
#define EXAMPLES_MCUBOOT_SYSFLASH_SYSFLASH_H

#define FLASH_AREA_IMAGE_PRIMARY(image_index) 1
#define FLASH_AREA_IMAGE_SECONDARY(image_index) 2
#define FLASH_AREA_IMAGE_SCRATCH 3

#endif
