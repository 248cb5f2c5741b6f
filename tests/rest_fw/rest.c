/*
 * A product that saves a number in its store, and meanwhile uses the rest of the chip: an update is
 * written through MCUboot's flash areas, a log through littlefs' block device. What must come of it
 * is said by tests/test_rest.c.
 *
 *   o  open in bank 3                       i  open in the image's bank
 *   s  save the next number                 u  erase and write 256 KB, saving meanwhile
 *   l  append the next number to the log    U  the same of 16 KB
 *   p  prepare two slots to be swapped      x  swap them, saving meanwhile; y  say what they hold
 *   q  say what was measured
 */
#include "examples/brightness/board.h"
#include "examples/littlefs/nacre_lfs.h"
#include "examples/mcuboot/flash_map.h"
#include "examples/mcuboot/sysflash/sysflash.h"
#include "nacre/chips/chips.h"
#include "nacre/core/store.h"
#include "nacre/media/nor_rest.h"
#include "tests/port_fw/checks.h"
#include "tests/port_fw/letters.h"
#include "tests/rest_fw/log_client.h"
#include "tests/rest_fw/swap_client.h"

#include <stddef.h>
#include <string.h>

#define UNIT 4096u
#define IN_BANK_3 0x07E00000u
#define IN_BANK_0 0x01E00000u /* as the image */
#define IMAGE_BYTES 0x01000000u
#define BUDGET_US 5u
#define SLICES_BUDGET_US 520u
#define UPDATE_AREA 5
#define UPDATE_UNITS 64u
#define SHORT_UNITS 4u
#define CHUNK 1024u
#define SAVE_EVERY_MS 20u
#define SAVE_EVERY_CHUNKS 16u
#define KEY 1u
#define KEYS 8u
#define STORE_UNITS 8u

static struct nacre_nor nor;
static struct nacre_store store;
static struct nacre_index_entry entries[KEYS];
static struct flash_area areas[5];
static struct nacre_lfs lfs_area;
static struct lfs_config lfs_cfg;
static struct log_client log_client;
static uint32_t number;
static uint32_t log_number;
static uint8_t chunk[CHUNK];

int main(void);

void checks_in_handler(void)
{
}

static void say_if_failed(int result)
{
    if (result == 0) return;
    board_write("failed: ");
    board_write(nacre_err_name(flash_map_error()));
    board_write("\r\n");
}

/* ---- open ---- */

static void make_areas(uint32_t base)
{
    areas[0] = (struct flash_area){.fa_id = UPDATE_AREA, .fa_off = base, .fa_size = 64 * UNIT};
    areas[1] = (struct flash_area){.fa_id = FLASH_AREA_IMAGE_PRIMARY(0),
                                   .fa_off = base + 64 * UNIT, .fa_size = 4 * UNIT};
    areas[2] = (struct flash_area){.fa_id = FLASH_AREA_IMAGE_SECONDARY(0),
                                   .fa_off = base + 68 * UNIT, .fa_size = 4 * UNIT};
    areas[3] = (struct flash_area){.fa_id = FLASH_AREA_IMAGE_SCRATCH,
                                   .fa_off = base + 72 * UNIT, .fa_size = UNIT};
    areas[4] = (struct flash_area){.fa_id = SWAP_STATUS,
                                   .fa_off = base + 73 * UNIT, .fa_size = UNIT};
    flash_map_set(&nor, areas, 5);
    lfs_area = (struct nacre_lfs){.nor = &nor, .addr = base + 74 * UNIT, .bytes = 3 * UNIT};
    nacre_lfs_fill(&lfs_cfg, &lfs_area);
}

/* The core sleeps while the flash works; an interrupt comes every 50 us. */
static void sleep_for(void *context, uint32_t us)
{
    const uint32_t begin = *board_counter();

    (void)context;
    do {
        board_sleep();
    } while (*board_counter() - begin <= us / BOARD_COUNT_US);
}

static void stay_awake(void *context, bool is_busy)
{
    (void)context;
    (void)is_busy;
}

static const struct nacre_nor_os os = {sleep_for, stay_awake, NULL};

static void open_all(uint32_t base, uint32_t budget_us)
{
    const struct nacre_nor_cfg cfg = {
        .chip = &nacre_chip_mx66uw1g45g,
        .port = {.core_mhz = BOARD_CORE_MHZ, .mpu_region = 15},
        .region_addr = base + 0x1E0000u,
        .region_bytes = STORE_UNITS * UNIT,
        .image_bytes = IMAGE_BYTES,
        .budget_us = budget_us,
        .os = &os,
        .tick = board_counter(),
        .tick_us = BOARD_COUNT_US,
    };
    const struct nacre_store_cfg store_cfg = {
        .medium = &nor.medium,
        .index = entries,
        .index_count = KEYS,
        .assume = NACRE_ASSUME_CUT_GRANULE,
    };
    uint32_t length;

    enum nacre_err err = nacre_nor_open(&nor, &cfg);
    if (err == NACRE_OK) err = nacre_mount(&store, &store_cfg);
    if (err == NACRE_FOREIGN) err = nacre_format(&store, &store_cfg);
    letters_say_if_wrong(err);
    number = 0;
    err = nacre_get(&store, KEY, &number, sizeof(number), &length);
    if (err != NACRE_NOT_FOUND) letters_say_if_wrong(err);
    make_areas(base);
    say_if_failed(log_client_open(&log_client, &lfs_cfg));
    log_number = log_client.number;
    letters_say("number", number);
    letters_say("log", log_number);
}

/* ---- letters ---- */

static void save(void)
{
    const uint32_t next = number + 1u;
    const enum nacre_err err = nacre_set(&store, KEY, &next, sizeof(next));

    if (err == NACRE_OK) {
        number = next;
        letters_say("saved", number);
    }
    letters_say_if_wrong(err);
}

static void append(void)
{
    const int err = log_client_append(&log_client, log_number + 1u);

    say_if_failed(err);
    if (err != 0) return;
    log_number++;
    letters_say("logged", log_number);
}

static void make_chunk(uint32_t off)
{
    for (uint32_t i = 0; i < CHUNK; i++) {
        chunk[i] = (uint8_t)((off + i) * 167u + (off >> 10));
    }
}

static enum nacre_err erase_area(const struct flash_area *area, uint32_t n)
{
    uint32_t saved_at = board_counts().ticks;
    uint32_t left;
    enum nacre_err err = nacre_nor_erase_start(&nor, area->fa_off, n);

    if (err != NACRE_OK) return err;
    while ((err = nacre_nor_erase_poll(&nor, &left)) == NACRE_BUSY) {
        if (board_counts().ticks - saved_at >= SAVE_EVERY_MS) {
            saved_at = board_counts().ticks;
            save();
        }
        board_sleep();
    }
    return err;
}

static void write_area(const struct flash_area *area, uint32_t n)
{
    for (uint32_t off = 0; off < n; off += CHUNK) {
        make_chunk(off);
        say_if_failed(flash_area_write(area, off, chunk, CHUNK));
        if (off / CHUNK % SAVE_EVERY_CHUNKS == 0) save();
    }
}

static uint32_t count_wrong(const struct flash_area *area, uint32_t n)
{
    static uint8_t got[CHUNK];
    uint32_t wrong = 0;

    for (uint32_t off = 0; off < n; off += CHUNK) {
        make_chunk(off);
        if (flash_area_read(area, off, got, CHUNK) != 0) wrong++;
        if (memcmp(got, chunk, CHUNK) != 0) wrong++;
    }
    return wrong;
}

static void update(uint32_t units)
{
    const struct flash_area *area = NULL;
    const uint32_t begin = board_counts().ticks;

    say_if_failed(flash_area_open(UPDATE_AREA, &area));
    letters_say_if_wrong(erase_area(area, units * UNIT));
    letters_say("erased_ms", board_counts().ticks - begin);
    write_area(area, units * UNIT);
    letters_say("update_ms", board_counts().ticks - begin);
    letters_say("update_wrong", count_wrong(area, units * UNIT));
}

static void report(void)
{
    struct nacre_nor_stats stats;

    letters_say_if_wrong(nacre_nor_stats(&nor, &stats));
    letters_say("longest_ns", (uint32_t)((uint64_t)stats.longest_cycles * 1000u / BOARD_CORE_MHZ));
    letters_say("over_budget", stats.over_budget);
    letters_say("programs", stats.programs);
    letters_say("erases", stats.erases);
    letters_say("slices", stats.slices);
}

static void open_in(char letter)
{
    if (letter == 'o') open_all(IN_BANK_3, BUDGET_US);
    if (letter == 'i') open_all(IN_BANK_0, SLICES_BUDGET_US);
}

static void do_slots(char letter)
{
    if (letter == 'p') say_if_failed(swap_client_prepare());
    if (letter == 'x') say_if_failed(swap_client_run(save));
    if (letter == 'y') {
        letters_say("primary", swap_client_pattern(FLASH_AREA_IMAGE_PRIMARY(0)));
        letters_say("secondary", swap_client_pattern(FLASH_AREA_IMAGE_SECONDARY(0)));
    }
}

static void do_letter(char letter)
{
    switch (letter) {
    case 's':
        save();
        break;
    case 'l':
        append();
        break;
    case 'u':
        update(UPDATE_UNITS);
        break;
    case 'U':
        update(SHORT_UNITS);
        break;
    case 'o':
    case 'i':
        open_in(letter);
        break;
    case 'q':
        report();
        break;
    default:
        do_slots(letter);
        break;
    }
}

int main(void)
{
    board_start();
    letters_serve(do_letter);
}
