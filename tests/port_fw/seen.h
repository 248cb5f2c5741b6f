/*
 * What the application's own handler of a fault finds, for a test to read from the twin's memory.
 */
#ifndef TESTS_PORT_FW_SEEN_H
#define TESTS_PORT_FW_SEEN_H

#include <stdint.h>

struct seen_fault {
    uint32_t saved[8]; /* r4 to r11 */
    uint32_t ipsr;
    uint32_t exc_return;
    uint32_t stack;    /* the frame, as 8 words */
    uint32_t pc;       /* in it */
    uint32_t CFSR;
    uint32_t MMFAR;
    uint32_t VTOR;
    uint32_t MPU_CTRL;
    uint32_t fence;    /* RASR of region 15 */
    uint32_t primask;
    uint32_t basepri;
    uint32_t count;
};

extern struct seen_fault seen_fault;

/* The test stops the twin here. */
void seen_all(void);

#endif
