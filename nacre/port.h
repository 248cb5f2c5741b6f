/*
 * CONTRACT: what a board gives.
 *
 * The functions in the first part run from flash and may refuse. Those in the second part run from
 * RAM inside a blackout and cannot: whatever could go wrong was checked by the first part.
 */
#ifndef NACRE_PORT_H
#define NACRE_PORT_H

#include "nacre/check.h"
#include "nacre/ctrl.h"
#include "nacre/err.h"

#include <stdbool.h>
#include <stdint.h>

/* What a refusal found: for a log, or for who brings up a board. */
struct nacre_mismatch {
    const char *name;  /* register and field as the manual spells them; NULL: nothing was refused */
    uint32_t found;
    uint32_t expected; /* in the bits of mask */
    uint32_t mask;
};

#define NACRE_LIVE_VECTORS_MAX 512u /* no NVIC has more */

/*
 * A handler that goes on in a blackout. It and all that it calls, reads and writes lie outside the
 * flash, and it calls nothing of this library. Where it reads the flash all the same, the fence
 * ends it in a fault.
 */
struct nacre_live_handler {
    void (*run)(void);
    uint32_t exception;  /* as in the vector table: 15 is SysTick, 16 + n is interrupt n */
    uint32_t longest_us; /* of one run, entry and exit included: 1 or more */
    uint32_t period_us;  /* between the starts of two runs, the shortest */
};

/*
 * Interrupts that stay live: those whose priority is numerically below one that is given. Only
 * BASEPRI masks the others then, and it is only ever raised, never below what the application has
 * itself. Where the application calls with PRIMASK set nothing is live.
 */
struct nacre_live {
    const struct nacre_live_handler *handlers; /* null: none, every interrupt waits */
    uint32_t handler_count;
    uint32_t priority;       /* as NVIC_SetPriority counts: 1 to the lowest that there is */
    void (**vectors)(void);  /* the table of the blackout, in RAM, filled by nacre_port_adopt and
                                in use as long as the port is: aligned to a power of two that is
                                not less than its size */
    uint32_t vector_count;   /* 16 and one for each interrupt that the NVIC can have */
};

struct nacre_port_cfg {
    uint32_t core_mhz;     /* the fastest clock that the core will have, 1 to 1000 */
    uint32_t mpu_region;   /* given to the fence; the highest-numbered one, it must win */
    bool make_read_only;   /* true: MPU regions that let the core write to the flash window are
                              made read-only; false: they are refused */
    struct nacre_live live;
    bool quiet_ram;        /* true: the RAM behind the other controller (PSRAM) is not accessed
                              while the flash programs or erases, which then happens in blackouts
                              alone: in slices or whole. For each of them that RAM's lines are
                              written back, its window is fenced, and its controller made idle;
                              other masters of it are the hooks' affair. Nothing stays live. Against
                              a report that erasing the one upsets reads of the other */
    uint32_t ram_region;   /* quiet_ram: MPU region of that fence, which must win there */
};

/* A power-of-two part of the window that must not be read. bits 0: none. */
struct nacre_fence {
    uint32_t chip_addr; /* a multiple of 1 << bits */
    uint32_t bits;      /* 5 to 31 */
};

/* A second controller on the chip's wires, see nacre_port_second_adopt. */
struct nacre_second {
    struct nacre_ctrl ctrl;     /* by its own registers; its frames are the mapped controller's */
    uint32_t CCR;               /* as found, to be given back */
    uint32_t TCR;
    uint32_t IR;
    uint32_t frame_bytes;       /* data of one frame that nothing splits; 0: it was not adopted */
    uint32_t masked_cycles;     /* the longest that interrupts were masked for it */
};

/* The board as adopted. Lies in RAM and outlives every call that got it. */
struct nacre_port {
    struct nacre_ctrl ctrl;
    const uint8_t *window;      /* where chip address 0 is mapped */
    uint32_t window_bits;       /* the window is 1 << window_bits bytes */
    uint32_t mapped_bytes;      /* of the window, what the controller maps */
    uint32_t image_addr;        /* chip range of the running image, as it was linked; */
    uint32_t image_bytes;       /* 0: not in the window, or the linker script does not say */
    uint32_t mpu_region;
    uint32_t cycles_per_us;
    uint32_t vtor;              /* of a blackout */
    uint32_t live_basepri;      /* what masks in a blackout; 0: PRIMASK does */
    bool has_tick;              /* SysTick interrupts, at the core's clock */
    bool is_ram_quiet;
    uint32_t ram_region;
    uint32_t quiet_primask;     /* between nacre_port_quiet_begin and its end */
    uint32_t quiet_at;
    uint32_t saved_primask;     /* inside a blackout */
    uint32_t saved_basepri;
    uint32_t saved_vtor;
    uint32_t saved_mpu_ctrl;
    uint32_t saved_mpu_rnr;
    struct nacre_second second;
    struct nacre_mismatch mismatch;
};

/* ---- from flash, interrupts on ---- */

/*
 * Take over the controller, the cycle counter and the MPU region as they are. Registers are read,
 * not written, but for the cycle counter and, if asked for, the MPU's read-only bits.
 *
 * port      filled; port->mismatch says what was refused
 * form      how the chip takes commands; not kept
 * Returns   NACRE_OK
 *           NACRE_BAD_ARGUMENT      cfg makes no sense
 *           NACRE_NOT_IN_RAM        the code of the blackout is not as it was linked, or the MPU
 *                                   keeps it from running (told in port->mismatch)
 *           NACRE_CTRL_STATE        the controller is not as a boot leaves it for a chip of this
 *                                   form
 *           NACRE_MPU_REGION_USED   the fence's region is enabled by somebody else, or not there
 *           NACRE_FLASH_WRITABLE    the core may write to the window (or the MPU is off)
 *           NACRE_CLOCK             the cycle counter does not run
 *           NACRE_LIVE_PRIORITY     cfg->live.priority does not exist, or shares its group with
 *                                   more urgent ones
 *           NACRE_LIVE_VECTORS      the table is not in RAM, not aligned, or too small
 *           NACRE_LIVE_HANDLER      a handler is in flash or cannot run, is none of an interrupt
 *                                   that can be live, or is given twice; or an interrupt is enabled
 *                                   that would be live without one. Each told in port->mismatch
 *           NACRE_QUIET_RAM         cfg->quiet_ram with live interrupts, or with port or the
 *                                   blackout's code in that RAM; told in port->mismatch
 * Context   thread only; priorities are set before, and stay as they are
 */
NACRE_MUST_CHECK enum nacre_err nacre_port_adopt(struct nacre_port *port,
                                                 const struct nacre_port_cfg *cfg,
                                                 const struct nacre_form *form);

/*
 * May this range of the chip be programmed by commands? Not where the bus path encrypts it: what
 * commands write there reads back as something else.
 *
 * Returns  NACRE_OK; NACRE_CTRL_STATE, told in port->mismatch
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_port_range_check(struct nacre_port *port, uint32_t chip_addr,
                                                       uint32_t n);

/* Is this an interrupt or fault handler? */
bool nacre_port_in_interrupt(void);

/* Does [buf, buf + n) lie in memory that the core can read, or write? */
bool nacre_port_is_readable(const void *buf, uint32_t n);
/* The same for memory that the core can write, which the flash is not. */
bool nacre_port_is_writable(const void *buf, uint32_t n);

#define NACRE_STACK_BYTES 512u /* what a blackout may push: its calls, and one exception's frame
                                  with floating point. Live handlers take more */

/*
 * Can this thread go into a blackout? The core writes to the stacks in it: to the one in use, to
 * the main one in a handler, and where a lazy save of the floating point registers is owed (FPCAR,
 * if FPCCR LSPACT). Each must be memory, with NACRE_STACK_BYTES below the pointer, and not behind a
 * controller that does not map it.
 *
 * Returns  NACRE_OK; NACRE_STACK, told in port->mismatch
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_port_check_stacks(struct nacre_port *port);

/*
 * Is a debugger attached that can halt the core (DHCSR C_DEBUGEN)? It may read the flash at any
 * time, past the fence, and stop the core in the middle of a blackout.
 */
bool nacre_port_has_debugger(void);

/*
 * Ticks of SysTick that were lost: while interrupts were masked for so many cycles, from that value
 * of the cycle counter on, it asked more than once, and is served once. Only where it counts the
 * core's clock and interrupts, as it did when the port was adopted; else 0.
 *
 * Context  thread only; less than 2^32 cycles after
 */
uint32_t nacre_port_ticks_lost(const struct nacre_port *port, uint32_t from, uint32_t cycles);

#define NACRE_QUIET_US 60u /* what keeping the RAM quiet adds to a blackout; unmeasured */

/*
 * Where is_ram_quiet: from here to the end nothing of the core reaches the RAM behind the other
 * controller, not even from a cache; that controller is idle. Interrupts are masked.
 *
 * Returns  NACRE_OK: nacre_port_quiet_end is called next to the blackout
 *          NACRE_NOT_NOW  another master uses that RAM: unchanged
 * Context  thread only, outside a blackout
 */
NACRE_MUST_CHECK enum nacre_err nacre_port_quiet_begin(struct nacre_port *port);

/*
 * Give it back.
 *
 * masked_cycles  so long interrupts were masked
 * Returns        false: another master has used that RAM meanwhile
 */
bool nacre_port_quiet_end(struct nacre_port *port, uint32_t *masked_cycles);

/* The cycle counter from flash; wraps. */
uint32_t nacre_port_now(void);

/* Let time pass until the cycle counter is wait cycles beyond from. Interrupts go on. */
void nacre_port_wait(uint32_t from, uint32_t wait);

/* ---- from flash: a second controller, which needs no blackout ---- */

/*
 * Is there a second controller on the wires of the chip, fit to send commands while the first one
 * has it mapped? Registers are read, not written.
 *
 * port             adopted; port->second filled
 * frame_bytes_min  of data that must get through in one frame
 * Returns          NACRE_OK; NACRE_CTRL_STATE: no, and port->mismatch says why not
 * Context          thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_port_second_adopt(struct nacre_port *port,
                                                        uint32_t frame_bytes_min);

/*
 * Make it ready for commands.
 *
 * port     with a second controller; nobody else uses that until nacre_port_second_give
 * Returns  NACRE_OK; NACRE_TIMEOUT: it does not let go of what it does, and cannot be used
 * Context  thread only
 */
enum nacre_err nacre_port_second_take(struct nacre_port *port);

/*
 * Give it back: its registers as nacre_port_second_adopt found them.
 *
 * port     taken, and idle: no command of it is under way
 * Context  thread only
 */
void nacre_port_second_give(struct nacre_port *port);

/*
 * Send one command by it while the flash stays mapped, and wait for its end on the bus. The check
 * in op is not looked at.
 *
 * op       of at most port->second.frame_bytes; lies in RAM, as its data
 * Cost     interrupts are masked for the command, unless it reads; told in second.masked_cycles
 * Returns  NACRE_OK; NACRE_TIMEOUT: it did not end, although no handler ran meanwhile
 * Context  thread only, between take and give
 */
NACRE_MUST_CHECK enum nacre_err nacre_port_second_send(struct nacre_port *port,
                                                       const struct nacre_op *op);

/*
 * Move the fence to a part of the window that nothing runs from, or take it away, as
 * nacre_port_fence does in a blackout.
 *
 * fence    NULL: nothing is fenced
 * Context  thread only
 */
void nacre_port_second_fence(struct nacre_port *port, const struct nacre_fence *fence);

/* ---- from RAM, in a blackout ---- */

/* The cycle counter; wraps. */
uint32_t nacre_port_cycles(void);

/*
 * Would a handler run now, were it not for the blackout? Interrupts that the caller itself holds
 * off by their priority do not count, nor do those that are not enabled, nor those that are live.
 */
bool nacre_port_interrupt_waits(const struct nacre_port *port);

/*
 * Mask interrupts, take the vectors to RAM, fence the whole window, and wait until all of it is in
 * force. Nothing reads the flash from here on. Live handlers may run when it returns, at any
 * instruction; until then they wait.
 */
void nacre_port_close(struct nacre_port *port);

/*
 * Move the fence to a part of the window, or take it away.
 *
 * fence  NULL: nothing is fenced
 */
void nacre_port_fence(const struct nacre_port *port, const struct nacre_fence *fence);

/*
 * Discard the cache lines that hold [chip_addr, chip_addr + n): what they hold is older than the
 * flash. Never cleans. The range is not fenced.
 */
void nacre_port_discard(const struct nacre_port *port, uint32_t chip_addr, uint32_t n);

/* Give back vectors and interrupts as nacre_port_close found them. */
void nacre_port_release(const struct nacre_port *port);

/* Reset the whole system. */
_Noreturn void nacre_port_reset(void);

/*
 * Given by the blackout, called by the port's RAM handler of a fault inside it. There is no way
 * back into the blackout. If the flash answers it is mapped again, only what may be busy stays
 * fenced, vectors and masks are the application's, and this returns: its own handler is next. Else
 * the dead end is taken.
 *
 * Context  RAM, in the fault's handler
 */
void nacre_blackout_fault(void);

/*
 * The dead end: the flash is reset, so that the boot finds it as after power-on, then the system.
 * For what the port's RAM vectors must not see at all.
 *
 * Cut      as a cut of the operation under way, if there is one
 * Context  RAM, any handler
 */
_Noreturn void nacre_blackout_dead_end(void);

#endif
