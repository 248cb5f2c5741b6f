/*
 * The storm of writes: sets of random keys and values, each read back, with idle time, sleep and
 * remounts in between. A set that fails for the hooks' deadline changes nothing that is read before
 * the next mount.
 */
#include "tests/storm_fw/parts.h"

#include "examples/brightness/board.h"

#define REMOUNT_IN 150u /* saves, on average */
#define IDLE_IN 6u
#define SLEEP_IN 12u

static void check(uint32_t key)
{
    uint32_t serial;

    if (!storm_read(key, &serial) || serial != storm_seen.serial[key]) storm_seen.wrong_reads++;
}

/* A mount has chosen between the old value and what a set that failed may have left. */
static void settle(void)
{
    for (uint32_t i = 0; i < storm_seen.refused_count; i++) {
        const uint32_t key = storm_seen.refused_key[i];
        uint32_t serial;

        if (storm_read(key, &serial) && serial == storm_seen.refused_serial[i]) {
            storm_seen.serial[key] = serial;
        }
    }
    storm_seen.refused_count = 0;
}

/* The next mount may find it, unless a set answers NACRE_OK before; until then the old is read. */
static void refuse(uint32_t key, uint32_t serial, enum nacre_err err)
{
    const uint32_t at = storm_seen.refused_count;

    if (!storm_is_deadline(err)) storm_end("nacre_set", err);
    if (at == STORM_REFUSED_MAX) storm_end("too many sets in a row", err);
    storm_seen.refused_key[at] = key;
    storm_seen.refused_serial[at] = serial;
    storm_seen.refused_count = at + 1u;
    storm_seen.saves_refused++;
    storm_seen.last_refusal = (uint32_t)err;
    check(key);
}

static void remount(void)
{
    enum nacre_err err = storm_close();

    if (err != NACRE_OK && !storm_is_deadline(err)) storm_end("close", err);
    err = storm_open();
    if (err != NACRE_OK) storm_end("open", err);
    storm_seen.remounts++;
    settle();
    const uint32_t wrong = storm_seen.wrong_reads;
    for (uint32_t key = 0; key < STORM_KEYS; key++) {
        check(key);
    }
    storm_seen.wrong_after_mount += storm_seen.wrong_reads - wrong;
}

static void save(void)
{
    static uint32_t next;
    uint8_t bytes[STORM_VALUE_MAX];
    const uint32_t key = storm_draw(STORM_KEYS);

    if (next == 0) {
        for (uint32_t i = 0; i < STORM_KEYS; i++) {
            if (storm_seen.serial[i] > next) next = storm_seen.serial[i];
        }
    }
    next++;
    const uint32_t n = storm_value(key, next, bytes);
    storm_seen.doubt_serial = next;
    storm_seen.doubt_key = key;
    const enum nacre_err err = nacre_set(&storm_store, key, bytes, n);
    if (err == NACRE_OK) {
        storm_seen.serial[key] = next;
        storm_seen.refused_count = 0;
        storm_seen.saves++;
        check(key);
    } else {
        refuse(key, next, err);
    }
    storm_seen.doubt_key = STORM_KEYS;
    if (err == NACRE_UNSETTLED || err == NACRE_READ_ONLY) remount();
}

static void idle(void)
{
    bool more;
    const enum nacre_err err = nacre_idle(&storm_store, &more);

    if (err != NACRE_OK && !storm_is_deadline(err)) storm_end("nacre_idle", err);
}

void storm_write(void)
{
    storm_seen.phase = STORM_WRITES;
    for (;;) {
        save();
        check(storm_draw(STORM_KEYS));
        storm_note();
        if (storm_draw(IDLE_IN) == 0) idle();
        if (storm_draw(SLEEP_IN) == 0) board_sleep();
        if (storm_draw(REMOUNT_IN) == 0) remount();
    }
}
