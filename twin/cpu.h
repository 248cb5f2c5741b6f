/*
 * The processor core as the machine sees it: registers, memory map, running, and callbacks. What
 * emulates the instructions is behind this header and can be exchanged.
 *
 * The emulator executes instructions and nothing else: exceptions, interrupts, the private
 * peripheral bus and all time are the machine's.
 *
 * libunicorn exports its inner names, and a program's own function of the same name would take
 * their place. So no name here may be one of its: the check twin_names sees to that.
 */
#ifndef TWIN_CPU_H
#define TWIN_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cpu;

enum cpu_access { CPU_FETCH, CPU_LOAD, CPU_STORE };

/* Why a fault callback was called. */
enum cpu_fault { CPU_NOTHING_THERE, CPU_FORBIDDEN };

/* What the core asks of the machine. */
enum cpu_trap {
    CPU_TRAP_SVC,        /* pc is behind the instruction */
    CPU_TRAP_RETURN,     /* branch to an EXC_RETURN value, in .pc */
    CPU_TRAP_BREAKPOINT,
    CPU_TRAP_UNDEFINED,
    CPU_TRAP_COPROCESSOR
};

/* All functions are there. Those that return bool: true to go on, false to end cpu_run. */
struct cpu_callbacks {
    void *ctx;
    /* A block of n code bytes is about to run. cpu_regs_* and cpu_halt are allowed. */
    void (*block)(void *ctx, uint32_t pc, uint32_t n);
    /* Exact mode only: an instruction is about to run. Nothing but reading is allowed. */
    void (*instruction)(void *ctx, uint32_t pc);
    uint32_t (*mmio_read)(void *ctx, uint32_t addr, uint32_t n);
    void (*mmio_write)(void *ctx, uint32_t addr, uint32_t n, uint32_t value);
    bool (*fault)(void *ctx, enum cpu_access access, enum cpu_fault why, uint32_t addr, uint32_t n,
                  uint32_t value);
    bool (*trap)(void *ctx, enum cpu_trap trap, uint32_t pc);
};

enum cpu_end {
    CPU_END_STOPPED, /* cpu_halt, or a callback said so */
    CPU_END_SLEEP,   /* WFI or WFE; pc is behind it */
    CPU_END_BROKEN   /* the emulator failed; cpu_problem says how */
};

/* NULL, and one line in error, if the emulator is missing or of an unknown version. */
struct cpu *cpu_create(const struct cpu_callbacks *callbacks, char *error, size_t error_bytes);
/* Memory that was mapped is the caller's and stays. NULL is allowed. */
void cpu_destroy(struct cpu *cpu);
/* What failed last, one line; empty if nothing did. Lives in the core. */
const char *cpu_problem(const struct cpu *cpu);

/* Memory that the core reads, writes and executes without asking; addr and n in 4 KB steps. */
struct cpu_memory {
    uint32_t addr;
    uint32_t n;
    uint8_t *host;
    bool can_read;
    bool can_write;
};

/* host is the caller's and outlives the core. False: refused, cpu_problem says why. */
bool cpu_map(struct cpu *cpu, const struct cpu_memory *memory);

/*
 * Accesses from addr on call .mmio_read and .mmio_write, n bytes in 4 KB steps. False: refused, or
 * there are CPU_MMIO_RANGES already.
 */
bool cpu_map_mmio(struct cpu *cpu, uint32_t addr, uint32_t n);

/*
 * Change what may be done with memory that was mapped; takes effect for the next access, inside a
 * callback too. Call cpu_protection_flush once after a number of changes.
 */
bool cpu_protect(struct cpu *cpu, const struct cpu_memory *memory);
/* The core forgets what it looked up, so that a right that was taken away is gone. */
void cpu_protection_flush(struct cpu *cpu);

/* Code in this memory changed behind the core's back. No effect while it cannot be read. */
void cpu_forget_code(struct cpu *cpu, uint32_t addr, uint32_t n);

/* Run from the pc in the registers. */
enum cpu_end cpu_run(struct cpu *cpu);
/* From a callback: cpu_run ends with CPU_END_STOPPED. */
void cpu_halt(struct cpu *cpu);

/* Call .instruction for each instruction: exact, slower. Not inside a callback. */
void cpu_set_exact(struct cpu *cpu, bool exact);

/* The registers of an exception frame, and what decides where it goes. */
struct cpu_regs {
    uint32_t r0, r1, r2, r3, r12, lr, pc, sp;
    uint32_t xpsr;    /* flags, IT and GE bits and T; the exception number is cpu_set_mode's */
    uint32_t control; /* nPRIV, SPSEL, FPCA */
};

/* A copy; the exception number is not in xpsr. */
void cpu_regs_get(struct cpu *cpu, struct cpu_regs *regs);
/* Writes r0 to r3, r12, lr, sp, flags and pc; control is cpu_set_mode's. */
void cpu_regs_set(struct cpu *cpu, const struct cpu_regs *regs);
uint32_t cpu_reg(struct cpu *cpu, uint32_t index); /* r0 to r15 */

struct cpu_float_regs {
    uint32_t s[16];
    uint32_t fpscr;
};

/* S0 to S15 and FPSCR, as an exception frame holds them. */
void cpu_float_get(struct cpu *cpu, struct cpu_float_regs *regs);
/* Writes all of them. */
void cpu_float_set(struct cpu *cpu, const struct cpu_float_regs *regs);

struct cpu_masks {
    uint32_t primask, faultmask, basepri;
};

/* A copy of the three mask registers. */
void cpu_masks_get(struct cpu *cpu, struct cpu_masks *masks);
/* As the return from an exception does. */
void cpu_faultmask_clear(struct cpu *cpu);

/* Exception number and CONTROL at once; the stack pointers swap as they have to. */
void cpu_set_mode(struct cpu *cpu, uint32_t exception, uint32_t control);
/* The process or main stack pointer, in use or not. */
uint32_t cpu_sp_of(struct cpu *cpu, bool process_stack);
/* Sets one of the two; sp follows if it is the one in use. */
void cpu_set_sp_of(struct cpu *cpu, bool process_stack, uint32_t sp);

/* All registers to their reset values. */
void cpu_put_at(struct cpu *cpu, uint32_t pc, uint32_t sp);

/* Registers as a block of bytes, for snapshots. */
size_t cpu_state_bytes(const struct cpu *cpu);
/* to is the caller's, cpu_state_bytes long. Memory and mappings are not in it. */
void cpu_state_save(struct cpu *cpu, void *to);
/* Only what cpu_state_save took from this same core. */
void cpu_state_load(struct cpu *cpu, const void *from);

#endif
