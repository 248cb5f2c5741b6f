/*
 * Opening the NOR medium: everything that can be refused is refused here, before the first write.
 */
#include "nacre/chips/sfdp.h"
#include "nacre/media/nor_call.h"
#include "nacre/media/nor_way.h"

#include <stddef.h>
#include <string.h>

#define CORE_MHZ_MAX 1000u
#define KNOWN_WORDS_TRIED 64u
#define ERASED_WORD 0xFFFFFFFFu

static bool overlap(uint32_t a, uint32_t a_bytes, uint32_t b, uint32_t b_bytes)
{
    return a < b + b_bytes && b < a + a_bytes;
}

static bool is_in_chip(const struct nacre_chip *chip, uint32_t addr, uint32_t n)
{
    return addr <= chip->chip_bytes && n <= chip->chip_bytes - addr;
}

/*
 * Commands as they can be built: on one line, or on eight. A chip that stays busy when it has
 * failed is freed by a slice: that is not there while another bank is read.
 */
static bool is_drivable(const struct nacre_chip *chip)
{
    const struct nacre_form *const form = &chip->form;
    const bool stays_busy = (chip->status_program_failed | chip->status_erase_failed) != 0;

    if (stays_busy && (chip->clear_failed == 0 || chip->chip_bytes >> chip->bank_bits > 1u)) {
        return false;
    }
    return (form->lines == 8u || (form->lines == 1u && form->opcode_bytes == 1u)) &&
           (form->opcode_bytes == 1u || form->opcode_bytes == 2u) &&
           (form->addr_bytes == 3u || form->addr_bytes == 4u) && form->read[0].opcode != 0;
}

/* Some parts have small units in one place only. */
static bool is_in_unit_area(const struct nacre_nor_cfg *cfg)
{
    const struct nacre_chip *const chip = cfg->chip;

    if (chip->unit_area_bytes == 0) return true;
    return cfg->region_addr >= chip->unit_area_addr &&
           cfg->region_addr - chip->unit_area_addr <= chip->unit_area_bytes &&
           cfg->region_bytes <=
               chip->unit_area_bytes - (cfg->region_addr - chip->unit_area_addr);
}

static enum nacre_err check_region(const struct nacre_nor_cfg *cfg)
{
    const struct nacre_chip *const chip = cfg->chip;
    const uint32_t last_addr = chip->chip_bytes - chip->last_bytes;

    if (cfg->region_bytes == 0) return NACRE_NO_REGION;
    if (cfg->region_addr % chip->unit_bytes != 0 || cfg->region_bytes % chip->unit_bytes != 0) {
        return NACRE_REGION_UNALIGNED;
    }
    if (!is_in_chip(chip, cfg->region_addr, cfg->region_bytes) || !is_in_unit_area(cfg)) {
        return NACRE_REGION_OUTSIDE;
    }
    if (overlap(cfg->region_addr, cfg->region_bytes, last_addr, chip->last_bytes)) {
        return NACRE_REGION_LAST_BYTES;
    }
    if (overlap(cfg->region_addr, cfg->region_bytes, cfg->image_addr, cfg->image_bytes)) {
        return NACRE_REGION_IN_IMAGE;
    }
    return NACRE_OK;
}

static enum nacre_err check_tables(const struct nacre_nor_cfg *cfg)
{
    if (cfg->check_tables == NULL) return NACRE_OK;
    if (cfg->tables == NULL || cfg->tables_bytes % 4u != 0 ||
        cfg->tables_bytes > NACRE_SFDP_BYTES_MAX) {
        return NACRE_BAD_ARGUMENT;
    }
    return nacre_port_is_writable(cfg->tables, cfg->tables_bytes) ? NACRE_OK : NACRE_BAD_BUFFER;
}

static bool has_good_numbers(const struct nacre_nor_cfg *cfg)
{
    if (cfg->image_bytes == 0 || !is_in_chip(cfg->chip, cfg->image_addr, cfg->image_bytes)) {
        return false;
    }
    if (cfg->port.core_mhz == 0 || cfg->port.core_mhz > CORE_MHZ_MAX) return false;
    if (cfg->tick != NULL && cfg->tick_us == 0) return false;
    return cfg->feed.reg == NULL || cfg->feed.every_us != 0;
}

/* A table is left out, or has all that is called. */
static bool has_whole_tables(const struct nacre_nor_cfg *cfg)
{
    if (cfg->os != NULL && (cfg->os->wait == NULL || cfg->os->stay_awake == NULL)) return false;
    if (cfg->hooks != NULL && (cfg->hooks->before == NULL || cfg->hooks->after == NULL)) {
        return false;
    }
    return cfg->lock == NULL || (cfg->lock->lock != NULL && cfg->lock->unlock != NULL);
}

static enum nacre_err check_cfg(const struct nacre_nor *nor, const struct nacre_nor_cfg *cfg)
{
    if (nor == NULL || cfg == NULL || cfg->chip == NULL) return NACRE_BAD_ARGUMENT;
    if (!is_drivable(cfg->chip)) return NACRE_BAD_ARGUMENT;
    if (nacre_port_in_interrupt()) return NACRE_FROM_INTERRUPT;
    if (!nacre_port_is_writable(nor, sizeof(*nor))) return NACRE_BAD_BUFFER;
    if (!has_good_numbers(cfg) || !has_whole_tables(cfg)) return NACRE_BAD_ARGUMENT;
    const enum nacre_err err = check_tables(cfg);
    return err == NACRE_OK ? check_region(cfg) : err;
}

/* The image given must be the one that runs: this function is part of it, if it is in the chip. */
static bool is_running_image(const struct nacre_nor *nor, const struct nacre_nor_cfg *cfg)
{
    const uintptr_t here =
        (uintptr_t)&nacre_nor_open - (uintptr_t)nor->blackout.port.window;

    if (here >= cfg->chip->chip_bytes) return true;
    return here >= cfg->image_addr && here - cfg->image_addr < cfg->image_bytes;
}

static enum nacre_err refuse_image(struct nacre_port *port, const char *name, uint32_t found,
                                   uint32_t needed)
{
    port->mismatch = (struct nacre_mismatch){name, found, needed, ~0u};
    return NACRE_IMAGE_LARGER;
}

/* All that was linked must lie where nothing is ever written, and whose banks stay readable. */
static enum nacre_err check_image(struct nacre_port *port, const struct nacre_nor_cfg *cfg)
{
    const uint32_t end = port->image_addr + port->image_bytes;

    if (port->image_bytes == 0) return NACRE_OK;
    if (port->image_addr < cfg->image_addr) {
        return refuse_image(port, "image_addr", cfg->image_addr, port->image_addr);
    }
    if (end > cfg->image_addr + cfg->image_bytes) {
        return refuse_image(port, "image_bytes", cfg->image_bytes, end - cfg->image_addr);
    }
    return NACRE_OK;
}

/* What is written in a blackout must not lie in the flash. */
static bool is_in_window(const struct nacre_port *port, const volatile void *addr)
{
    const uintptr_t offset = (uintptr_t)addr - (uintptr_t)port->window;

    return addr != NULL && offset >> port->window_bits == 0;
}

/* A word of the image that an undriven bus would not give by chance. */
static enum nacre_err choose_known_word(struct nacre_nor *nor, const struct nacre_nor_cfg *cfg)
{
    struct nacre_blackout *const blackout = &nor->blackout;
    const uint32_t words = cfg->image_bytes / 4u;

    for (uint32_t i = 0; i < words && i < KNOWN_WORDS_TRIED; i++) {
        uint32_t word;

        memcpy(&word, blackout->port.window + cfg->image_addr + 4u * i, sizeof(word));
        if (word == 0 || word == ERASED_WORD) continue;
        blackout->known_word = word;
        blackout->known = (struct nacre_op){
            .chip_addr = cfg->image_addr + 4u * i,
            .data = &blackout->known_got,
            .n = 4,
            .opcode = blackout->port.ctrl.read_opcode,
            .phases = NACRE_PHASE_ADDR | NACRE_PHASE_READ | NACRE_PHASE_MAPPED,
        };
        nacre_ctrl_frame(&blackout->port.ctrl, &blackout->known);
        return NACRE_OK;
    }
    return NACRE_BAD_ARGUMENT;
}

static void fill(struct nacre_nor *nor, const struct nacre_nor_cfg *cfg)
{
    const struct nacre_chip *const chip = cfg->chip;
    const uint32_t cycles_per_us = nor->blackout.port.cycles_per_us;

    nor->chip = chip;
    nor->region_addr = cfg->region_addr;
    nor->budget_us = cfg->budget_us;
    nor->os = cfg->os;
    nor->lock = cfg->lock;
    nor->tick = cfg->tick;
    nor->tick_us = cfg->tick_us;
    nor->erase_result = NACRE_BUSY;
    nor->blackout.reset[0].opcode = chip->reset_enable;
    nor->blackout.reset[1].opcode = chip->reset;
    nacre_ctrl_frame(&nor->blackout.port.ctrl, &nor->blackout.reset[0]);
    nacre_ctrl_frame(&nor->blackout.port.ctrl, &nor->blackout.reset[1]);
    nor->blackout.reset_cycles = chip->reset_us_max * cycles_per_us;
    nacre_slice_prepare(nor, &cfg->feed);
    nor->medium.geometry = (struct nacre_geometry){
        .unit_bytes = chip->unit_bytes,
        .unit_count = cfg->region_bytes / chip->unit_bytes,
        .granule_bytes = chip->granule_bytes,
        .page_bytes = chip->page_bytes,
        .cut_bytes = chip->cut_bytes,
    };
    nor->medium.ops = &nacre_nor_ops;
}

/* The map shows this chip, whole. */
static enum nacre_err check_map(struct nacre_port *port, const struct nacre_chip *chip)
{
    if (port->mapped_bytes != chip->chip_bytes) {
        port->mismatch = (struct nacre_mismatch){
            "mapped bytes", port->mapped_bytes, chip->chip_bytes, ~0u};
        return NACRE_CTRL_STATE;
    }
    return NACRE_OK;
}

static enum nacre_err open_checked(struct nacre_nor *nor, const struct nacre_nor_cfg *cfg)
{
    struct nacre_port *const port = &nor->blackout.port;

    enum nacre_err err = nacre_port_adopt(port, &cfg->port, &cfg->chip->form);
    if (err != NACRE_OK) return err;
    nor->refuses_debugger = cfg->refuse_debugger;
    err = nacre_nor_check_caller(nor);
    if (err != NACRE_OK) return err;
    err = check_map(port, cfg->chip);
    if (err != NACRE_OK) return err;
    if (!is_running_image(nor, cfg)) return NACRE_BAD_ARGUMENT;
    err = check_image(port, cfg);
    if (err != NACRE_OK) return err;
    if (is_in_window(port, cfg->feed.reg)) return NACRE_BAD_ARGUMENT;
    err = nacre_port_range_check(port, cfg->region_addr, cfg->region_bytes);
    if (err != NACRE_OK) return err;
    err = choose_known_word(nor, cfg);
    if (err != NACRE_OK) return err;
    fill(nor, cfg);
    err = nacre_way_identify(nor);
    if (err != NACRE_OK || cfg->check_tables == NULL) return err;
    return cfg->check_tables(nor, cfg);
}

enum nacre_err nacre_nor_open(struct nacre_nor *nor, const struct nacre_nor_cfg *cfg)
{
    enum nacre_err err = check_cfg(nor, cfg);
    if (err != NACRE_OK) return err;

    memset(nor, 0, sizeof(*nor));
    err = nacre_way_plan(nor, cfg);
    if (err != NACRE_OK) return err;
    err = open_checked(nor, cfg);
    if (err == NACRE_OK) nor->state = NACRE_NOR_IDLE;
    return err;
}
