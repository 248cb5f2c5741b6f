/*
 * The XSPI controller of the STM32H7R/7S (registers, FIFO, indirect, auto-poll and mapped modes).
 * It knows no CPU and no clock: every entry is told the time, and answers when the access is over.
 *
 * The owner calls xspi_advance(xspi, now) before nor_advance(chip, now): the controller may have
 * sent frames at earlier times that the chip has to see in their order.
 */
#ifndef TWIN_XSPI_XSPI_H
#define TWIN_XSPI_XSPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "twin/chip/frame.h"

struct xspi;
struct xspim;

enum xspi_outcome {
    XSPI_OK,
    XSPI_BUS_ERROR,
    XSPI_HANG, /* the access never ends: the core stands until a watchdog */
};

struct xspi_access {
    uint32_t value;   /* of a read */
    uint64_t done_ps; /* when the bus access is over; >= now */
    enum xspi_outcome outcome;
};

/* What a mapped read gets in a bank of the chip. */
enum xspi_window {
    XSPI_WINDOW_PLAIN,     /* the bytes of the chip's array */
    XSPI_WINDOW_BUS_ERROR, /* not mapped, not enabled */
    XSPI_WINDOW_HANG,      /* nobody drives the strobe: busy bank, wrong protocol, no chip */
    XSPI_WINDOW_GARBLED,   /* bytes, but not the array's: use xspi_window_read */
};

/* Things that are no error to the controller and that a board would not tell. */
enum xspi_flag {
    XSPI_FLAG_ABORT_IDLE,        /* ABORT with BUSY 0 */
    XSPI_FLAG_WEDGED,            /* BUSY will not fall any more */
    XSPI_FLAG_IGNORED_BUSY,      /* write to a register that BUSY protects; value: offset */
    XSPI_FLAG_FMODE_IGNORED,     /* FMODE changed with BUSY 1 */
    XSPI_FLAG_AR_IGNORED_MAPPED, /* AR written with FMODE 3 */
    XSPI_FLAG_DISABLED_BUSY,     /* EN cleared with BUSY 1 */
    XSPI_FLAG_NO_STROBE,         /* a read waits for DQS that nobody drives */
    XSPI_FLAG_UNDRIVEN,          /* a read without DQS took floating lines */
    XSPI_FLAG_TRANSFER_ERROR,    /* TEF set: past DEVSIZE, or odd in DTR without DQS */
    XSPI_FLAG_DR_STALL,          /* DR access had to wait for the FIFO */
    XSPI_FLAG_DR_EXCESS,         /* DR access that no transfer wants; value dropped or 0 */
    XSPI_FLAG_CALIBRATED,        /* a hidden calibration ran before a transfer */
    XSPI_FLAG_WINDOW_REOPENED,   /* a mapped read between ABORT and FMODE: BUSY is up again */
    XSPI_FLAG_SPLIT_WRITE,       /* NCS rose inside a write: MAXTRAN with a shared port, or abort */
    XSPI_FLAG_ROUTE_CHANGED,     /* XSPIM rewritten with this controller enabled */
    XSPI_FLAG_ACCESS,            /* access without a meaning; value: offset */
    XSPI_FLAG_COUNT,
};

/* A few words for a message; flag < XSPI_FLAG_COUNT. The text is static. */
const char *xspi_flag_name(enum xspi_flag flag);

struct xspi_listener {
    void *ctx;
    /* Something that xspi_window_state or xspi_window_is_touched answers has changed. */
    void (*window_changed)(void *ctx, struct xspi *xspi, uint64_t now_ps);
    void (*flag)(void *ctx, struct xspi *xspi, enum xspi_flag flag, uint64_t now_ps,
                 uint32_t value);
    /* The interrupt line moved. */
    void (*irq)(void *ctx, struct xspi *xspi, bool is_raised);
};

/* xspi_cfg_default gives the values that the facts or reports speak for. */
struct xspi_cfg {
    const char *name;
    uint64_t kernel_clock_ps;     /* 5000: 200 MHz */
    uint64_t access_ps;           /* of one register access on the bus; 40 ns */
    uint64_t calibration_ps;      /* of a hidden calibration; 0 */
    bool calibrates_on_ccr;       /* a CCR write arms it, as a DCR2 write does; true */
    bool abort_idle_wedges;       /* ABORT with BUSY 0 leaves BUSY up for ever; true */
    uint64_t strobe_timeout_ps;   /* a read without strobe ends with TEF after this; 0: never */
    bool abort_ends_strobe_wait;  /* true */
    struct xspi_listener listener;
};

/* As noted at each member; the listener is empty. */
struct xspi_cfg xspi_cfg_default(void);

/* A controller after reset, without manager. cfg is copied, but not its name. NULL: no memory. */
struct xspi *xspi_create(const struct xspi_cfg *cfg);
/* Manager and chip stay. NULL is allowed. */
void xspi_destroy(struct xspi *xspi);
/* Called by xspim_connect. */
void xspi_set_manager(struct xspi *xspi, struct xspim *manager);
/*
 * The pins float and NCS rises, as when the MCU is reset: a command whose last clock is out was
 * sent, a write is as long as it got, what had not got to its data was never heard. No flag.
 */
void xspi_let_go(struct xspi *xspi);
/* RCC reset, or power on: all registers to 0. */
void xspi_reset(struct xspi *xspi, uint64_t now_ps);
/* From now_ps on a kernel clock takes clock_ps. */
void xspi_set_kernel_clock(struct xspi *xspi, uint64_t now_ps, uint64_t clock_ps);

/* Registers. offset from the block's base; size 1, 2 or 4. */
struct xspi_access xspi_reg_read(struct xspi *xspi, uint64_t now_ps, uint32_t offset,
                                 uint32_t size);
/* Only DR takes less than 4 bytes; what has no meaning is told by a flag and changes nothing. */
struct xspi_access xspi_reg_write(struct xspi *xspi, uint64_t now_ps, uint32_t offset,
                                  uint32_t size, uint32_t value);

/* Let time pass: frames reach the chip at their own times. A time that is past changes nothing. */
void xspi_advance(struct xspi *xspi, uint64_t now_ps);
/* When xspi_advance has something to do. FRAME_NEVER_PS: nothing goes on without an access. */
uint64_t xspi_next_event_ps(const struct xspi *xspi);
/* The level of the interrupt line. */
bool xspi_irq_is_raised(const struct xspi *xspi);

/*
 * The window. In a PLAIN bank the owner lets the CPU use the chip's array as memory, except that
 * the first access after it became so goes to xspi_window_touch: BUSY rises with it, and it takes
 * the time of a read that finds nothing prefetched. xspi_window_is_touched says whether that has
 * happened. addr is from the start of the window. Addresses past DEVSIZE are bus errors in any
 * state.
 */
enum xspi_window xspi_window_state(const struct xspi *xspi, uint64_t now_ps, uint32_t bank_index);
/* False also while a mapped write's frame is open. */
bool xspi_window_is_touched(const struct xspi *xspi);
/* HANG or BUS_ERROR where nothing would answer; value is always 0. */
struct xspi_access xspi_window_touch(struct xspi *xspi, uint64_t now_ps, uint32_t addr);
/* One mapped read of 1, 2 or 4 bytes by all the rules; touches too. */
struct xspi_access xspi_window_read(struct xspi *xspi, uint64_t now_ps, uint32_t addr,
                                    uint32_t size);
/*
 * One mapped write of 1, 2 or 4 bytes by WCCR, WTCR and WIR. Writes that follow each other share
 * one frame, which the chip sees when it ends: other address, read, abort, LPTR, EN off.
 */
struct xspi_access xspi_window_write(struct xspi *xspi, uint64_t now_ps, uint32_t addr,
                                     uint32_t size, uint32_t value);
/* Bytes of the window by DCR1.DEVSIZE. */
uint64_t xspi_window_bytes(const struct xspi *xspi);

/* A register as it stands, without any side effect; for reports and tests. */
uint32_t xspi_peek(const struct xspi *xspi, uint32_t offset);
/* The registers as a boot stage left them, mapped and not touched yet; see boot_state.h. */
void xspi_poke(struct xspi *xspi, uint32_t offset, uint32_t value);
/* The route changed, or the chip's answers: tell the owner if the window differs. By xspim. */
void xspi_window_refresh(struct xspi *xspi, uint64_t now_ps);
/* As xspi_window_refresh; if the controller is enabled it is told by a flag, too. */
void xspi_route_changed(struct xspi *xspi, uint64_t now_ps);

/* Snapshots: xspi_state_bytes() bytes, to be loaded into this same controller. */
size_t xspi_state_bytes(void);
/* to belongs to the caller. Configuration and manager are not in it. */
void xspi_save(const struct xspi *xspi, void *to);
/* The listener is told nothing: the owner looks at window and interrupt line itself. */
void xspi_load(struct xspi *xspi, const void *from);

#endif
