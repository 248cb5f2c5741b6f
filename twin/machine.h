/*
 * The inside of a twin: what its parts share. Not for anybody outside twin/.
 *
 * struct board is plain data without pointers: all state of the machine that the core, the memories
 * and the models in chip/ and xspi/ do not hold themselves. A snapshot copies it.
 *
 * Invariants:
 * 1. Time never goes back within a run; devices are told of events in the order of their times.
 * 2. Exceptions are entered at the start of a block only, never inside one: the emulator's IT state
 *    is not to be had there.
 * 3. Nothing that decides a run comes from outside struct board, the models and the core's state.
 */
#ifndef TWIN_MACHINE_H
#define TWIN_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "twin/chip/nor.h"
#include "twin/chip/psram.h"
#include "twin/clock.h"
#include "twin/cpu.h"
#include "twin/nvic.h"
#include "twin/pages.h"
#include "twin/periph.h"
#include "twin/symbols.h"
#include "twin/twin.h"
#include "twin/xspi/boot_state.h"
#include "twin/xspi/xspi.h"
#include "twin/xspi/xspim.h"

#define PAGE_BYTES 4096u
#define FLASH_WINDOW 0x70000000u
#define PSRAM_WINDOW 0x90000000u
#define BANK_COUNT 4u
#define PSRAM_PAGES (PSRAM_APS256_BYTES / PAGE_BYTES)
#define MPU_REGIONS 16u
#define WINDOW_PIECES 24u
#define DARK_RING 512u
#define WATCH_MAX 8u
#define CALL_DEPTH 16u
#define CALL_BUCKETS 64u
#define BLOCK_COUNTS 4096u

/* Memories that the machine itself holds, in one piece of host memory. */
enum memory_id {
    MEMORY_ITCM,
    MEMORY_DTCM,
    MEMORY_AXI,
    MEMORY_AHB,
    MEMORY_BACKUP,
    MEMORY_FLASH, /* internal */
    MEMORY_OTP,
    MEMORY_COUNT
};

struct memory {
    uint32_t addr;
    uint32_t n;
    uint32_t at;       /* offset in twin.ram */
    bool is_volatile;
};
extern const struct memory memories[MEMORY_COUNT];

/* A part of a mapped window with one permission. */
struct window_piece {
    uint32_t addr;
    uint32_t n;
    uint32_t bank;
    uint8_t controller; /* 0: XSPI1, 1: XSPI2 */
    bool can_read;      /* as the core has it */
    bool can_write;
};

struct mpu {
    uint32_t ctrl;
    uint32_t rnr;
    uint32_t rbar[MPU_REGIONS];
    uint32_t rasr[MPU_REGIONS];
};

struct dark {
    bool is_dark;
    uint64_t begin_ps;
    uint64_t ended_ps;  /* sum of the blackouts that have ended */
    uint32_t ring_count;
    struct {
        uint64_t begin_ps, end_ps;
    } ring[DARK_RING];
};

/* Functions that are watched and under way, innermost last. */
struct call_stack {
    uint32_t depth;
    struct {
        uint32_t watch, return_pc, sp;
        uint64_t call_ps;
    } frame[CALL_DEPTH];
};

struct board {
    struct clock clock;
    struct nvic nvic;
    struct scb scb;
    struct mpu mpu;
    struct periph periph;
    struct dark dark;
    struct call_stack calls;
    struct twin_counters counters;
    struct twin_cut cut;
    struct twin_violation violation;
    uint64_t commands;
    uint64_t operations;
    uint64_t cut_time_ps;   /* the cut in an operation, once it has begun */
    uint64_t events;        /* sent to the listener since twin_create */
    size_t uart_text_n;
    uint32_t boot_failures; /* flags of the controllers while the boot ran */
    bool is_on;
    bool in_app;
    bool sleeps;
    bool irq_check;         /* an exception may be ready to be taken */
    bool reset_asked;
    bool cut_now;
};

struct twin {
    struct board b;

    struct twin_cfg cfg;
    char *app_path, *boot_path, *flash_path;
    struct cpu *cpu;
    struct nor *nor;
    struct psram *psram;
    struct xspi *xspi[2];
    struct xspim *xspim;
    const struct frame_device *nor_device;
    uint8_t *ram;
    uint32_t ram_bytes;
    uint8_t *ram_at_power_on;      /* noise, and what the ELF loads into RAM */
    uint8_t psram_registers_at_power_on[16];
    uint8_t *xspi_at_reset;        /* of one controller; see xspi_state_bytes */
    uint8_t *psram_changed;        /* a byte per page: see pages.h */
    uint8_t *executed;             /* a byte per page of ram, then of the chip */
    struct symbols symbols;
    uint32_t app_entry;

    struct window_piece piece[WINDOW_PIECES];
    uint32_t piece_count;
    bool bank_runs[BANK_COUNT];    /* code in the whole bank can be fetched */
    bool all_banks_run;
    uint32_t flash_bytes;
    struct block_count {
        uint32_t pc, n, count;
    } block_count[BLOCK_COUNTS];   /* instructions of blocks in flash */
    bool forget_pending;
    uint32_t forget_addr, forget_end;

    char *uart_text;
    size_t uart_text_room;

    struct {
        char symbol[64];
        uint32_t addr;
    } watch[WATCH_MAX];
    uint32_t watch_count;
    uint8_t call_bucket[CALL_BUCKETS]; /* a watched address may be here */

    /* Of the run under way. */
    struct twin_until until;
    uint32_t until_call;
    uint64_t run_insn;
    uint64_t run_from_insn;
    size_t text_from;
    enum twin_stop stop;
    bool stopping;
    bool is_exact;
    bool is_touching;
    bool in_access;                /* a register access by the core is under way */
    bool fetch_again;              /* the window was opened for a fetch: run on */
    bool restoring;                /* callbacks of the models mean nothing */
    uint64_t mute_until_event;
    uint32_t block_pc;
    uint32_t exact_pc;
    uint32_t wall_blocks;
    uint64_t wall_end_ms;
    bool fault_taken;              /* a fault is to be delivered once the core stands */
    uint32_t fault_exception, fault_addr, fault_status;

    struct twin_snapshot *before_run;
    struct twin_snapshot *newest;  /* of those that can be restored */
    char error[TWIN_ERROR_BYTES];
    char symbol_text[96];
    char boot_text[320];
};

static inline uint64_t machine_now(const struct twin *t)
{
    return t->b.clock.now_ps;
}

/* machine.c: building, power, what happens at a block's start. */
void machine_events(struct twin *t);
void machine_stop(struct twin *t, enum twin_stop why);
void machine_power_off(struct twin *t, uint64_t at_ps);
void machine_power_on(struct twin *t);
void machine_reset(struct twin *t);
void machine_schedule(struct twin *t);

/* core.c: the callbacks of the core. */
void core_callbacks(struct twin *t, struct cpu_callbacks *callbacks);
bool core_sleep(struct twin *t);

/* bus.c: addresses. */
uint32_t bus_mmio_read(struct twin *t, uint32_t addr, uint32_t n);
void bus_mmio_write(struct twin *t, uint32_t addr, uint32_t n, uint32_t value);
/* Host memory behind n bytes at addr, or NULL; window rules are not looked at. */
uint8_t *bus_host(const struct twin *t, uint32_t addr, uint32_t n);
/* A word as the core's exception logic reads it; false if it raised a violation. */
bool bus_vector_read(struct twin *t, uint32_t addr, uint32_t *value);
bool bus_stack_write(struct twin *t, uint32_t addr, const uint32_t *words, uint32_t count);
bool bus_stack_read(struct twin *t, uint32_t addr, uint32_t *words, uint32_t count);
void bus_executed(struct twin *t, uint32_t pc);

/* Memories and devices into the core's map. */
bool bus_map(struct twin *t);

/* window.c: what of the mapped windows can be read, the fence, blackouts. */
void window_init(struct twin *t);
void window_update(struct twin *t, uint64_t now_ps);
/* After a restore: as window_update, but no blackout begins or ends. */
void window_resync(struct twin *t);
bool window_holds(uint32_t addr);
/* A first access to a window that is mapped but untouched: touches it. False: it cannot be read. */
bool window_open(struct twin *t, uint32_t addr);
bool window_mpu_forbids(const struct twin *t, uint32_t addr, bool is_store);
const char *window_why(const struct twin *t, uint32_t addr);
void window_array_changed(struct twin *t, uint32_t addr, uint32_t n);
uint64_t window_dark_ps(const struct twin *t);

/* chips.c: the models of chip/ and xspi/ wired to the machine. */
bool chips_create(struct twin *t);
void chips_destroy(struct twin *t);
void chips_power_on(struct twin *t);
void chips_reset(struct twin *t);
void chips_start_state(struct twin *t);
void chips_advance(struct twin *t, uint64_t now_ps);
uint32_t chips_read(struct twin *t, uint32_t addr, uint32_t n);
void chips_write(struct twin *t, uint32_t addr, uint32_t n, uint32_t value);

/* exception.c */
/* Enter the most urgent exception if it may be entered; true if the pc changed. */
bool exception_check(struct twin *t);
void exception_return(struct twin *t, uint32_t exc_return);
void exception_svc(struct twin *t);
void exception_fault(struct twin *t, uint32_t exception, uint32_t status, uint32_t addr);
bool exception_wakes(struct twin *t);
void irq_line(struct twin *t, uint32_t irq, bool level);
void exception_pend(struct twin *t, uint32_t exception);

/* scb.c: the private peripheral bus. */
void scb_reset(struct twin *t);
uint32_t scb_read(struct twin *t, uint32_t addr, uint32_t n);
void scb_write(struct twin *t, uint32_t addr, uint32_t n, uint32_t value);
void scb_systick_event(struct twin *t);
uint32_t scb_cyccnt(const struct twin *t);
void scb_slept(struct twin *t, uint64_t ps);

/* violation.c */
void violation_raise(struct twin *t, enum twin_violation_kind kind, uint32_t addr,
                     const char *detail);

/* event.c */
void event_send(struct twin *t, struct twin_event *event);
struct twin_event event_new(const struct twin *t, enum twin_event_kind kind);

/* load.c */
bool load_app(struct twin *t, const char *path);
bool load_boot(struct twin *t, const char *path);
bool load_raw(struct twin *t, const char *path);
bool load_into_chip(struct twin *t, uint32_t addr, const uint8_t *bytes, uint32_t n);

/* snapshot.c */
void snapshot_drop_all(struct twin *t);
/* The state at the start of a run, for its replay; false if it could not be kept. */
bool snapshot_before_run(struct twin *t);
void snapshot_rewind_run(struct twin *t);
void snapshot_after_run(struct twin *t);

#endif
