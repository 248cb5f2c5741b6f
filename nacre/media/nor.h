/*
 * A medium on the NOR flash that the processor executes from.
 *
 * A region of the chip is programmed and erased while the image goes on running. In another bank
 * than the image's, the flash cannot be read for a few microseconds at a time. In the same bank, or
 * on a chip that has only one, an operation is cut into slices of half a millisecond or so, and
 * handlers run between them. What each way promises is in docs/blackout.md.
 *
 * struct nacre_nor is the caller's. It lies in RAM, is filled by nacre_nor_open, and must not be
 * moved or copied afterwards.
 */
#ifndef NACRE_MEDIA_NOR_H
#define NACRE_MEDIA_NOR_H

#include "nacre/blackout/blackout.h"
#include "nacre/check.h"
#include "nacre/chips/chip.h"
#include "nacre/err.h"
#include "nacre/medium.h"
#include "nacre/port.h"

#include <stdbool.h>
#include <stdint.h>

#define NACRE_NOR_PIECE_BYTES NACRE_OP_BYTES_MAX /* sent in one blackout */
#define NACRE_NOR_BUDGET_US_MIN 5u               /* what read while write keeps to */

/* How an operation gets through while the code runs from the chip that it keeps busy. */
enum nacre_way {
    NACRE_WAY_AUTO = 0,         /* in another bank than the image two controllers, if the board is
                                   set up for it, or read while write; else slices */
    NACRE_WAY_READ_WHILE_WRITE, /* refused in a bank of the image */
    NACRE_WAY_SLICED,           /* suspended and resumed; refused if the chip cannot */
    NACRE_WAY_WHOLE,            /* one blackout from start to end, up to the row's longest erase:
                                   for chips that cannot suspend, and only if asked for */
    NACRE_WAY_TWO_CONTROLLERS,  /* no blackout, but for the first operation, which is the trial of
                                   read while write; refused in a bank of the image, and where
                                   the second controller is not set up for the chip */
};
#define NACRE_WAY_COUNT 5u

/*
 * Other bus masters that read the flash: display, graphics and DMA controllers, which no mask
 * stops. Called with interrupts on, from the thread that writes; they call nothing of this store.
 */
struct nacre_nor_hooks {
    /* The flash is about to be out of reach for budget_us at most. False: not now, ask again. */
    bool (*before)(void *context);
    /* It can be read again. Called once for each true. */
    void (*after)(void *context);
    void *context;
};

/*
 * The system around the medium: an RTOS, a sleep manager. Both are called from the thread that
 * called the library, with interrupts on and never from a blackout.
 */
struct nacre_nor_os {
    /*
     * The medium has nothing to do for us microseconds: let other threads run. Once for each wait;
     * what is left of it when this returns is spun, so it may return early or at once. What comes
     * too late makes the operation take that much longer, and nothing else: a suspended erase goes
     * on later. Other threads may call the library meanwhile if lock is given. Where the core
     * sleeps in it, give a tick, else the time is waited again.
     */
    void (*wait)(void *context, uint32_t us);
    /*
     * True: an operation is about to start, keep out of modes in which clocks stop or memories
     * lose their bytes until told false. Once for each operation, then once the other. A sleep from
     * which any interrupt wakes is allowed throughout.
     */
    void (*stay_awake)(void *context, bool is_busy);
    void *context;
};

/*
 * Callbacks that let one thread at a time in: a mutex, where one thread saves and another one uses
 * the rest of the chip. Each call takes it once, long ones (see nor_rest.h) once a piece. A thread
 * that saves holds the store's lock, too, and takes that first. Hooks are called with it held.
 */
struct nacre_nor_lock {
    void (*lock)(void *context);
    void (*unlock)(void *context);
    void *context;
};

/* A watchdog, fed as data while the flash is out of reach and no handler can. */
struct nacre_nor_feed {
    volatile uint32_t *reg; /* its register, outside the flash; null: none */
    uint32_t word;          /* what feeds it */
    uint32_t every_us;
    uint32_t count_max;     /* feeds of one operation: a chip that never ends must end in a reset */
};

struct nacre_nor;

struct nacre_nor_cfg {
    const struct nacre_chip *chip;
    struct nacre_port_cfg port;
    uint32_t region_addr;  /* chip address, a multiple of the chip's unit */
    uint32_t region_bytes; /* a multiple of the chip's unit */
    uint32_t image_addr;   /* chip range that is executed and read while the region is written: */
    uint32_t image_bytes;  /* its banks stay readable. Give whole banks to be free inside them */
    enum nacre_way way;
    uint32_t budget_us;    /* longest time that the flash may be out of reach. Read while write,
                              and the trial of two controllers: up
                              to 10, no millisecond is dark for longer than 20 us as long as it is
                              kept. Slices: the longer, the fewer, if no interrupt waits */
    uint32_t latency_us;   /* longest time that an interrupt may have to wait; 0: not checked */
    bool refuse_debugger;  /* true: no call while a debugger is attached that can halt the core or
                              read the flash in a blackout; false: only noted in the statistics */
    uint32_t app_percent;  /* slices: of the time, the application's share. 1 to 99; 0: 50 */
    struct nacre_nor_feed feed;
    const struct nacre_nor_hooks *hooks; /* may be null; outlives nor */
    uint32_t not_now_us;   /* how long the hooks may refuse; 0: not at all */
    const struct nacre_nor_lock *lock; /* null: calls come from one thread; outlives nor */
    const struct nacre_nor_os *os; /* may be null: waits are spun; outlives nor */
    const volatile uint32_t *tick; /* may be null: a counter that goes on while the core sleeps and
                              its cycle counter stops. No bound rests on it, but after a sleep
                              less is waited for */
    uint32_t tick_us;      /* of one step of it */
    /* nacre_tables_check of nor_tables.h; null: the row is not compared with the chip's tables */
    enum nacre_err (*check_tables)(struct nacre_nor *nor, const struct nacre_nor_cfg *cfg);
    uint8_t *tables;       /* RAM for them; not used after the call */
    uint32_t tables_bytes; /* a multiple of 4, at most NACRE_SFDP_BYTES_MAX */
};

/* A point in time, by both clocks. */
struct nacre_moment {
    uint32_t cycles;
    uint32_t ticks;
};

enum nacre_nor_state {
    NACRE_NOR_CLOSED = 0,
    NACRE_NOR_IDLE,        /* nothing under way, the region can be read */
    NACRE_NOR_PROGRAMS,    /* a program is under way or its result untold */
    NACRE_NOR_ERASES,      /* an erase is under way or its result untold */
};

/* Who is told the result of an erase that is under way. */
enum nacre_nor_owner {
    NACRE_NOR_STORE = 0,   /* the medium's calls */
    NACRE_NOR_REST,        /* those of nor_rest.h */
    NACRE_NOR_NOBODY,      /* it was told already that it lasts too long */
};

/* A range of the rest of the chip that is erased unit by unit: see nor_rest.h. */
struct nacre_nor_range {
    uint32_t at;           /* chip addresses: the next unit, or the one at work */
    uint32_t end;
    bool is_under_way;     /* units are left */
    bool is_untold;        /* it has ended with result, and nobody has asked yet */
    enum nacre_err result;
    struct nacre_moment free_at; /* the last unit ended, or it was asked for */
};

/* Can the image be read while another bank is busy? The first such operation is the trial. */
enum nacre_trust {
    NACRE_TRUST_UNTRIED = 0,
    NACRE_TRUST_SHOWN,     /* it was, and the operation ended well */
    NACRE_TRUST_BROKEN,    /* it was not: slices from then on, or NACRE_NO_WAY */
};

struct nacre_way_stats {
    uint32_t blackouts;
    uint32_t longest_cycles;
    uint32_t longest_masked_cycles;
    uint64_t dark_cycles;
};

/* Since nacre_nor_open. Times in core cycles; cycles_per_us is in the port. */
struct nacre_nor_stats {
    uint32_t blackouts;
    uint32_t longest_cycles;  /* of one blackout */
    uint32_t longest_masked_cycles; /* by this much an interrupt was late at most */
    uint32_t over_budget;     /* blackouts longer than budget_us */
    uint64_t dark_cycles;     /* in all */
    uint32_t programs;        /* commands sent */
    uint32_t programmed_bytes;
    uint32_t erases;
    uint32_t last_save_dark_cycles; /* of the last program or erase that ended */
    uint32_t bound_us;        /* by no more than this may an interrupt be late */
    uint32_t slices;          /* those that ended an operation included */
    uint32_t late_suspends;   /* the chip took longer than its row says, or did not suspend */
    enum nacre_trust trust;   /* in read while write */
    uint32_t not_now;         /* refusals by the hooks */
    uint32_t ticks_lost;      /* by SysTick, which asked more than once in a blackout: to be added
                                 to what its handler counts. 0 where it has another clock */
    bool had_debugger;        /* attached at a call */
    uint32_t disturbed;       /* quiet_ram: blackouts in which another master used that RAM */
    struct nacre_way_stats way[NACRE_WAY_COUNT]; /* by way; at 0 what open asked the chip */
};

/*
 * Invariants
 *   1. the fence stands (on the bank of op_addr, or with slices on its unit) exactly while state is
 *      PROGRAMS or ERASES and has_ended is false.
 *   2. erase_result is told once, and to the store alone: NACRE_BUSY while there is none to tell.
 *      erasing.result is told once, and to the caller of nor_rest.h alone.
 *   3. no blackout starts before the rest after the last one has passed.
 */
struct nacre_nor {
    struct nacre_medium medium; /* first: a pointer to it is a pointer to this */
    struct nacre_blackout blackout;
    struct nacre_job job;
    const struct nacre_chip *chip;
    uint32_t region_addr;
    uint32_t budget_us;
    enum nacre_way way;         /* of the image's banks; elsewhere read while write, if is_auto */
    bool is_auto;
    bool has_second;            /* controller, which takes over from read while write */
    uint32_t run_addr;          /* the image */
    uint32_t run_bytes;
    uint32_t app_percent;
    uint32_t live_us;           /* see nor_live.h */
    uint32_t quiet_us;          /* what keeping the other RAM quiet takes of each blackout */
    bool refuses_debugger;
    const struct nacre_nor_hooks *hooks;
    uint32_t not_now_us;
    const struct nacre_nor_os *os;
    bool is_awake;              /* os was told to stay awake */
    bool is_quiet;              /* nothing is started until nacre_nor_resume */

    enum nacre_nor_state state;
    bool is_entered;            /* a call is under way */
    uint32_t op_addr;           /* chip range of the operation under way */
    uint32_t op_bytes;
    enum nacre_way op_way;
    bool has_ended;             /* sliced: it ended inside a blackout, nobody has asked yet */
    bool is_in_doubt;           /* sliced: running, suspended or ended */
    bool is_trial;              /* the image was read while this one was under way */
    bool ignores_suspend;
    bool has_failed;            /* the chip's fail bits are set, and stay until they are cleared */
    bool has_no_way;            /* the trial failed, and slices are too long */
    uint32_t slices_max;        /* of the operation */
    uint32_t slices_left;
    uint32_t feeds_max;
    struct nacre_moment op_started;
    uint32_t op_dark_cycles;
    struct nacre_moment poll_at; /* of the last poll, or of the start */
    uint32_t poll_wait_us;      /* from poll_at until the next one */
    struct nacre_moment dark_at; /* of the last blackout's end */
    uint32_t dark_rest_us;      /* from dark_at until the next may start */
    const volatile uint32_t *tick;
    uint32_t tick_us;
    bool is_refused;            /* the hooks said "not now", since then */
    struct nacre_moment refused_at;
    enum nacre_err erase_result; /* of an erase of the store that something else waited out */
    const struct nacre_nor_lock *lock;
    enum nacre_nor_owner owner; /* of the erase under way */
    struct nacre_nor_range erasing; /* the rest of the chip */
    struct nacre_moment store_at; /* the store's last program or erase */

    uint32_t piece[NACRE_NOR_PIECE_BYTES / 4u]; /* data on its way to the chip */
    uint32_t answer[NACRE_JOB_OPS_MAX][2];      /* what the commands of a job read */
    struct nacre_slice slice;
    uint32_t slice_answer[2];   /* status, security */
    struct nacre_nor_stats stats;
};

/*
 * Adopt what the boot left, check the chip, and make a medium of the region.
 *
 * nor      filled; nor->medium is what a store is mounted on. nor->blackout.port.mismatch says
 *          what was refused where the error says so
 * cfg      not kept
 * Cost     one blackout; writes nothing to the chip. After a reset of the MCU alone, with the chip
 *          at work: one each millisecond until it has ended; slices, or one blackout of all
 *          that is left where the budget has no room for them, if it is suspended
 * Returns  NACRE_OK
 *          NACRE_NO_REGION            region_bytes is 0
 *          NACRE_REGION_UNALIGNED     region_addr or region_bytes is no multiple of the unit
 *          NACRE_REGION_OUTSIDE       it ends beyond the chip, or beyond the part of it that has
 *                                     units of that size
 *          NACRE_REGION_LAST_BYTES    it holds the chip's last bytes, which some controllers
 *                                     cannot read
 *          NACRE_REGION_IN_IMAGE      it overlaps the image
 *          NACRE_IMAGE_LARGER         the image as it was linked goes beyond image_addr and
 *                                     image_bytes: mismatch says what they must be
 *          NACRE_REGION_IN_RUN_BANK   a bank of the image would be busy, and slices were not to be
 *                                     used, or the chip cannot suspend
 *          NACRE_OUT_OF_LIMITS        budget_us or latency_us is less than this chip and way can
 *                                     keep: mismatch says what was found and what is expected
 *          NACRE_CTRL_STATE, NACRE_MPU_REGION_USED, NACRE_FLASH_WRITABLE, NACRE_NOT_IN_RAM,
 *          NACRE_CLOCK                the board, see nacre_port_adopt
 *          NACRE_LIVE_PRIORITY, NACRE_LIVE_VECTORS, NACRE_LIVE_HANDLER  cfg->port.live, the same
 *          NACRE_LIVE_TIME            its handlers would take all of the time
 *          NACRE_QUIET_RAM            cfg->port.quiet_ram with a way that works beside the image,
 *                                     or as nacre_port_adopt says
 *          NACRE_STACK, NACRE_DEBUGGER  see nacre_port_check_stacks, refuse_debugger; every call of
 *                                     the medium answers so, too, and leaves all unchanged
 *          NACRE_CHIP_UNKNOWN         the chip's id is not the row's
 *          NACRE_CHIP_TABLES          the chip's tables contradict its row: mismatch says in what,
 *                                     found is the row's number, expected the tables'
 *          NACRE_CHIP_SUSPENDED       the chip stays busy or suspended in an operation that was
 *                                     begun before a reset: longer than its row's longest
 *          NACRE_CHIP_REFUSED, NACRE_TIMEOUT  the chip's status makes no sense
 *          NACRE_NOT_NOW              the hooks did not let go of the flash in time
 *          NACRE_FROM_INTERRUPT, NACRE_BAD_ARGUMENT; the latter also for a row that asks for more
 *                                     than the medium's commands can do
 *          After any error nor is closed, and the board is as it was, but that the cycle counter
 *          may run and MPU regions may have become read-only.
 * Cut      changes nothing
 * Context  thread only, privileged
 */
NACRE_MUST_CHECK enum nacre_err nacre_nor_open(struct nacre_nor *nor,
                                               const struct nacre_nor_cfg *cfg);

/*
 * Wait until nothing is under way, and close: before a reset, a jump or a sleep that stops clocks.
 * A sliced operation is brought to its end, so nothing is left suspended. Units of a longer erase
 * that were not begun are forgotten.
 *
 * Returns  NACRE_OK; what the operation that was under way ended with: closed all the same, but
 *          NACRE_TIMEOUT, NACRE_NOT_NOW: the chip stays busy (or suspended) and fenced, nor stays
 *          open
 *          NACRE_NOT_MOUNTED  nor was not open
 * Context  thread only
 */
enum nacre_err nacre_nor_close(struct nacre_nor *nor);

/*
 * What nor has measured since it was opened.
 *
 * Returns  NACRE_OK; NACRE_BAD_ARGUMENT; NACRE_NOT_MOUNTED: nor is not open
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_nor_stats(const struct nacre_nor *nor,
                                                struct nacre_nor_stats *stats);

#endif
