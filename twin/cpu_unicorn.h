/*
 * What the files that know Unicorn share. Nobody else includes this.
 */
#ifndef TWIN_CPU_UNICORN_H
#define TWIN_CPU_UNICORN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <unicorn/unicorn.h>

#include "twin/cpu.h"

#define CPU_DUMMY_BYTES 4096u
#define CPU_MMIO_RANGES 4u

struct cpu_mmio_range {
    struct cpu *cpu;
    uint32_t addr;
};

struct cpu {
    uc_engine *uc;
    uc_context *context;
    struct cpu_callbacks callbacks;
    size_t context_bytes;
    size_t exception_at; /* offset in the context */
    struct cpu_mmio_range mmio[CPU_MMIO_RANGES];
    uint32_t mmio_count;
    uc_hook exact_hook;
    bool is_exact;
    bool wants_exact;
    bool stop_asked;
    bool invalid;
    bool dummy_is_writable;
    char problem[160];
    uint8_t dummy[CPU_DUMMY_BYTES] __attribute__((aligned(4096)));
};

static inline uint32_t cpu_reg_read(struct cpu *cpu, int id)
{
    uint32_t value = 0;
    (void)uc_reg_read(cpu->uc, id, &value);
    return value;
}

static inline void cpu_reg_write(struct cpu *cpu, int id, uint32_t value)
{
    (void)uc_reg_write(cpu->uc, id, &value);
}

#endif
