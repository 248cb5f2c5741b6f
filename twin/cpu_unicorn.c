/*
 * The processor core on Unicorn: building, memory, hooks, running. Registers are in
 * cpu_unicorn_regs.c; no other file knows Unicorn.
 *
 * Invariants:
 * 1. The engine is opened in Thumb mode with the Cortex-M7 model. The mode for M-class cores would
 *    replace the model by another one without double precision.
 * 2. The exception number cannot be written through the interface. It is patched in a saved
 *    context, one word before PRIMASK; the place is found at start and proved by reading it back.
 * 3. There is no hook on stores or loads: one on stores sends all loads the slow way too.
 * 4. While memory is protected its translated code is kept; cpu_forget_code has no effect then.
 *
 * libunicorn is under the GPL, version 2; so is every binary that is linked with this file.
 */
#include "twin/cpu_unicorn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * What was tried: Debian 12's 2.0.1. The layout of a context and what a stop leaves differ later.
 */
#define KNOWN_MAJOR 2u
#define KNOWN_MINOR 0u
#define KNOWN_PATCH 1u

#define DUMMY_ADDR 0xFFFFE000u
#define NO_ADDR 0xFFFFFFFEu

#define EXCP_SWI 2u
#define EXCP_PREFETCH_ABORT 3u
#define EXCP_BKPT 7u
#define EXCP_EXCEPTION_EXIT 8u
#define EXCP_NOCP 17u

static void note_problem(struct cpu *cpu, const char *what, uc_err err)
{
    (void)snprintf(cpu->problem, sizeof cpu->problem, "%s: %s", what, uc_strerror(err));
}

const char *cpu_problem(const struct cpu *cpu)
{
    return cpu->problem;
}

/* ---- stores ---- */

/*
 * The library takes a lock on all pages around each single store, and frees it again: a tree and
 * several pieces of memory a store, half of the run time of store-rich code. There is one thread,
 * so nothing is to be locked. It calls these two through its symbol table, where a program's
 * functions of the same names go first; code that a store overwrites is still found and dropped. In
 * a library that calls its own, only the speed is lost.
 */
void *page_collection_lock_arm(void *uc, uint64_t start, uint64_t end);
void page_collection_unlock_arm(void *pages);

void *page_collection_lock_arm(void *uc, uint64_t start, uint64_t end)
{
    (void)uc;
    (void)start;
    (void)end;
    return NULL;
}

void page_collection_unlock_arm(void *pages)
{
    (void)pages;
}

/* ---- its table of addresses ---- */

/*
 * The library grows its look-up table when it seems full, which it counts wrong where a register's
 * page shares a place with another page: within milliseconds it has 2^20 entries, and dropping
 * them, which each blackout does, takes longer than all else. Only the table is asked for through
 * this function, and half the size is tried where there is no memory: so there is none for more
 * than this. In a library that calls its own, only the speed is lost.
 */
#define TABLE_ENTRIES_MAX 1024u

void *g_try_malloc_n(size_t count, size_t n);

void *g_try_malloc_n(size_t count, size_t n)
{
    return count > TABLE_ENTRIES_MAX ? NULL : calloc(count, n);
}

/* ---- hooks ---- */

static void on_block(uc_engine *uc, uint64_t addr, uint32_t n, void *user)
{
    struct cpu *const cpu = user;
    (void)uc;
    cpu->callbacks.block(cpu->callbacks.ctx, (uint32_t)addr, n);
}

static void on_instruction(uc_engine *uc, uint64_t addr, uint32_t n, void *user)
{
    struct cpu *const cpu = user;
    (void)uc;
    (void)n;
    cpu->callbacks.instruction(cpu->callbacks.ctx, (uint32_t)addr);
}

static uint64_t on_mmio_read(uc_engine *uc, uint64_t offset, unsigned n, void *user)
{
    const struct cpu_mmio_range *const range = user;
    struct cpu *const cpu = range->cpu;
    (void)uc;
    return cpu->callbacks.mmio_read(cpu->callbacks.ctx, range->addr + (uint32_t)offset, n);
}

static void on_mmio_write(uc_engine *uc, uint64_t offset, unsigned n, uint64_t value, void *user)
{
    const struct cpu_mmio_range *const range = user;
    struct cpu *const cpu = range->cpu;
    (void)uc;
    cpu->callbacks.mmio_write(cpu->callbacks.ctx, range->addr + (uint32_t)offset, n,
                              (uint32_t)value);
}

static bool on_fault(uc_engine *uc, uc_mem_type type, uint64_t addr, int n, int64_t value,
                     void *user)
{
    struct cpu *const cpu = user;
    enum cpu_access access = CPU_LOAD;
    enum cpu_fault why = CPU_NOTHING_THERE;
    (void)uc;
    if (type == UC_MEM_FETCH_UNMAPPED || type == UC_MEM_FETCH_PROT) {
        access = CPU_FETCH;
    }
    if (type == UC_MEM_WRITE_UNMAPPED || type == UC_MEM_WRITE_PROT) {
        access = CPU_STORE;
    }
    if (type == UC_MEM_READ_PROT || type == UC_MEM_WRITE_PROT || type == UC_MEM_FETCH_PROT) {
        why = CPU_FORBIDDEN;
    }
    if (cpu->callbacks.fault(cpu->callbacks.ctx, access, why, (uint32_t)addr, (uint32_t)n,
                             (uint32_t)value)) {
        return true;
    }
    cpu->stop_asked = true;
    return false;
}

static enum cpu_trap trap_of(uint32_t number)
{
    switch (number) {
    case EXCP_SWI:
        return CPU_TRAP_SVC;
    case EXCP_EXCEPTION_EXIT:
    case EXCP_PREFETCH_ABORT:
        return CPU_TRAP_RETURN;
    case EXCP_BKPT:
        return CPU_TRAP_BREAKPOINT;
    case EXCP_NOCP:
        return CPU_TRAP_COPROCESSOR;
    default:
        return CPU_TRAP_UNDEFINED;
    }
}

static void on_interrupt(uc_engine *uc, uint32_t number, void *user)
{
    struct cpu *const cpu = user;
    const uint32_t pc = cpu_reg_read(cpu, UC_ARM_REG_PC);
    if (!cpu->callbacks.trap(cpu->callbacks.ctx, trap_of(number), pc)) {
        cpu->stop_asked = true;
        (void)uc_emu_stop(uc);
    }
}

static bool on_invalid(uc_engine *uc, void *user)
{
    struct cpu *const cpu = user;
    (void)uc;
    cpu->invalid = true;
    return true;
}

/* ---- building ---- */

static bool add_hook(struct cpu *cpu, int type, void *function)
{
    uc_hook hook;
    return uc_hook_add(cpu->uc, &hook, type, function, cpu, 1, 0) == UC_ERR_OK;
}

/* A function pointer as the data pointer that the interface wants. */
#define HOOK(function) ((void *)(uintptr_t)(function))

static bool add_hooks(struct cpu *cpu)
{
    return add_hook(cpu, UC_HOOK_BLOCK, HOOK(on_block)) &&
           add_hook(cpu, UC_HOOK_MEM_INVALID, HOOK(on_fault)) &&
           add_hook(cpu, UC_HOOK_INTR, HOOK(on_interrupt)) &&
           add_hook(cpu, UC_HOOK_INSN_INVALID, HOOK(on_invalid));
}

/* Finds the word of PRIMASK in a context, then proves that the exception number is before it. */
static bool find_exception_word(struct cpu *cpu)
{
    uint8_t *const was = malloc(cpu->context_bytes);
    bool found = false;
    if (was == NULL) return false;
    (void)uc_context_save(cpu->uc, cpu->context);
    memcpy(was, cpu->context, cpu->context_bytes);
    cpu_reg_write(cpu, UC_ARM_REG_PRIMASK, 1);
    (void)uc_context_save(cpu->uc, cpu->context);
    for (size_t at = 8; at + 4 <= cpu->context_bytes && !found; at += 4) {
        if (memcmp(was + at, (uint8_t *)cpu->context + at, 4) == 0) continue;
        for (size_t back = 4; back <= 8 && !found; back += 4) {
            uint32_t probe = 21;
            memcpy((uint8_t *)cpu->context + at - back, &probe, 4);
            (void)uc_context_restore(cpu->uc, cpu->context);
            found = (cpu_reg_read(cpu, UC_ARM_REG_IPSR) & 0x1FFu) == 21u;
            cpu->exception_at = at - back;
            memcpy(cpu->context, was, cpu->context_bytes);
        }
    }
    memcpy(cpu->context, was, cpu->context_bytes);
    (void)uc_context_restore(cpu->uc, cpu->context);
    free(was);
    return found;
}

static bool version_is_known(char *error, size_t error_bytes)
{
    const unsigned int version = uc_version(NULL, NULL);
    const unsigned int major = version >> 24;
    const unsigned int minor = version >> 16 & 0xFFu;
    const unsigned int patch = version >> 8 & 0xFFu;
    if (major == KNOWN_MAJOR && minor == KNOWN_MINOR && patch == KNOWN_PATCH) return true;
    (void)snprintf(error, error_bytes,
                   "libunicorn %u.%u.%u was never tried with this twin; it needs %u.%u.%u", major,
                   minor, patch, KNOWN_MAJOR, KNOWN_MINOR, KNOWN_PATCH);
    return false;
}

static bool open_engine(struct cpu *cpu)
{
    if (uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &cpu->uc) != UC_ERR_OK) return false;
    if (uc_ctl_set_cpu_model(cpu->uc, UC_CPU_ARM_CORTEX_M7) != UC_ERR_OK) return false;
    if (uc_context_alloc(cpu->uc, &cpu->context) != UC_ERR_OK) return false;
    cpu->context_bytes = uc_context_size(cpu->uc);
    if (!add_hooks(cpu)) return false;
    /* Mapped writable, or the first flip of its right to write would change nothing. */
    cpu->dummy_is_writable = true;
    return uc_mem_map_ptr(cpu->uc, DUMMY_ADDR, CPU_DUMMY_BYTES, UC_PROT_READ | UC_PROT_WRITE,
                          cpu->dummy) == UC_ERR_OK;
}

struct cpu *cpu_create(const struct cpu_callbacks *callbacks, char *error, size_t error_bytes)
{
    if (!version_is_known(error, error_bytes)) return NULL;
    struct cpu *const cpu = aligned_alloc(4096, (sizeof *cpu + 4095u) / 4096u * 4096u);
    if (cpu == NULL) return NULL;
    memset(cpu, 0, sizeof *cpu);
    cpu->callbacks = *callbacks;
    if (!open_engine(cpu)) {
        (void)snprintf(error, error_bytes, "libunicorn cannot emulate a Cortex-M7");
        cpu_destroy(cpu);
        return NULL;
    }
    if (!find_exception_word(cpu)) {
        (void)snprintf(error, error_bytes, "libunicorn: the exception number was not found");
        cpu_destroy(cpu);
        return NULL;
    }
    return cpu;
}

void cpu_destroy(struct cpu *cpu)
{
    if (cpu == NULL) return;
    if (cpu->context != NULL) (void)uc_context_free(cpu->context);
    if (cpu->uc != NULL) (void)uc_close(cpu->uc);
    free(cpu);
}

/* ---- memory ---- */

static uint32_t permissions_of(const struct cpu_memory *memory)
{
    uint32_t permissions = UC_PROT_NONE;
    if (memory->can_read) permissions |= UC_PROT_READ | UC_PROT_EXEC;
    if (memory->can_write) permissions |= UC_PROT_WRITE;
    return permissions;
}

bool cpu_map(struct cpu *cpu, const struct cpu_memory *memory)
{
    const uc_err err =
        uc_mem_map_ptr(cpu->uc, memory->addr, memory->n, permissions_of(memory), memory->host);
    if (err != UC_ERR_OK) {
        note_problem(cpu, "map memory", err);
        return false;
    }
    return true;
}

bool cpu_map_mmio(struct cpu *cpu, uint32_t addr, uint32_t n)
{
    if (cpu->mmio_count == CPU_MMIO_RANGES) return false;
    struct cpu_mmio_range *const range = &cpu->mmio[cpu->mmio_count++];
    range->cpu = cpu;
    range->addr = addr;
    return uc_mmio_map(cpu->uc, addr, n, on_mmio_read, range, on_mmio_write, range) == UC_ERR_OK;
}

bool cpu_protect(struct cpu *cpu, const struct cpu_memory *memory)
{
    const uc_err err =
        uc_mem_protect(cpu->uc, memory->addr, memory->n, permissions_of(memory));
    if (err != UC_ERR_OK) note_problem(cpu, "protect memory", err);
    return err == UC_ERR_OK;
}

/*
 * The engine keeps what it looked up when only the right to read changes. It drops everything when
 * a region's write protection changes, so a page that nobody uses gets its flipped.
 */
void cpu_protection_flush(struct cpu *cpu)
{
    cpu->dummy_is_writable = !cpu->dummy_is_writable;
    const uint32_t permissions =
        cpu->dummy_is_writable ? UC_PROT_READ | UC_PROT_WRITE : UC_PROT_READ;
    (void)uc_mem_protect(cpu->uc, DUMMY_ADDR, CPU_DUMMY_BYTES, permissions);
}

void cpu_forget_code(struct cpu *cpu, uint32_t addr, uint32_t n)
{
    (void)uc_ctl_remove_cache(cpu->uc, (uint64_t)addr, (uint64_t)addr + n);
}

/* ---- running ---- */

static bool hint_at(struct cpu *cpu, uint32_t pc, uint16_t *hint)
{
    return pc >= 2u && uc_mem_read(cpu->uc, pc - 2u, hint, sizeof *hint) == UC_ERR_OK;
}

/* The engine gave up on an instruction: WFE and YIELD do that too, with the pc behind them. */
static bool handle_invalid(struct cpu *cpu, enum cpu_end *end)
{
    uint16_t hint = 0;
    const uint32_t pc = cpu_reg_read(cpu, UC_ARM_REG_PC);
    cpu->invalid = false;
    if (hint_at(cpu, pc, &hint) && hint == 0xBF20u) {
        *end = CPU_END_SLEEP;
        return false;
    }
    if (hint == 0xBF10u) return true;
    *end = CPU_END_STOPPED;
    return cpu->callbacks.trap(cpu->callbacks.ctx, CPU_TRAP_UNDEFINED, pc);
}

/*
 * Translated code has the hook in it or not: all of it goes. Slow (over 100 ms), so it waits until
 * the core really runs the other way.
 */
static void apply_exact(struct cpu *cpu)
{
    if (cpu->is_exact == cpu->wants_exact) return;
    cpu->is_exact = cpu->wants_exact;
    if (cpu->is_exact) {
        (void)uc_hook_add(cpu->uc, &cpu->exact_hook, UC_HOOK_CODE, HOOK(on_instruction), cpu,
                          (uint64_t)1, (uint64_t)0);
    } else {
        (void)uc_hook_del(cpu->uc, cpu->exact_hook);
    }
    (void)uc_ctl_flush_tlb(cpu->uc);
}

enum cpu_end cpu_run(struct cpu *cpu)
{
    enum cpu_end end = CPU_END_STOPPED;
    apply_exact(cpu);
    for (;;) {
        const uint32_t pc = cpu_reg_read(cpu, UC_ARM_REG_PC);
        cpu->stop_asked = false;
        cpu->invalid = false;
        const uc_err err = uc_emu_start(cpu->uc, pc | 1u, NO_ADDR, 0, 0);
        if (cpu->stop_asked) return CPU_END_STOPPED;
        if (cpu->invalid) {
            if (!handle_invalid(cpu, &end)) return end;
            continue;
        }
        if (err == UC_ERR_OK) return CPU_END_SLEEP;
        note_problem(cpu, "run", err);
        return CPU_END_BROKEN;
    }
}

void cpu_halt(struct cpu *cpu)
{
    cpu->stop_asked = true;
    (void)uc_emu_stop(cpu->uc);
}

void cpu_set_exact(struct cpu *cpu, bool exact)
{
    cpu->wants_exact = exact;
}
