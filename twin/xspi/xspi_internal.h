/*
 * What the files of the XSPI model share and nobody else sees. Register and bit names are CMSIS'
 * (stm32h7s7xx.h) without the prefix.
 *
 * Invariants:
 * 1. BUSY reads 1 in every phase but PHASE_IDLE.
 * 2. struct xspi_state is plain data without pointers: a snapshot copies it.
 * 3. The chip is called with times that never go back.
 */
#ifndef TWIN_XSPI_XSPI_INTERNAL_H
#define TWIN_XSPI_XSPI_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "twin/xspi/xspi.h"
#include "twin/xspi/xspim.h"

#define CR     0x000u
#define DCR1   0x008u
#define DCR2   0x00Cu
#define DCR3   0x010u
#define DCR4   0x014u
#define SR     0x020u
#define FCR    0x024u
#define DLR    0x040u
#define AR     0x048u
#define DR     0x050u
#define PSMKR  0x080u
#define PSMAR  0x088u
#define PIR    0x090u
#define CCR    0x100u
#define TCR    0x108u
#define IR     0x110u
#define ABR    0x120u
#define LPTR   0x130u
#define WPCCR  0x140u
#define WPTCR  0x148u
#define WPIR   0x150u
#define WPABR  0x160u
#define WCCR   0x180u
#define WTCR   0x188u
#define WIR    0x190u
#define WABR   0x1A0u
#define HLCR   0x200u
#define CALFCR 0x210u
#define CALMR  0x218u
#define CALSOR 0x220u
#define CALSIR 0x228u
#define REGISTER_BYTES 0x22Cu

#define CR_EN         0x00000001u
#define CR_ABORT      0x00000002u
#define CR_TCEN       0x00000008u
#define CR_FTHRES_POS 8u
#define CR_FTHRES     0x00003F00u
#define CR_IE_POS     16u
#define CR_APMS       0x00400000u
#define CR_PMM        0x00800000u
#define CR_CSSEL      0x01000000u
#define CR_FMODE      0x30000000u
#define CR_FMODE_POS  28u
#define CR_WRITABLE   0xF1DF3F4Du
#define CR_HELD_BUSY  0xF1C00048u /* FMODE, MSEL, CSSEL, PMM, APMS, DMM, TCEN */
#define DCR1_MTYP_POS 24u
#define SR_TEF  0x01u
#define SR_TCF  0x02u
#define SR_FTF  0x04u
#define SR_SMF  0x08u
#define SR_TOF  0x10u
#define SR_BUSY 0x20u
#define CCR_DQSE 0x20000000u
#define CCR_DMODE 0x07000000u
#define MTYP_MACRONIX 1u

#define FMODE_WRITE 0u
#define FMODE_READ  1u
#define FMODE_POLL  2u
#define FMODE_MAP   3u

#define FIFO_BYTES  64u
#define CHUNK_BYTES 4096u
#define WINDOW_BANKS_MAX 8u

enum xspi_phase {
    PHASE_IDLE,
    PHASE_COMMAND,     /* instruction, address and dummy clocks run; ends at step_ps */
    PHASE_DATA_IN,     /* bytes come in while the FIFO has room */
    PHASE_DATA_OUT,    /* bytes go out while the FIFO has some */
    PHASE_LAST_CLOCKS, /* of a write or command: NCS rises at step_ps and the chip obeys */
    PHASE_DRAIN,       /* read is over, FIFO not empty yet */
    PHASE_POLL_WAIT,   /* between two reads of auto-poll; the next begins at step_ps */
    PHASE_NO_STROBE,   /* waits for DQS that nobody drives; time-out at step_ps */
    PHASE_PORT_WAIT,   /* the other controller never gives the shared port away */
    PHASE_MAPPED,      /* the window was read or written: prefetch */
    PHASE_WEDGED,
};

/* A transfer's set-up, without the pointers of struct frame. */
struct xspi_setup {
    uint32_t ccr;
    uint32_t tcr;
    uint32_t ir;
    uint32_t abr;
    uint32_t address;
};

struct xspi_state {
    uint32_t reg[REGISTER_BYTES / 4u];
    uint32_t flags; /* SR_TEF, SR_TCF, SR_SMF, SR_TOF */
    enum xspi_phase phase;
    uint64_t now_ps;
    uint64_t clock_ps; /* kernel clock */
    uint64_t step_ps;
    uint64_t wire_ps;     /* when the wire is free for the next byte */
    uint64_t high_ps;     /* NCS stays high until here */
    struct xspi_setup setup;
    uint64_t total;       /* bytes of the data phase on the wire */
    uint64_t moved;       /* of them, over */
    uint64_t wanted;      /* bytes that software asked for */
    uint32_t chunk_start; /* wire offset of chunk[0] */
    uint32_t chunk_count;
    uint32_t fifo_level;
    uint32_t fifo_head;
    bool is_calibration_armed;
    bool poll_is_fresh;
    bool is_first_chunk;
    bool is_touched;
    bool was_aborted_mapped;
    bool is_write_open;   /* a mapped write's frame, chunk[] holds it */
    uint32_t poll_value;
    uint64_t seen_ps;     /* last mapped access that was told */
    bool irq;
    uint8_t told[WINDOW_BANKS_MAX];
    bool told_touched;
    uint8_t fifo[FIFO_BYTES];
    uint8_t chunk[CHUNK_BYTES];
};

struct xspi {
    struct xspi_cfg cfg;
    struct xspim *manager;
    struct xspi_state s;
};

static inline uint32_t xspi_get(const struct xspi *xspi, uint32_t offset)
{
    return xspi->s.reg[offset / 4u];
}

static inline uint32_t xspi_fmode(const struct xspi *xspi)
{
    return (xspi_get(xspi, CR) & CR_FMODE) >> CR_FMODE_POS;
}

static inline void xspi_fifo_put(struct xspi_state *s, uint8_t byte)
{
    s->fifo[(s->fifo_head + s->fifo_level++) % FIFO_BYTES] = byte;
}

static inline uint8_t xspi_fifo_get(struct xspi_state *s)
{
    const uint8_t byte = s->fifo[s->fifo_head];
    s->fifo_head = (s->fifo_head + 1u) % FIFO_BYTES;
    s->fifo_level--;
    return byte;
}

/* xspi.c */

/* To the listener, if it wants flags; with the controller's time. */
void xspi_tell_flag(struct xspi *xspi, enum xspi_flag flag, uint32_t value);
/* What the manager connects now. NULL: nothing. */
const struct frame_device *xspi_chip(const struct xspi *xspi);
/* Length of a clock on the bus in ps: kernel clock by DCR2's prescaler. */
uint64_t xspi_clk_ps(const struct xspi *xspi);
/* Tells the listener if the interrupt line moved. After whatever may change SR or CR. */
void xspi_irq_update(struct xspi *xspi);
/* SR as a read shows it. */
uint32_t xspi_sr(const struct xspi *xspi);

/* xspi_frame.c: from registers to a frame. */

/* The frame of this set-up; direction, length and buffers are left to the caller. */
struct frame xspi_frame(const struct xspi_setup *setup);
/* What a byte of the data phase takes on the wire in ps; 0 without a data phase. */
uint64_t xspi_byte_ps(const struct xspi *xspi, const struct frame *frame);
/* Does the controller swap the bytes of a pair? Octal DTR with the Macronix memory type. */
bool xspi_swaps(const struct xspi *xspi, const struct frame *frame);
/* In place; the last byte of an odd n stays. */
void xspi_swap_pairs(uint8_t *bytes, uint32_t n);
/* Does the data phase use 8 lines and both edges? */
bool xspi_is_octal_dtr(const struct frame *frame);

/* xspi_transfer.c: indirect modes and auto-poll. */

/*
 * Start the command that the registers describe. One that cannot be sent sets TEF instead. It
 * waits in PHASE_PORT_WAIT if the other controller never gives the port away.
 */
void xspi_trigger(struct xspi *xspi, uint64_t now_ps);

/*
 * CR.ABORT while BUSY: NCS rises, TCF is set. A write under way is sent as far as it got. No
 * effect in PHASE_WEDGED, nor on a wait for DQS if cfg.abort_ends_strobe_wait is false.
 */
void xspi_abort(struct xspi *xspi);
void xspi_drop(struct xspi *xspi); /* EN off, reset: whatever runs is gone */

/*
 * When a frame may begin, now_ps at the earliest: NCS high time, shared port, hidden calibration.
 * FRAME_NEVER_PS: the port is never free.
 */
uint64_t xspi_start_ps(struct xspi *xspi, uint64_t now_ps);

/* xspi_dr.c */

/* A write to DR; the first one starts the write command. Waits for room, HANG if none will come. */
struct xspi_access xspi_dr_push(struct xspi *xspi, uint32_t value, uint32_t size);
/* A read of DR. Waits for data; HANG if none will come; bytes that no transfer brings read 0. */
struct xspi_access xspi_dr_pop(struct xspi *xspi, uint32_t size);

/* xspi_window.c: mapped mode. */

/* NCS rises: the chip gets the open mapped write. No effect if none is open. */
void xspi_window_end_write(struct xspi *xspi);
/* LPTR ran out: NCS rises, BUSY falls, TOF is set. */
void xspi_window_timeout(struct xspi *xspi);

#endif
