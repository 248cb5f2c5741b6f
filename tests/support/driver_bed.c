/*
 * The board of driver_bed.h.
 */
#include "tests/support/driver_bed.h"

#include "tests/support/prompt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define IMAGE NACRE_FIRMWARE_DIR "/tests/bus_fw/buses.elf"

static void on_event(void *context, const struct twin_event *event)
{
    struct driver_bed *const bed = context;
    if (event->kind != TWIN_EVENT_TRANSFER || event->u.transfer.is_under_way) return;
    if (bed->transfer_count == DRIVER_TRANSFERS) return;
    bed->transfers[bed->transfer_count++] = event->u.transfer;
}

void driver_bed_open(struct driver_bed *bed, const char *part, const char *other,
                     const char *letter, uint32_t speed)
{
    struct twin_cfg cfg;
    memset(bed, 0, sizeof *bed);
    twin_cfg_default(&cfg);
    cfg.app_path = IMAGE;
    cfg.part[0] = part;
    cfg.part[1] = other;
    cfg.event = on_event;
    cfg.event_context = bed;
    bed->twin = prompt_create(&cfg);
    twin_power_on(bed->twin);
    prompt_reach(bed->twin);
    assert_true(twin_symbol_find(bed->twin, "box", &bed->box_addr));
    bed->box.speed = speed;
    assert_int_equal(driver_bed_do(bed, letter), 0);
}

void driver_bed_close(struct driver_bed *bed)
{
    if (bed->snapshot != NULL) twin_snapshot_free(bed->twin, bed->snapshot);
    prompt_end(&bed->twin);
}

int32_t driver_bed_do(struct driver_bed *bed, const char *letter)
{
    bed->transfer_count = 0;
    assert_true(twin_memory_write(bed->twin, bed->box_addr, &bed->box, sizeof bed->box));
    prompt_type(bed->twin, letter);
    assert_true(twin_memory_read(bed->twin, bed->box_addr, &bed->box, sizeof bed->box));
    return bed->box.result;
}

void driver_bed_mark(struct driver_bed *bed)
{
    bed->snapshot = twin_snapshot(bed->twin);
    assert_non_null(bed->snapshot);
}

void driver_bed_rewind(struct driver_bed *bed)
{
    twin_restore(bed->twin, bed->snapshot);
}

int32_t driver_bed_message(struct driver_bed *bed, uint32_t address, uint32_t at,
                           uint32_t out_bytes, uint32_t in_bytes)
{
    bed->box.address = address;
    bed->box.out[0] = (uint8_t)(at >> 8);
    bed->box.out[1] = (uint8_t)at;
    bed->box.out_bytes = out_bytes;
    bed->box.in_bytes = in_bytes;
    return driver_bed_do(bed, "m");
}
