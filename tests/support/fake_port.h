/*
 * A board for tests of the NOR medium: a window of host memory, a clock that counts calls, and a
 * controller behind which a small octal NOR answers. Everything that reaches the wires is recorded.
 *
 * The chip here is written from ST's component driver and Macronix's model, not from the library's
 * row: status WIP bit 0 and WEL bit 1, security PSB bit 2, ESB bit 3, P_FAIL bit 5 and E_FAIL bit
 * 6, each register byte sent twice; suspend B0h and resume 30h.
 */
#ifndef TESTS_SUPPORT_FAKE_PORT_H
#define TESTS_SUPPORT_FAKE_PORT_H

#include "nacre/ctrl.h"
#include "nacre/port.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#define FAKE_SENT_MAX 16384
#define FAKE_CHIP_BYTES 0x08000000u
#define FAKE_CYCLES_PER_US 100u

struct fake_sent {
    uint16_t opcode;
    uint8_t phases;
    uint8_t dummy_clocks;
    uint32_t chip_addr;
    uint16_t n;
    uint8_t data[NACRE_OP_BYTES_MAX];
    uint32_t blackout; /* which one, from 1 */
};

struct fake_blackout {
    uint32_t begin;
    uint32_t end;
    uint32_t fence_bits; /* left in place at its end */
};

struct fake {
    uint8_t *chip;               /* FAKE_CHIP_BYTES, also the window */
    struct fake_sent sent[FAKE_SENT_MAX];
    uint32_t sent_count;
    struct fake_blackout blackouts[FAKE_SENT_MAX];
    uint32_t blackout_count;

    uint32_t now;                /* cycles */
    uint32_t cycles_per_us;      /* the core's clock; FAKE_CYCLES_PER_US at the start */
    uint32_t spun;               /* cycles in nacre_port_wait */
    uint32_t cycles_per_call;    /* what a look at the clock costs */
    uint32_t cycles_per_command;

    bool is_closed;              /* inside a blackout */
    bool is_mapped;
    uint32_t fence_bits;         /* 0: no fence */
    uint32_t fence_addr;
    uint32_t discard_addr;
    uint32_t discard_bytes;

    /* the chip */
    uint8_t status;
    uint8_t security;
    uint8_t id[3];
    const uint8_t *tables;       /* SFDP; null: none */
    uint32_t tables_bytes;
    uint32_t busy_us;            /* length of the next operation */
    uint32_t busy_since;
    uint32_t done_us;            /* of it, before the last suspend */
    uint32_t suspend_us;         /* latency */
    uint32_t run_min_us;         /* from start or resume to suspend; less is no progress */
    uint32_t shortest_run_us;    /* that a suspend came after */
    uint32_t suspend_since;
    bool is_suspending;
    uint8_t suspend_bit;         /* that a suspend of the operation under way will set */
    int32_t ignored_suspends;    /* the next ones are not taken */
    bool ignores_resume;
    uint32_t late_us;            /* from an operation or a resume until it says that it is busy */
    uint32_t late_since;         /* 0: it is not about to */
    bool must_be_idle_when_mapped; /* the code runs from the bank that would be busy */
    uint8_t fail_next;           /* security bits that the next operation ends with */
    bool ignores_write_enable;
    bool ignores_operation;
    bool is_stuck;               /* an operation never ends */
    uint32_t flip_addr;          /* a bit there programs wrong; 0: none */

    /* an interrupt */
    uint32_t interrupt_every_us; /* 0: none */
    uint32_t interrupt_at;       /* the next one, in cycles */
    uint32_t interrupts;         /* served */
    uint32_t longest_latency;    /* in cycles */

    /* other bus masters */
    bool must_ask;               /* before each blackout, once */
    uint32_t asked;              /* and they agreed */
    uint32_t told;               /* that it is over */
    uint32_t refusals;           /* so many times more they say "not now" */

    /* faults of the board */
    enum nacre_err adopt_result;
    enum nacre_err range_result;
    uint32_t CR;                 /* of the controller, as adopted */
    uint32_t mapped_bytes;
    uint32_t image_addr;         /* as the linker says */
    uint32_t image_bytes;
    bool is_in_interrupt;
    enum nacre_err stacks_result;
    bool is_quiet;               /* the other RAM */
    uint32_t quiet_refusals;     /* so many times more another master uses it */
    bool is_disturbed;
    bool has_debugger;
    uint32_t tick_cycles;        /* SysTick's period, from cycle 0 on; 0: it is off */
    const void *hole;            /* this address can be neither read nor written */
    int32_t timeout_in;          /* the n-th command from now times out; -1: none */
    bool timeout_is_late;        /* that command reaches the chip all the same */
    int32_t nonsense_in;         /* the n-th status from now makes no sense; -1: none */
    bool is_deaf;                /* array reads by command give FFh */
    jmp_buf reset;               /* where nacre_port_reset goes, if reset_is_expected */
    bool reset_is_expected;
};

extern struct fake fake;

/* A blank chip with an image of 64 KB at 0, everything in order. */
void fake_start(void);

/* The commands sent since fake_forget, as a string such as "06F9 05FA 12ED". */
const char *fake_opcodes(void);
void fake_forget(void);

#endif
