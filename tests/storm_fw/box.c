/*
 * The chip and the store on it.
 */
#include "tests/storm_fw/parts.h"

#include "examples/brightness/board.h"
#include "nacre/chips/chips.h"

#include <string.h>

#define FENCE_REGION 15u
#define INDEX_ENTRIES 40u

struct nacre_nor storm_nor;
struct nacre_store storm_store;
static struct nacre_index_entry entries[INDEX_ENTRIES];

static const struct nacre_chip *const chips[STORM_CHIPS] = {
    [STORM_MX66UW1G45G] = &nacre_chip_mx66uw1g45g,
    [STORM_MX25UW51245G] = &nacre_chip_mx25uw51245g,
    [STORM_MX25UW25645G] = &nacre_chip_mx25uw25645g,
    [STORM_MX25LM51245G] = &nacre_chip_mx25lm51245g,
    [STORM_W25Q128JV] = &nacre_chip_w25q128jv,
    [STORM_MT35XU512ABA] = &nacre_chip_mt35xu512aba,
    [STORM_S28HS512T] = &nacre_chip_s28hs512t,
    [STORM_GD25LX512ME] = &nacre_chip_gd25lx512me,
};

static enum nacre_err open_chip(void)
{
    const struct nacre_nor_cfg cfg = {
        .chip = chips[STORM_CFG(chip) % STORM_CHIPS],
        .port = {.core_mhz = BOARD_CORE_MHZ,
                 .mpu_region = FENCE_REGION,
                 .live = storm_live()},
        .region_addr = STORM_CFG(region_addr),
        .region_bytes = STORM_CFG(region_bytes),
        .image_bytes = STORM_CFG(image_bytes),
        .way = (enum nacre_way)STORM_CFG(way),
        .budget_us = STORM_CFG(budget_us),
        .latency_us = STORM_CFG(latency_us),
        .app_percent = STORM_CFG(app_percent),
        .hooks = &storm_hooks,
        .not_now_us = STORM_CFG(not_now_us),
        .os = STORM_CFG(mode) == STORM_LETTERS ? &storm_letters_os : &storm_os,
        .tick = storm_clock(),
        .tick_us = 1,
    };

    return nacre_nor_open(&storm_nor, &cfg);
}

bool storm_is_deadline(enum nacre_err err)
{
    return err == NACRE_NOT_NOW || err == NACRE_TIMEOUT || err == NACRE_BUSY ||
           err == NACRE_UNSETTLED || err == NACRE_READ_ONLY;
}

_Noreturn void storm_end(const char *call, enum nacre_err err)
{
    storm_note();
    storm_seen.error = (uint32_t)err;
    storm_seen.phase = STORM_ENDS;
    board_write(call);
    board_write(" answers ");
    board_write(nacre_err_name(err));
    board_write("\r\n");
    for (;;) {
        board_sleep();
    }
}

static enum nacre_err open_once(void)
{
    const struct nacre_store_cfg cfg = {
        .medium = &storm_nor.medium,
        .index = entries,
        .index_count = INDEX_ENTRIES,
        .assume = (enum nacre_assume)STORM_CFG(assume),
    };

    enum nacre_err err = open_chip();
    if (err != NACRE_OK) return err;
    storm_seen.opens++;
    if (STORM_CFG(mode) == STORM_LETTERS) storm_nor.medium.geometry.unit_count--; /* the letter e */
    err = nacre_mount(&storm_store, &cfg);
    return err == NACRE_FOREIGN ? nacre_format(&storm_store, &cfg) : err;
}

enum nacre_err storm_open(void)
{
    enum nacre_err err;

    do { /* ends: the dice do not refuse for ever */
        err = open_once();
        if (err != NACRE_OK) (void)storm_close();
    } while (storm_is_deadline(err));
    return err;
}

static void raise(uint32_t *most, uint32_t value)
{
    if (value > *most) *most = value;
}

void storm_note(void)
{
    static struct nacre_nor_stats last;
    struct nacre_nor_stats stats;

    if (nacre_nor_stats(&storm_nor, &stats) != NACRE_OK) return;
    if (stats.blackouts < last.blackouts) last = (struct nacre_nor_stats){0};
    storm_seen.cycles_per_us = storm_nor.blackout.port.cycles_per_us;
    raise(&storm_seen.longest_cycles, stats.longest_cycles);
    raise(&storm_seen.longest_masked_cycles, stats.longest_masked_cycles);
    raise(&storm_seen.bound_us, stats.bound_us);
    storm_seen.over_budget += stats.over_budget - last.over_budget;
    storm_seen.late_suspends += stats.late_suspends - last.late_suspends;
    storm_seen.slices += stats.slices - last.slices;
    storm_seen.erases += stats.erases - last.erases;
    storm_seen.programs += stats.programs - last.programs;
    storm_seen.trust = stats.trust;
    last = stats;
}

enum nacre_err storm_close(void)
{
    const enum nacre_err err = nacre_unmount(&storm_store);

    storm_note();
    enum nacre_err closed;
    do { /* ends: as above; until then it stays open */
        closed = nacre_nor_close(&storm_nor);
    } while (closed == NACRE_TIMEOUT);
    return err != NACRE_OK ? err : closed;
}

bool storm_read(uint32_t key, uint32_t *serial)
{
    uint8_t bytes[STORM_VALUE_MAX];
    uint8_t wanted[STORM_VALUE_MAX];
    uint32_t n;

    const enum nacre_err err = nacre_get(&storm_store, key, bytes, sizeof(bytes), &n);
    *serial = 0;
    if (err == NACRE_NOT_FOUND) return true;
    if (err != NACRE_OK || n < sizeof(*serial)) return false;
    memcpy(serial, bytes, sizeof(*serial));
    return storm_value(key, *serial, wanted) == n && memcmp(bytes, wanted, n) == 0;
}
