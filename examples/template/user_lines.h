/*
 * What a user adds to main.c of ST's Template_XIP application (project Appli): the lines between
 * the two markers, in the places that the comments name. The linker script gets five more, see
 * template.ld. The application around it is a stand-in of our own, so that both are compiled and
 * run on the twin.
 */
#ifndef EXAMPLES_TEMPLATE_USER_LINES_H
#define EXAMPLES_TEMPLATE_USER_LINES_H

/* README: begin */
/* "USER CODE Includes" */
#include "nacre/chips/chips.h"
#include "nacre/core/store.h"
#include "nacre/media/nor.h"
#include <string.h>

/* "USER CODE PV" */
extern char nacre_ram_start[], nacre_ram_end[], nacre_ram_load[];
static struct nacre_nor nor;
static struct nacre_store store;
static struct nacre_index_entry keys[16];

/* "USER CODE 2", after the clocks are known: call it, and check what it answers */
static enum nacre_err settings_open(void)
{
    const struct nacre_nor_cfg flash = {
        .chip = &nacre_chip_mx66uw1g45g, .region_addr = 0x07FE0000, .region_bytes = 16 * 4096,
        .image_bytes = 0x02000000, .budget_us = 5,
        .port = {.core_mhz = 600, .mpu_region = 15, .make_read_only = true}};
    const struct nacre_store_cfg cfg = {
        .medium = &nor.medium, .index = keys, .index_count = 16};

    memcpy(nacre_ram_start, nacre_ram_load, (size_t)(nacre_ram_end - nacre_ram_start));
    enum nacre_err err = nacre_nor_open(&nor, &flash);
    return err == NACRE_OK ? nacre_mount(&store, &cfg) : err;
}
/* README: end. Then: nacre_set(&store, 1, &value, sizeof value), nacre_get, nacre_idle */

#endif
