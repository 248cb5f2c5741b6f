/*
 * What other drivers do, to compare with: one lock round a whole operation. Interrupts are masked,
 * the mapped mode is left, the operation is started and polled until its end, the flash is mapped
 * again. Nothing of it is the library's.
 */
#ifndef BENCH_FW_LOCK_H
#define BENCH_FW_LOCK_H

#include <stdint.h>

/* A command as the controller's registers take it. Lies in RAM. */
struct lock_command {
    uint32_t CCR;
    uint32_t TCR;
    uint32_t IR;
    uint32_t AR;          /* sent if CCR has an address */
    const uint32_t *data; /* n bytes to send; NULL with n not 0: n bytes are read */
    uint32_t n;
};

struct lock_operation {
    struct lock_command enable;
    struct lock_command start;
    struct lock_command status;
    uint32_t busy;        /* bit of the first byte of the status */
};

/*
 * Run the operation to its end. RUNS FROM RAM: lock_ram.c is placed by lock.ld.
 *
 * operation  lies in RAM with all that it points to
 * Cost       interrupts are masked as long as the chip is busy
 * Context    thread only
 */
void lock_run(const struct lock_operation *operation);

#endif
