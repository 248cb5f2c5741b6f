/*
 * Settings on a box, for the tests of the settings: a table with a row of each kind, a clock that
 * the test turns, a record of the changes that were told, and a lock that knows who holds it.
 */
#ifndef TESTS_SUPPORT_SETTINGS_BED_H
#define TESTS_SUPPORT_SETTINGS_BED_H

#include "nacre/core/own.h"
#include "nacre/core/settings_pending.h"
#include "nacre/core/settings_typed.h"
#include "nacre/core/transaction.h"
#include "tests/support/box_fixture.h"

/* Keys of the table, in its order. */
enum bed_key {
    BED_U8 = 1,        /* 0 to 100, default 50 */
    BED_U16 = 2,       /* 10 to 60000, default 1000 */
    BED_U32 = 5,       /* all, default 7 */
    BED_U64 = 6,       /* all, default 2^63 */
    BED_I8 = 7,        /* all, default -3 */
    BED_I16 = 8,       /* -30000 to -5, default -5 */
    BED_I32 = 9,       /* all, default 0 */
    BED_I64 = 10,      /* all, default -1 */
    BED_BOOL = 20,     /* default true */
    BED_FLOAT = 21,    /* -1.5 to 2.25, default 0.5 */
    BED_BAUD = 30,     /* a u32, one of 9600, 115200, 921600; default 115200 */
    BED_STEP = 31,     /* an i8, one of -5, 0, 5; default 0 */
    BED_NAME = 40,     /* string of 16 with its end, default "nacre"; factory */
    BED_KEY = 41,      /* blob of up to 32; no default; factory */
    BED_CURVE = 42,    /* blob of up to 8; default 1 2 3 */
    BED_TRIM = 50,     /* an i32, -1000 to 1000, default 0; factory */
    BED_VOLUME = 60,   /* a u8, all, default 10; coalesced */
    BED_TITLE = 61,    /* string of 32, default ""; coalesced */
    BED_BALANCE = 62,  /* an i16, all, default 0; coalesced, factory */
    BED_LAST = 15871,  /* bool, default false: the highest key */
};

#define BED_ROWS 20u
extern const struct nacre_setting bed_table[BED_ROWS];

#define BED_PENDING_BYTES NACRE_PENDING_BYTES(3, 24)
#define BED_WORK_BYTES NACRE_TRANSACTION_BYTES(16, 64)

struct settings_bed {
    struct nacre_settings settings;
    struct nacre_settings_cfg cfg;
    struct nacre_pending pending;
    struct nacre_pending_cfg pending_cfg; /* quiet 500 ms, latest 3000 ms */
    uint8_t memory[BED_PENDING_BYTES];
    uint8_t work[BED_WORK_BYTES];
    uint32_t now_ms;
    uint32_t changes;          /* calls of on_change */
    uint32_t changed_key;      /* of the last one */
    enum nacre_origin changed_origin;
    struct nacre_lock lock;
    uint32_t lock_depth;
    uint32_t locks;            /* how often it was taken */
};

extern struct settings_bed bed;

/* cmocka fixture: eight units, a mounted store, settings open on bed_table, with nothing pending;
   box_end closes it. Fails the test where a lock is held at the end. */
int settings_begin(void **state);
int settings_end(void **state);

/* Open the settings again, as bed.cfg says. */
enum nacre_err settings_reopen(void);

/* Calls that must work: sets of the rows that are coalesced, and an idle call. */
void set_volume(uint8_t value);
void set_three(uint8_t volume, const char *title, int16_t balance);
void idle(void);

/* What a get must have answered with. */
void expect_state(const struct nacre_setting_state *found, enum nacre_origin origin,
                  enum nacre_state state);

/* What a get of the volume answers with, and what the store has. */
void expect_volume(uint8_t value, enum nacre_origin origin, enum nacre_state how);
void expect_stored(uint32_t key, const void *bytes, uint32_t n);
void expect_not_stored(uint32_t key);

/* The next boot, without an unmount: mount, forget what was pending, open. */
void settings_reboot(void);

/* Power off and on, and mount; the settings are not opened. */
void settings_remount(void);

/* Turn bits around in the newest whole record of a key, in each lane. */
void settings_damage(uint32_t key);

/*
 * Call act with the power failing at a command of it; the store is mounted again behind it, the
 * settings are not open.
 *
 * command  0 is the first program or erase
 * Returns  false where act ended before that command: nothing was cut
 */
bool settings_cut(uint32_t command, const struct sim_tear *tear, void (*act)(void));

/* What a chip holds, to come back to: settings_rewind mounts it. */
struct sim_nor *settings_keep(void);
void settings_rewind(const struct sim_nor *kept);

#endif
