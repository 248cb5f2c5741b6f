/*
 * The public interface of the twin: a simulated STM32H7S78-DK that runs an unmodified firmware ELF.
 *
 * Everything happens in virtual time, counted in picoseconds from the first power on. One seed and
 * the same calls give the same run. The twin is told nothing by the firmware: no semihosting, no
 * magic address. Who wants to know when a save began watches a symbol of the ELF or the console.
 *
 * Life of a twin:
 *   twin_create -> power is off
 *   twin_power_on -> the board stands at the first instruction (boot image or application's entry)
 *   twin_run -> runs until something in struct twin_until holds, a violation, or a planned cut
 *   twin_power_off, or a cut -> RAM and registers are lost, the chip keeps what the cut left
 *   twin_power_on -> next boot
 *   twin_snapshot / twin_restore -> any number of times, between runs
 *
 * A callback runs inside twin_run. It may read (twin_now_ps, twin_chip_read, ...), and may call
 * twin_stop; it calls nothing else of this header.
 *
 * One twin at a time is run by one thread; several twins may exist.
 */
#ifndef TWIN_TWIN_H
#define TWIN_TWIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "twin/twin_bus.h"

#define TWIN_PS_PER_NS 1000ULL
#define TWIN_PS_PER_US 1000000ULL
#define TWIN_PS_PER_MS 1000000000ULL
#define TWIN_NEVER UINT64_MAX
#define TWIN_FLASH_BASE 0x70000000u
#define TWIN_ERROR_BYTES 256u


struct twin;
struct twin_snapshot;
struct mcu_flash;

/* What a cut program may spoil. The page is what the only vendor model of the family says. */
enum twin_tear { TWIN_TEAR_PAGE = 0, TWIN_TEAR_GRANULE = 1 };

/* How long the chip is busy with a program or an erase. Drawn: from the seed, within the limits. */
enum twin_busy { TWIN_BUSY_TYPICAL = 0, TWIN_BUSY_MAX = 1, TWIN_BUSY_DRAWN = 2 };

/* The state a release of ST's boot leaves in the controllers, if no boot image is run. */
enum twin_leftover {
    TWIN_LEFTOVER_1_3_0 = 0, /* TCR 00000014, WIR 02FD */
    TWIN_LEFTOVER_1_2_0 = 1, /* TCR 10000014, WIR 12ED; 1.1.0 is the same */
    TWIN_LEFTOVER_1_0_0 = 2, /* as 1.2.0, and XSPIM 00FF0010 */
    TWIN_LEFTOVER_RWW = 3,   /* both controllers on port 2, XSPIM 00090003; no PSRAM, MPU off */
    TWIN_LEFTOVER_BETWEEN = 4 /* between 1.2.0 and 1.3.0: TCR 00000014, WIR 12ED */
};

enum twin_event_kind {
    TWIN_EVENT_COMMAND,        /* the chip took a command; see .command */
    TWIN_EVENT_BUSY_END,       /* a program, erase or register write ended; .command.addr */
    TWIN_EVENT_BLACKOUT_BEGIN, /* the window of the bank that runs the code can no longer be read */
    TWIN_EVENT_BLACKOUT_END,   /* it can be read again; .blackout */
    TWIN_EVENT_IRQ_TAKEN,      /* an exception was entered; .irq */
    TWIN_EVENT_CALL,           /* a watched function was entered; .call */
    TWIN_EVENT_RETURN,         /* a watched function returned; .call */
    TWIN_EVENT_UART,           /* the firmware sent a byte on the console; .uart_byte */
    TWIN_EVENT_PWM,            /* a PWM output changed; .pwm */
    TWIN_EVENT_RESET,          /* the MCU was reset, the chip was not; .pc is where */
    TWIN_EVENT_CUT,            /* the power failed */
    TWIN_EVENT_TRANSFER,       /* a transfer on I2C1 or SPI4 ended; .transfer */
    TWIN_EVENT_VIOLATION       /* see twin_violation_get */
};

/* What a command of the chip does, as far as who counts or cuts wants to know. */
enum twin_command_class {
    TWIN_COMMAND_OTHER,     /* write enable, reset, status, id ... */
    TWIN_COMMAND_READ,      /* array read by an indirect command */
    TWIN_COMMAND_PROGRAM,   /* accepted: the chip is busy */
    TWIN_COMMAND_ERASE,     /* accepted: the chip is busy */
    TWIN_COMMAND_REGISTER,  /* a status or configuration register is written */
    TWIN_COMMAND_IGNORED    /* the chip could not or would not take it */
};

struct twin_command {
    uint64_t index;    /* commands the chip has been sent since twin_create, from 0 */
    enum twin_command_class class;
    uint16_t opcode;   /* as the wires carry it: 0x12ED in octal, 0x02 in single line mode */
    uint32_t addr;     /* chip address, 0 if the command has none */
    uint32_t bytes;    /* data bytes; for an erase, the bytes that it clears */
    uint64_t busy_ps;  /* length of the operation that it started, 0 if none */
};

struct twin_pwm {
    uint8_t timer;     /* 1 for TIM1 ... */
    uint8_t channel;   /* 1..4 */
    bool enabled;      /* counter and output run */
    uint32_t duty;     /* CCR */
    uint32_t period;   /* ARR + 1 */
};

struct twin_event {
    enum twin_event_kind kind;
    uint64_t time_ps;
    uint64_t insn;     /* instructions executed since twin_create */
    uint32_t pc;       /* start of the block that ran */
    union {
        struct twin_command command;
        struct {
            uint64_t begin_ps;
            uint64_t length_ps;
        } blackout;
        struct {
            uint16_t exception;   /* 15 = SysTick, 16 + n = interrupt n */
            uint64_t pended_ps;
            uint64_t latency_ps;  /* pended to taken */
            uint64_t dark_ps;     /* of which the window could not be read */
        } irq;
        struct {
            const char *symbol;
            uint32_t args[4];     /* r0..r3 at the call */
            uint32_t result;      /* r0 at the return */
            uint64_t call_ps;     /* time of the call, at the return too */
        } call;
        uint8_t uart_byte;
        struct twin_pwm pwm;
        struct twin_transfer transfer;
    } u;
};

typedef void twin_event_fn(void *context, const struct twin_event *event);

/* Ask twin_cfg_default first, then change. Strings are copied by twin_create. */
struct twin_cfg {
    const char *app_path;     /* ELF, linked at 0x70000000; may be NULL if boot or flash is given */
    const char *boot_path;    /* .hex or .elf, run from internal flash first; NULL: start state */
    const char *flash_path;   /* raw image of the chip, loaded before the ELF; NULL: all blank */
    enum twin_leftover leftover;
    enum twin_tear tear;
    enum twin_busy busy;
    const char *chip;         /* flash part by name; NULL: the board's, MX66UW1G45G */
    bool lacks_read_while_write; /* its banks are claimed only: none answers while one is busy */
    const char *part[TWIN_PARTS]; /* memories on I2C1 and SPI4, by name of twin/parts, with "@3" the
                                     levels of A2..A0; NULL behind the last one. At most two on
                                     SPI4: select is PE10, then PF8 */
    uint64_t seed;
    uint32_t mcu_program_us;  /* of a word of the internal flash: 100; unmeasured */
    uint32_t mcu_erase_us;    /* of a sector of it: 5000; unmeasured */
    bool mcu_ecc_nmi;         /* a double ECC error there pends an NMI as well as the bus fault */
    uint32_t write_addr;      /* chip range that may be programmed and erased: 0x07FE0000 */
    uint32_t write_bytes;     /* 0x10000; 0 = the whole chip, no violation */
    uint32_t cpu_hz;          /* 600000000 */
    uint32_t register_ns;     /* a register access: 25, 40 or 80 */
    uint32_t calibration_ns;  /* hidden calibration at each mode change: 0, 500 or 2000 */
    uint32_t uart_baud;       /* of the typist: 115200 */
    bool keep_going;          /* a violation is told by the event but does not stop the run */
    bool deliver_faults;      /* what the MPU forbids is a fault for the firmware, no violation */
    bool dcache;              /* the core's data cache keeps lines of the range that may be written
                                 until they are invalidated; whole pages of 4 KB, not 0 bytes */
    uint32_t speculation_ns;  /* mean time between speculative reads of the core, at random times
                                 and addresses, in a blackout; twenty times as long outside.
                                 0: none */
    uint16_t watch_exception; /* has times of its own: TWIN_TIMES_WATCHED_LATENCY; 0: none */
    bool trace_chip_reads;    /* TWIN_EVENT_COMMAND for status polls and reads too */
    twin_event_fn *event;     /* may be NULL */
    void *event_context;
};

/*
 * The defaults: 600 MHz, 40 ns, no calibration, page tears, typical times, seed 1, settings range
 * 0x07FE0000 + 64 KB.
 */
void twin_cfg_default(struct twin_cfg *cfg);

/*
 * Build a board and load its memories. The power is off.
 *
 * error    TWIN_ERROR_BYTES long, gets one line if NULL is returned: a file that cannot be read, an
 *          ELF for another machine, an emulator version that was never tried
 */
struct twin *twin_create(const struct twin_cfg *cfg, char *error);
/* Frees all that the twin owns, its texts too. NULL is allowed. */
void twin_destroy(struct twin *twin);

/* Power on: RAM and registers as after a cold start. Nothing happens if it is on. */
void twin_power_on(struct twin *twin);

/* Power off now; an operation under way in the chip is torn at this instant. */
void twin_power_off(struct twin *twin);

/*
 * Reset the MCU alone, as a watchdog or its reset pin does where that is not wired to the flash:
 * core, peripherals and controllers start again 2 ms later. RAM keeps its bytes. The flash keeps
 * its power, and goes on with what it does, in the protocol that it is in; a frame under way ends
 * where it is. A violation is forgotten. Nothing happens if the power is off.
 */
void twin_reset(struct twin *twin);
/* False before the first power on, after a cut and after twin_power_off. */
bool twin_is_on(const struct twin *twin);

/* ---- running ---- */

/* A run stops at whatever comes first. Zero or NULL members are not looked at. */
struct twin_until {
    uint64_t time_ps;          /* virtual time, absolute */
    uint64_t for_ps;           /* virtual time from now */
    uint64_t insn;             /* instruction count, absolute; stops at the next block's start */
    const char *text;          /* the console has sent this since the run began */
    const char *call;          /* the function of this name is entered */
    bool app_entry;            /* the application's first instruction is about to run */
    uint64_t wall_ms;          /* host time, a guard against an endless run; not deterministic */
};

enum twin_stop {
    TWIN_STOP_TIME,       /* time_ps or for_ps */
    TWIN_STOP_INSN,
    TWIN_STOP_TEXT,
    TWIN_STOP_CALL,
    TWIN_STOP_ENTRY,      /* app_entry */
    TWIN_STOP_ASKED,      /* twin_stop by a callback */
    TWIN_STOP_CUT,        /* a planned cut: the power is off */
    TWIN_STOP_RESET,      /* a planned reset: the MCU stands at its first instruction */
    TWIN_STOP_VIOLATION,  /* twin_violation_get says which; running on is refused */
    TWIN_STOP_WALL,
    TWIN_STOP_OFF,        /* the power is off: nothing ran */
    TWIN_STOP_BROKEN      /* the emulator failed: twin_error says how */
};

/*
 * Run the firmware until a member of until holds; answers which. until is not kept. A symbol that
 * the ELF lacks is TWIN_STOP_BROKEN, and nothing runs. After a violation it runs again only after
 * a power on or a restore, unless cfg.keep_going.
 */
enum twin_stop twin_run(struct twin *twin, const struct twin_until *until);
/* A word or two for a message. The text is static. */
const char *twin_stop_name(enum twin_stop stop);
/* What the newest TWIN_STOP_BROKEN was about; empty if there was none. Lives in the twin. */
const char *twin_error(const struct twin *twin);

/*
 * An exception pends from now on, between runs, as by its source or by a debugger: NMI, PendSV,
 * SysTick, an interrupt. False: any other, or the power is off.
 */
bool twin_pend(struct twin *twin, uint16_t exception);

/*
 * The core takes a bus fault here and now, between runs: as of a write that left it long ago, so
 * that no instruction is to blame. A HardFault where its own handler is off or held back. False:
 * the power is off.
 */
bool twin_bus_fault(struct twin *twin);

/* From a callback: end the run at the next block. */
void twin_stop(struct twin *twin);

/* Virtual time in ps. Each power on adds 100 ms without power; a restore takes it back. */
uint64_t twin_now_ps(const struct twin *twin);
/* Instructions executed since twin_create; a block counts whole when it starts. */
uint64_t twin_insn_count(const struct twin *twin);

/* ---- power cuts ---- */

enum twin_cut_kind {
    TWIN_CUT_NONE,
    TWIN_CUT_AT_TIME,          /* at .time_ps */
    TWIN_CUT_AT_INSN,          /* at the first block that starts at or after .count instructions */
    TWIN_CUT_BEFORE_COMMAND,   /* the command with the index .count does not reach the chip */
    TWIN_CUT_AFTER_COMMAND,    /* it reached the chip, its operation has just begun */
    TWIN_CUT_IN_OPERATION,     /* inside the .count-th program, erase or register write that the
                                  chip starts, at .fraction of its length */
    TWIN_CUT_AT_BUS_BYTE,      /* inside the .count-th byte on the serial buses, at .fraction of its
                                  clocks: the part does not get it */
    TWIN_CUT_IN_PART_WRITE,    /* inside the .count-th write cycle of the parts, at .fraction of its
                                  length; where there is no cycle, as on FRAM, at the frame's end */
    TWIN_CUT_IN_MCU_FLASH      /* inside the .count-th program or erase of the internal flash, at
                                  .fraction of its length */
};

struct twin_cut {
    enum twin_cut_kind kind;
    uint64_t time_ps;   /* absolute */
    uint64_t count;     /* absolute, as twin_command.index, twin_insn_count, twin_operation_count,
                           twin_bus_counts */
    double fraction;    /* 0.0 .. 1.0 */
};

/* Plan the next cut; replaces a plan. It is used up when it strikes, and part of a snapshot. */
void twin_cut_plan(struct twin *twin, const struct twin_cut *cut);
/* The same for a reset of the MCU alone, see twin_reset: there is one plan, of the one or other. */
void twin_reset_plan(struct twin *twin, const struct twin_cut *when);

/* Commands sent to the chip, and operations it started, since twin_create. */
uint64_t twin_command_count(const struct twin *twin);
/* Programs, erases and register writes that the chip began. */
uint64_t twin_operation_count(const struct twin *twin);

/* ---- snapshots ---- */

/*
 * All of the board and of the chip; NULL if memory is out, or if there are too many (8).
 *
 * Snapshots form a stack: restoring or freeing one makes those that were taken after it invalid;
 * they may then only be freed. All are freed before the twin is destroyed.
 */
struct twin_snapshot *twin_snapshot(struct twin *twin);
/* Go back, as often as asked; the snapshot stays. One that is invalid changes nothing. */
void twin_restore(struct twin *twin, const struct twin_snapshot *snapshot);
/* The board stays as it is. NULL is allowed. */
void twin_snapshot_free(struct twin *twin, struct twin_snapshot *snapshot);

/*
 * From now on, between runs, the flash answers nothing, as if one of its wires were gone: no
 * strobe, and no command reaches it. What it does it goes on with. Ends with the next power on.
 */
void twin_chip_silence(struct twin *twin);

/*
 * The internal flash, for what twin/mcu_flash.h has to look inside, to spoil a word, to choose what
 * a cut leaves (.torn) and to protect a sector (.unprotected). Between runs only.
 */
struct mcu_flash *twin_mcu_flash(struct twin *twin);

/* Draw other torn bits, busy times and weak reads from here on. */
void twin_seed(struct twin *twin, uint64_t seed);

/* ---- the console and what can be seen ---- */

/* Type on the console: one byte after the other at the baud rate, from now on. */
void twin_uart_type(struct twin *twin, const char *text);

/* Everything that the firmware sent since the last power on, NUL-terminated; *n without the NUL. */
const char *twin_uart_text(const struct twin *twin, size_t *n);

/* One PWM output. False if that timer has no such output. */
bool twin_pwm_get(const struct twin *twin, uint8_t timer, uint8_t channel, struct twin_pwm *pwm);

/* The backlight in percent: the one PWM output that is enabled. -1 if none is. */
int twin_backlight_percent(const struct twin *twin);

/* ---- memory and symbols ---- */

/* Read or set bytes of the chip's array as they are stored, at no virtual time; false outside. */
bool twin_chip_read(const struct twin *twin, uint32_t addr, void *buf, uint32_t n);
/* Touched units of 4 KB become solid, as if erased and programmed once; they do not wear. */
bool twin_chip_write(struct twin *twin, uint32_t addr, const void *buf, uint32_t n);

/* From now on programs, or erases, of the chip's 4 KB at addr fail, or do not; false outside. */
bool twin_chip_fail(struct twin *twin, uint32_t addr, bool programs_fail, bool erases_fail);

/* Read bytes by CPU address from any memory (not registers), window rules not applied. */
bool twin_memory_read(const struct twin *twin, uint32_t addr, void *buf, uint32_t n);

/*
 * Put bytes there by CPU address, between runs and at no virtual time: in RAM, PSRAM, or the
 * internal flash, which keeps them without power. False elsewhere; the chip has twin_chip_write.
 */
bool twin_memory_write(struct twin *twin, uint32_t addr, const void *buf, uint32_t n);

/* Address of a symbol of the application's ELF without the Thumb bit; false if there is none. */
bool twin_symbol_find(const struct twin *twin, const char *name, uint32_t *addr);

/* "name+0x12" for an address, or "?"; lives until the next call. */
const char *twin_symbol_at(const struct twin *twin, uint32_t addr);

/* TWIN_EVENT_CALL and TWIN_EVENT_RETURN for a function; false if there is no such symbol. */
bool twin_watch(struct twin *twin, const char *symbol);

/* ---- what was measured ---- */

struct twin_counters {
    uint64_t blackouts;
    uint64_t longest_blackout_ps;
    uint64_t dark_ps;               /* sum of all blackouts */
    uint64_t worst_dark_in_1ms_ps;  /* the darkest of all windows of 1 ms */
    uint64_t irqs;
    uint64_t longest_latency_ps;    /* pended to taken, of any enabled interrupt */
    uint64_t latency_dark_ps;       /* the largest part of a latency spent in a blackout */
    uint64_t programs;
    uint64_t programmed_bytes;
    uint64_t erases;
    uint64_t violations;
    uint64_t dma_bursts;            /* that read memory */
    uint64_t speculations;          /* speculative reads of the core that were tried */
    uint64_t speculations_fenced;   /* of them, those that the MPU kept from the bus */
};

/* What was counted since twin_create or twin_counters_clear; a snapshot holds it too. */
void twin_counters_get(const struct twin *twin, struct twin_counters *counters);
/* Sums and maxima to 0, those of times and interrupts below too. */
void twin_counters_clear(struct twin *twin);

/*
 * How often something took how long. Buckets grow with the time: sixteen for each doubling, so that
 * a time read off them is at most 7 % too long.
 */
#define TWIN_TIMES_BUCKETS 512u

struct twin_times {
    uint64_t count;
    uint64_t sum_ps;
    uint64_t longest_ps;
    uint32_t bucket[TWIN_TIMES_BUCKETS]; /* see twin_times_edge_ps */
};

enum twin_times_kind {
    TWIN_TIMES_BLACKOUT,       /* length of each blackout */
    TWIN_TIMES_LATENCY,        /* pended to taken, of PendSV and all above it */
    TWIN_TIMES_WATCHED_LATENCY /* the same of the exception cfg.watch_exception alone */
};
#define TWIN_TIMES_KINDS 3u

/* What was counted since twin_create or twin_counters_clear; a snapshot holds it too. */
void twin_times_get(const struct twin *twin, enum twin_times_kind kind, struct twin_times *times);
/* The bucket holds times below this; the one before it holds those below its own edge. */
uint64_t twin_times_edge_ps(uint32_t bucket);
/*
 * A time that at least per_mille of 1000 did not exceed: the edge of a bucket, or the longest if
 * that is less. 0 of none.
 */
uint64_t twin_times_part_ps(const struct twin_times *times, uint32_t per_mille);

/* What became of an exception's requests. Only timers and SysTick count theirs. */
struct twin_irq_counts {
    uint64_t requests;
    uint64_t merged; /* came while an earlier one was not served yet: lost to the handler */
    uint64_t taken;  /* of any exception: how often it was entered */
};

/* False: no such exception (15 = SysTick, 16 + n = interrupt n). */
bool twin_irq_counts_get(const struct twin *twin, uint16_t exception,
                         struct twin_irq_counts *counts);

enum twin_violation_kind {
    TWIN_VIOLATION_NONE = 0,
    TWIN_VIOLATION_FETCH,            /* an instruction in flash that cannot be read */
    TWIN_VIOLATION_LOAD,
    TWIN_VIOLATION_VECTOR,           /* an exception's vector in flash that cannot be read */
    TWIN_VIOLATION_STORE,            /* a store into the mapped window */
    TWIN_VIOLATION_DOUBLE_PROGRAM,   /* a granule programmed twice between erases */
    TWIN_VIOLATION_NOT_ERASED,       /* a program onto bits that would have to rise */
    TWIN_VIOLATION_OUTSIDE,          /* a program or erase outside the allowed range */
    TWIN_VIOLATION_CONTROLLER,       /* a controller is wedged, or was misused */
    TWIN_VIOLATION_UNMAPPED,         /* nothing answers at this address */
    TWIN_VIOLATION_LOCKUP,           /* a fault inside a fault handler */
    TWIN_VIOLATION_UNDEFINED,        /* an instruction that the core does not know */
    TWIN_VIOLATION_MPU,              /* an access that the MPU forbids, and no handler took it */
    TWIN_VIOLATION_MASTER,           /* another bus master read flash that cannot be read */
    TWIN_VIOLATION_SPECULATION,      /* a speculative read of the core reaches flash that cannot be
                                        read */
    TWIN_VIOLATION_PART              /* a part on a serial bus was misused; .addr is its place */
};

struct twin_violation {
    enum twin_violation_kind kind;
    uint64_t time_ps;
    uint64_t insn;
    uint32_t pc;           /* the instruction; the start of its block if not exact */
    bool pc_is_exact;
    uint32_t addr;         /* CPU address; chip address for the chip's kinds */
    char symbol[80];       /* of pc */
    char detail[160];      /* one sentence */
};

/* The first violation since power on, or .kind NONE. */
void twin_violation_get(const struct twin *twin, struct twin_violation *violation);
/* A word or two for a message. The text is static. */
const char *twin_violation_name(enum twin_violation_kind kind);

/* What the boot left or the start state set, one line, for a report. */
const char *twin_boot_state(struct twin *twin);

/* What the twin does not model, one string per line, ended by NULL. */
const char *const *twin_not_modelled(void);

#endif
