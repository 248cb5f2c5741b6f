/*
 * One frame on a serial memory bus, from the fall of NCS to its rise, and the device at its end.
 *
 * A frame is what a controller sends and a chip sees: phases with a number of lines and a rate,
 * and bytes in the order in which they are on the wire. Neither side knows the other. Whoever owns
 * a byte order that differs from the wire's (Macronix puts D1 before D0 in octal DTR) swaps on its
 * own side, so that a wrong setting on one side shows as wrong bytes.
 */
#ifndef TWIN_CHIP_FRAME_H
#define TWIN_CHIP_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#define FRAME_NEVER_PS UINT64_MAX

/* Lines 0 means that the phase is not there; otherwise 1, 2, 4, 8 or 16. */
struct frame_phase {
    uint8_t lines;
    uint8_t bytes; /* of the instruction, address or alternate bytes; not used for data */
    bool dtr;
};

enum frame_dir { FRAME_NO_DATA, FRAME_READ, FRAME_WRITE };

struct frame {
    struct frame_phase instruction;
    struct frame_phase address;
    struct frame_phase alternate;
    struct frame_phase data;
    uint32_t instruction_value; /* two bytes: the first one sent is the upper one */
    uint32_t address_value;
    uint32_t alternate_value;
    uint8_t dummy_clocks;
    bool dqs;       /* the controller takes data by the chip's strobe (or drives it, writing) */
    bool continues; /* goes on at this address in the same NCS low time as the frame before */
    enum frame_dir dir;
    uint32_t n;         /* bytes of the data phase */
    const uint8_t *out; /* n bytes, FRAME_WRITE */
    uint8_t *in;        /* n bytes to be filled, FRAME_READ */
};

/* What a chip does with a frame, as far as the other end of the wire can tell. */
enum frame_answer {
    FRAME_TAKEN,    /* a write or a command: no chip says whether it obeyed */
    FRAME_DRIVEN,   /* a read: in[] holds what the chip drove */
    FRAME_UNDRIVEN, /* a read: nobody drove data or strobe; in[] holds the floating level */
};

/* What a mapped read of some addresses would get. */
enum frame_window {
    FRAME_WINDOW_PLAIN,    /* the bytes of the array, in their order */
    FRAME_WINDOW_GARBLED,  /* bytes, but not those: wrong dummy clocks or opcode */
    FRAME_WINDOW_UNDRIVEN, /* no data and no strobe */
};

/*
 * A chip as a controller sees it. All functions are there; times never go back.
 *
 * transfer       one frame; now_ps is the rise of NCS for writes and commands, the first data clock
 *                for reads
 * window         what a read frame with this set-up would get in bank; no state changes. The
 *                frame's address is not looked at. Byte order is the wire's: see wire_swaps
 * window_opened  the mapped window was opened on this chip: cells that do not read the same twice
 *                are drawn anew
 * wire_swaps     the chip sends D1 before D0 in octal DTR
 * array          memory behind the chip, of array_bytes; the window's plain content
 * next_event_ps  earliest time at which an answer may change on its own, or FRAME_NEVER_PS
 */
struct frame_device {
    void *ctx;
    enum frame_answer (*transfer)(void *ctx, uint64_t now_ps, struct frame *frame);
    enum frame_window (*window)(void *ctx, uint64_t now_ps, const struct frame *frame,
                                uint32_t bank_index);
    void (*window_opened)(void *ctx, uint64_t now_ps);
    uint64_t (*next_event_ps)(void *ctx);
    uint8_t *array;
    uint32_t array_bytes;
    uint32_t bank_count;
    bool wire_swaps;
};

/* Clocks of a frame without NCS lead, lag and high time: SFDP and RM0477 count them like this. */
uint64_t frame_clocks_before_data(const struct frame *frame);

/* Clocks of n bytes in this phase, rounded up. */
uint64_t frame_clocks_of(const struct frame_phase *phase, uint64_t n);

#endif
