/*
 * What a session is remembered by: each save with its costs, each boot with what it found.
 *
 * Fed with the twin's events. A save is the application's call, of a setting or of the store's own
 * nacre_set or nacre_remove, that programmed something and returned success; what was dark or late
 * while it ran is its cost. A set of an equal value programs nothing and is no save; one that a cut
 * ended is told by the boot after it.
 */
#ifndef TOOLS_DEMO_LEDGER_H
#define TOOLS_DEMO_LEDGER_H

#include "tools/demo/oracle.h"
#include "twin/twin.h"

#define LEDGER_CUT_BYTES 96

/* What a memory other than the running flash was asked for, ever. */
struct ledger_counts {
    uint64_t writes;      /* write cycles; of FRAM and MRAM frames that stored something */
    uint64_t write_bytes;
    uint64_t erases;
    uint64_t bus_bytes;   /* addresses, commands and questions included */
    uint64_t bus_ps;      /* the time of these bytes */
};

typedef void ledger_count_fn(void *context, struct ledger_counts *counts);

struct ledger_save {
    unsigned line;              /* of the script */
    uint32_t programmed_bytes;
    uint32_t writes;            /* with counts, as the next two */
    uint32_t bus_bytes;
    uint64_t bus_ps;
    uint64_t durable_ps;        /* from the call to its return */
    uint64_t longest_blackout_ps;
    uint64_t dark_ps;
    uint64_t latency_added_ps;  /* longest share of an interrupt's latency spent in a blackout */
};

struct ledger_boot {
    unsigned line;
    char cut[LEDGER_CUT_BYTES]; /* what ended the session before: "none", "program at 50 %" ... */
    unsigned allowed[ORACLE_ALLOWED_MAX];
    unsigned allowed_count;
    unsigned found;
    bool is_allowed;
};

struct ledger {
    struct ledger_save *saves;
    size_t save_count;
    size_t save_room;
    struct ledger_boot *boots;
    size_t boot_count;
    size_t boot_room;
    uint64_t erase_count;       /* erases that the chip began */
    uint64_t erase_dark_longest_ps; /* all blackouts of one erase: its start and its polls */
    uint64_t operation_dark_ps; /* of the program or erase begun last */
    bool is_erase;              /* it is an erase */
    unsigned line;              /* of the script, now */
    unsigned depth;             /* calls that save, one inside the other, under way */
    struct ledger_save save;    /* under way */
    ledger_count_fn *count;     /* NULL: the running flash, whose events tell */
    void *count_context;
    struct ledger_counts before; /* the save under way */
};

/* Empty. Does not free what an earlier session kept. */
void ledger_init(struct ledger *ledger);
/* Frees saves and boots; the ledger is empty and can be used again. */
void ledger_free(struct ledger *ledger);

/* The power failed: a save that was under way is none. */
void ledger_power_off(struct ledger *ledger);

/* The calls that save, ended by NULL: what a board watches. */
extern const char *const ledger_calls[];

/* Note an event of the twin. True if it is the return of a call that says it is durable. */
bool ledger_event(struct ledger *ledger, const struct twin_event *event);

/* Note a boot; the copy is kept. */
void ledger_boot(struct ledger *ledger, const struct ledger_boot *boot);

/* Picoseconds as microseconds, for a person or a report. */
double ledger_us(uint64_t ps);

#endif
