/*
 * A pseudo-static RAM on an octal or 16-bit bus (APS256 class): mode registers and an array. What
 * it holds after power on is noise, so that nobody can rely on it.
 */
#ifndef TWIN_CHIP_PSRAM_H
#define TWIN_CHIP_PSRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "twin/chip/frame.h"

struct psram;

#define PSRAM_APS256_BYTES (32u * 1024u * 1024u)

/* size_bytes is a multiple of 1 MB. NULL: no memory. */
struct psram *psram_create(uint32_t size_bytes);
/* Frees the array too. NULL is allowed. */
void psram_destroy(struct psram *psram);

/* For the controller. Lives as long as the chip. */
const struct frame_device *psram_device(struct psram *psram);

/* Memory that the mapped window may use as it is, for reads and writes. */
uint8_t *psram_array(struct psram *psram);

/* Mode registers to their defaults, content lost (noise again). */
void psram_power_on(struct psram *psram);
/* It drives nothing from here on; content and mode registers go at the next power on. */
void psram_power_off(struct psram *psram);

/* MR0 31, MR4 20, MR8 46: what ST's boot stage writes (traced). */
void psram_as_left_by_boot(struct psram *psram);

/* index counts modulo 16. */
uint8_t psram_mode_register(const struct psram *psram, uint32_t index);

/* The registers, not the array, for snapshots: 16 bytes. */
void psram_save(const struct psram *psram, uint8_t to[16]);
/* The array stays as it is. */
void psram_load(struct psram *psram, const uint8_t from[16]);

#endif
