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
#include "twin/internal_flash.h"
#include "twin/masters.h"
#include "twin/mcu_flash.h"
#include "twin/nvic.h"
#include "twin/pages.h"
#include "twin/periph.h"
#include "twin/serial.h"
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
#define WINDOW_PIECES 32u
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

/* Of the settings range; n is 0 without cfg.dcache. See dcache.c. */
struct dcache {
    uint32_t chip_addr;
    uint32_t n;
    uint8_t *held;         /* what the core sees of the range */
    uint8_t *is_marked;    /* a byte per line: it is invalid, and could not be filled yet */
    uint32_t marked_count;
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
    struct serial serial;
    struct dark dark;
    struct call_stack calls;
    struct twin_counters counters;
    struct twin_times times[TWIN_TIMES_KINDS];
    struct nvic_counts irq_counts;
    struct dma dma;
    struct mcu_flash mcu_flash;
    struct speculation speculation;
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
    bool cut_is_reset;      /* what is planned is a reset of the MCU */
    bool chip_is_silent;    /* the flash is off the wires until the power goes */
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
    struct part *part[TWIN_PARTS];
    uint32_t part_count;
    const struct frame_device *nor_device;
    uint8_t *ram;
    uint32_t ram_bytes;
    uint8_t *ram_at_power_on;      /* noise, and what the ELF loads into RAM */
    uint8_t psram_registers_at_power_on[16];
    uint8_t *xspi_at_reset;        /* of one controller; see xspi_state_bytes */
    uint8_t *psram_changed;        /* a byte per page: see pages.h */
    uint8_t *executed;             /* a byte per page of ram, then of the chip */
    uint8_t psram_executed[PSRAM_PAGES]; /* since its code was forgotten last */
    bool psram_ran;                /* a byte of psram_executed is set */
    bool psram_forget_pending;
    struct dcache dcache;
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
    bool in_run;                   /* twin_run is under way: parts may be behind its time */
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

/* Handles what is due, by the order of the times, until nothing is or the run is to stop. */
void machine_events(struct twin *t);
/* The run ends; only the first reason counts. */
void machine_stop(struct twin *t, enum twin_stop why);

/*
 * At at_ps: work in the chip is torn, a planned cut is used up, the event is sent. RAM goes at
 * power on.
 */
void machine_power_off(struct twin *t, uint64_t at_ps);

/*
 * Only while it is off. 100 ms later: a cold start, console text and violation gone, the core at
 * its first instruction.
 */
void machine_power_on(struct twin *t);
/*
 * Of the MCU alone: core, peripherals, controllers start again; memories and chips keep their
 * state, and time goes on for them while it starts. Frames under way end where they are.
 */
void machine_reset(struct twin *t);
/* The flash on its port, or off it if it is silent; both windows are looked at again. */
void machine_wire_chip(struct twin *t);
/* What was planned strikes now: the power goes, or the MCU is reset. The core stands. */
void machine_cut(struct twin *t);
/* Asks the models when they want to be called next. Belongs after each call of one. */
void machine_schedule(struct twin *t);

/* core.c: the callbacks of the core. */

/* Fills in all of them, with t as their ctx. */
void core_callbacks(struct twin *t, struct cpu_callbacks *callbacks);

/*
 * Time goes on to the next event, and the core wakes if that ends its sleep. False: nothing is
 * planned, so it would sleep for ever.
 */
bool core_sleep(struct twin *t);

/* bus.c: addresses. */

/*
 * A register access of the core, n is 1, 2 or 4; outside the core's own bus it takes time. May
 * raise a violation.
 */
uint32_t bus_mmio_read(struct twin *t, uint32_t addr, uint32_t n);
/* As bus_mmio_read, for a write. No effect once the run is to stop. */
void bus_mmio_write(struct twin *t, uint32_t addr, uint32_t n, uint32_t value);
/* Host memory behind n bytes at addr, or NULL; window rules are not looked at. */
uint8_t *bus_host(const struct twin *t, uint32_t addr, uint32_t n);
/*
 * Put bytes into a memory of the board, not the chip's, at no virtual time. In internal flash they
 * outlive the power. False: not in one memory, or in the chip; nothing is written.
 */
bool bus_poke(struct twin *t, uint32_t addr, const void *bytes, uint32_t n);
/* A word as the core's exception logic reads it; false if it raised a violation. */
bool bus_vector_read(struct twin *t, uint32_t addr, uint32_t *value);

/*
 * For an exception's frame. False: no memory, mapped flash, or addr not in words: nothing is
 * written, a lock-up is raised.
 */
bool bus_stack_write(struct twin *t, uint32_t addr, const uint32_t *words, uint32_t count);
/* False: no memory, or addr not in words: words is untouched, a lock-up is raised. */
bool bus_stack_read(struct twin *t, uint32_t addr, uint32_t *words, uint32_t count);
/* Code at pc ran: if its page changes, the core has to forget it. */
void bus_executed(struct twin *t, uint32_t pc);

/* Memories and devices into the core's map. False: it refused, cpu_problem says why. */
bool bus_map(struct twin *t);

/* window.c: what of the mapped windows can be read, the fence, blackouts. */

/* All pieces closed. Once, when the chip is there. */
void window_init(struct twin *t);

/*
 * Look again at what can be read at now_ps: rights are given and taken, a blackout begins or ends.
 * Raises a violation if code closed the memory that it runs from.
 */
void window_update(struct twin *t, uint64_t now_ps);
/* After a restore: as window_update, but no blackout begins or ends. */
void window_resync(struct twin *t);
/* Is addr in one of the two windows of 256 MB, whether a chip is behind it or not? */
bool window_holds(uint32_t addr);
/* A first access to a window that is mapped but untouched: touches it. False: it cannot be read. */
bool window_open(struct twin *t, uint32_t addr);
/* One sentence on why addr cannot be read now. The text is static. */
const char *window_why(const struct twin *t, uint32_t addr);

/*
 * n > 0 bytes at a chip address changed: code that ran from there is forgotten, now or when it can
 * be read again.
 */
void window_array_changed(struct twin *t, uint32_t addr, uint32_t n);
/* Bytes of the PSRAM changed behind the core's back: code that ran from there is forgotten. */
void window_psram_changed(struct twin *t);
/* Can the core read this address of a window now? Nothing is touched. */
bool window_reads(struct twin *t, uint32_t addr);
/*
 * A read that does not come from an instruction: the MPU has no say, and nobody waits for it. A
 * window that is mapped is touched. False: it would not answer, or not with the chip's bytes.
 */
bool window_answers(struct twin *t, uint32_t addr);
/* Sum of the blackouts that have ended and of the one under way, in ps. */
uint64_t window_dark_ps(const struct twin *t);

/* dcache.c: stale bytes of the settings range. All do nothing without cfg.dcache. */

/* Once, when the chip is there. False: no memory, or a range that is not of whole pages. */
bool dcache_create(struct twin *t);
/* Frees what dcache_create got, also after it failed. */
void dcache_destroy(struct twin *t);
/* What the core sees at an address of the range; NULL outside. */
uint8_t *dcache_host(const struct twin *t, uint32_t addr);
/* The first border of the range behind from, or end. */
uint32_t dcache_edge(const struct twin *t, uint32_t from, uint32_t end);
/* A write to one of the core's registers for cache maintenance; others have no effect. */
void dcache_maintain(struct twin *t, uint32_t addr, uint32_t value);
/* The core was reset, or CCR was written: nothing of before is held. */
void dcache_switched(struct twin *t);
/* n > 0 bytes of the chip changed. */
void dcache_array_changed(struct twin *t, uint32_t addr, uint32_t n);
/* What can be read has changed. */
void dcache_update(struct twin *t);
/* What dcache_save writes; 0 without cfg.dcache. The same for the twin's whole life. */
size_t dcache_state_bytes(const struct twin *t);
/* to is the caller's, dcache_state_bytes long. */
void dcache_save(const struct twin *t, uint8_t *to);
/* Only what dcache_save took from this twin. */
void dcache_load(struct twin *t, const uint8_t *from);

/* chips.c: the models of chip/ and xspi/ wired to the machine. */

/* False: no memory. chips_destroy frees what was made. */
bool chips_create(struct twin *t);
/* What was never made is left out. */
void chips_destroy(struct twin *t);
/* NOR gets its power, PSRAM is noise again, the controllers are reset. */
void chips_power_on(struct twin *t);
/* NCS rises: each frame under way ends where it is, and the chip may take what it got of it. */
void chips_let_go(struct twin *t);
/* Controllers and I/O manager only; the chips see nothing of it. */
void chips_reset(struct twin *t);
/* One controller by RCC, XSPI1 is 0: a frame under way ends where it is, registers to 0. */
void chips_reset_xspi(struct twin *t, uint32_t index);
/* Controllers and chips as cfg.leftover says. Both chips have power. */
void chips_start_state(struct twin *t);
/* Let time pass up to now_ps; the controllers first, for they may have frames for the chip. */
void chips_advance(struct twin *t, uint64_t now_ps);
/* A register of XSPI1, XSPI2 or XSPIM. Takes time; a hang or bus error is a violation. */
uint32_t chips_read(struct twin *t, uint32_t addr, uint32_t n);
/* As chips_read. */
void chips_write(struct twin *t, uint32_t addr, uint32_t n, uint32_t value);

/* exception.c */
/* Enter the most urgent exception if it may be entered; true if the pc changed. */
bool exception_check(struct twin *t);
/* By an EXC_RETURN value. Without an exception, or with a stack that is no memory: a violation. */
void exception_return(struct twin *t, uint32_t exc_return);
/* Enter SVCall, or the fault that it is where it may not interrupt. */
void exception_svc(struct twin *t);

/*
 * Enter a fault's handler, or HardFault's by the manual's rules; inside that one it is a lock-up.
 * status is added to CFSR, addr is MMFAR of a MemManage.
 */
void exception_fault(struct twin *t, uint32_t exception, uint32_t status, uint32_t addr);
/* Would what pends end WFI? PRIMASK does not keep from it. */
bool exception_wakes(struct twin *t);
/* The level of interrupt irq's request; it pends when that rises. */
void irq_line(struct twin *t, uint32_t irq, bool level);
/* It pends from now on and is looked at with the next block. Keeps the time if it did already. */
void exception_pend(struct twin *t, uint32_t exception);
/*
 * What would be entered but for PRIMASK: the most urgent that pends and is enabled, or 0 if BASEPRI
 * or FAULTMASK holds it off. What runs already does not count (PM0253, ICSR.VECTPENDING).
 */
uint32_t exception_waiting(const struct twin *t);
/* A source asks once more: counted, and merged if it waits or asks already. Does not pend. */
void exception_request(struct twin *t, uint32_t exception);

/* times.c */

/* One more; no longer than 2^64 ps. */
void times_add(struct twin_times *times, uint64_t ps);

/* scb.c: the private peripheral bus. */

/* System control, SysTick, MPU, NVIC and cycle counter to reset values. */
void scb_reset(struct twin *t);
/* n is 1, 2 or 4. Takes no time. Reading SYST_CSR clears its flag. */
uint32_t scb_read(struct twin *t, uint32_t addr, uint32_t n);
/* Narrow writes count for priorities only. May pend, change the windows or ask for a reset. */
void scb_write(struct twin *t, uint32_t addr, uint32_t n, uint32_t value);
/* The cycle counter now; it stands while the core sleeps or tracing is off. */
uint32_t scb_cyccnt(const struct twin *t);
/* The core slept for ps, which the cycle counter leaves out. */
void scb_slept(struct twin *t, uint64_t ps);

/* systick.c */

/* The counter reached 0: flag, next round, and the exception if it is enabled. */
void systick_event(struct twin *t);
/* SYST_CVR as it stands. */
uint32_t systick_value(const struct twin *t);
/* SYST_CSR; clears its flag. */
uint32_t systick_ctrl_read(struct twin *t);
/* SYST_CSR: the counter goes on from where it is, or stands. */
void systick_ctrl_write(struct twin *t, uint32_t value);
/* Any write to SYST_CVR: the counter and its flag to 0. */
void systick_value_clear(struct twin *t);

/* violation.c */

/*
 * Count it; the first since power on is kept. The run ends, unless cfg.keep_going is set and it is
 * neither a fetch nor a lock-up. Once a cut has struck nothing counts, the run just ends. detail
 * is copied.
 */
void violation_raise(struct twin *t, enum twin_violation_kind kind, uint32_t addr,
                     const char *detail);

/* event.c */

/* Counts it and tells the listener; in a replay what was told before is kept back. */
void event_send(struct twin *t, struct twin_event *event);
/* With time, count and pc of now, all else 0. */
struct twin_event event_new(const struct twin *t, enum twin_event_kind kind);

/* load.c */

/* An ELF and its symbols. False: t->error says which file and why; part of it may be loaded. */
bool load_app(struct twin *t, const char *path);
/* .hex, or an ELF without symbols. False: as load_app. */
bool load_boot(struct twin *t, const char *path);
/* An image of the chip from its address 0. False: as load_app. */
bool load_raw(struct twin *t, const char *path);
/* Whole units are written again, as a programmer does. False: past the end, the rest is written. */
bool load_into_chip(struct twin *t, uint32_t addr, const uint8_t *bytes, uint32_t n);

/* snapshot.c */

/* Frees the one that runs use. twin_snapshot's belong to the caller. */
void snapshot_drop_all(struct twin *t);
/* The state at the start of a run, for its replay; false if it could not be kept. */
bool snapshot_before_run(struct twin *t);
/* Back to the start of the run. Only between snapshot_before_run and snapshot_after_run. */
void snapshot_rewind_run(struct twin *t);
/* The start of the run is forgotten; the state stays. */
void snapshot_after_run(struct twin *t);

#endif
