/*
 * The second controller of the board of fake_port.h: it reaches the same chip while the first one
 * has it mapped. The chip's write buffer is filled through it, by ST's read-while-write example:
 * 22DDh with an address begins, 24DBh with address and data goes on, 31CEh programs.
 *
 * It ends the test where the medium does what a board would not survive: an operation that makes a
 * bank busy that is not fenced, more data than goes in one frame, a command by a controller that
 * was not taken.
 */
#ifndef TESTS_SUPPORT_FAKE_SECOND_H
#define TESTS_SUPPORT_FAKE_SECOND_H

#include <stdbool.h>
#include <stdint.h>

struct fake_second {
    bool is_there;
    uint32_t frame_bytes;     /* 16 */
    bool is_taken;
    uint32_t taken;           /* so many times */
    uint32_t refusals;        /* so many takes fail */
    int32_t timeout_in;       /* the n-th command from now times out; -1: none */
    bool timeout_is_late;     /* that command reaches the chip all the same */
    bool reads_other_bytes;   /* of the array: it is on other wires */
    uint32_t masked_cycles;   /* what each command is told to have masked for */
    uint32_t commands;        /* sent by it */
    bool buffer_is_open;      /* the chip's */
};

extern struct fake_second fake_second;

/* After fake_start: a second controller that works. */
void fake_second_start(void);

#endif
