/*
 * What the files of the NOR model share and nobody else sees.
 *
 * Invariants:
 * 1. A unit without a struct nor_unit is blank: all bytes 0xFF, never programmed, nothing doubtful.
 * 2. Whatever changes a unit's bytes or its struct calls nor_unit_touch first, so that a mark finds
 *    the old state in the undo log.
 * 3. struct nor_state is plain data without pointers: a mark copies it.
 * 4. Every unit with doubtful cells is in state.doubtful, or state.doubtful_overflow is set.
 */
#ifndef TWIN_CHIP_NOR_INTERNAL_H
#define TWIN_CHIP_NOR_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "twin/chip/nor.h"
#include "twin/chip/nor_row.h"

#define UNIT_BYTES         4096u
#define PAGE_BYTES         256u
#define GRANULE_BYTES      16u
#define GRANULES_PER_UNIT  (UNIT_BYTES / GRANULE_BYTES)
#define GRANULES_PER_PAGE  (PAGE_BYTES / GRANULE_BYTES)
#define NOR_DOUBTFUL_UNITS 64u

/* How a granule that a cut left behaves until it is erased. */
enum cell_kind {
    CELL_SOLID,
    CELL_WEAK,      /* reads as it stands, takes a program badly */
    CELL_UNSTABLE,  /* each bit reads as in a or as in b, drawn each time; weak too */
    CELL_ALTERNATE, /* reads as a in one boot and as b in the next; weak too */
};

struct nor_cell {
    uint8_t kind;
    uint8_t phase;
    uint8_t a[GRANULE_BYTES];
    uint8_t b[GRANULE_BYTES];
};

struct nor_cells {
    struct nor_cell cell[GRANULES_PER_UNIT];
};

struct nor_unit {
    uint64_t saved_serial; /* of the newest mark that has this unit in its undo log */
    uint32_t wear;
    bool program_fails;
    bool erase_fails;
    bool is_protected;
    uint8_t programs[GRANULES_PER_UNIT]; /* since the erase, saturating */
    struct nor_cells *cells;             /* NULL: all solid */
};

/* The work under way or suspended. Progress counts towards total_ps. */
struct nor_op {
    enum nor_work work;
    bool is_suspended;
    bool is_suspending;
    bool fails;          /* ends with P_FAIL or E_FAIL */
    bool is_refused;     /* protected: nothing happens in the array */
    bool was_resumed;
    uint32_t addr;
    uint32_t n;
    uint64_t run_start_ps; /* of the run since start or resume */
    uint64_t done_ps;      /* progress before this run */
    uint64_t total_ps;
    uint64_t suspend_at_ps;
    uint8_t data[PAGE_BYTES]; /* program: AND mask of the page; register: value bytes */
    uint16_t named;           /* program: granules of the page that the command named */
    uint16_t opcode;
    uint32_t reg;             /* register write: which; see nor_regs.c */
};

struct nor_state {
    bool is_powered;
    bool is_asleep;
    bool is_reset_armed;
    bool wel;
    bool p_fail;
    bool e_fail;
    bool buffer_is_open;
    enum nor_protocol protocol;
    uint64_t now_ps;
    uint64_t ready_ps;  /* refuses everything before this */
    bool is_recovering; /* why: reset or wake, else power up */
    uint8_t bp;         /* status register bits 5:2 */
    uint8_t cr;
    uint8_t cr2_000;
    uint8_t cr2_200;
    uint8_t cr2_300;
    uint8_t cr2_400;
    uint8_t cr2_500;
    uint8_t ecc_status;
    uint8_t nonvolatile_cr2[4];
    uint32_t buffer_page;
    uint8_t buffer[PAGE_BYTES];
    uint16_t buffer_named;
    struct nor_op op;
    uint64_t random;
    uint64_t boots;
    enum nor_tear tear;
    enum nor_torn_program torn_program;
    enum nor_torn_erase torn_erase;
    uint32_t chip_erases;
    uint32_t doubtful_count;
    uint32_t doubtful[NOR_DOUBTFUL_UNITS];
    bool doubtful_overflow;
    struct nor_counters counters;
};

/* One unit as it was before it changed. bytes is NULL for a unit that was blank (invariant 1). */
struct nor_undo {
    uint32_t unit;
    bool was_blank;
    struct nor_unit info;
    uint8_t bytes[UNIT_BYTES];
};

struct nor_mark_entry {
    uint64_t serial;
    size_t undo_count;
    struct nor_state state;
};

struct nor {
    const struct nor_row *row;
    struct nor_cfg cfg;
    struct frame_device device;
    uint8_t *array;
    struct nor_unit **units;
    uint32_t unit_count;
    struct nor_state state;
    struct nor_mark_entry *marks;
    uint32_t mark_count;
    uint64_t mark_serial;
    struct nor_undo **undo;
    size_t undo_count;
    size_t undo_room;
    struct nor_undo **spare;
    size_t spare_count;
    size_t spare_room;
};

/* One frame as the chip understands it. */
struct nor_request {
    const struct nor_opcode *opcode; /* NULL: none was recognised */
    uint32_t addr;
    uint8_t bytes[2 * PAGE_BYTES]; /* of a write, in the chip's order; a ring */
    uint32_t n;                    /* of a write: all that came */
    bool is_driven;                /* of a read */
};

/* nor_array.c: memory and undo. */

/* Memory of size_bytes that reads 0xFF, for nor_array_unmap to give back. NULL: no memory. */
uint8_t *nor_array_map(uint32_t size_bytes);
/* Gives the memory back. NULL is allowed. */
void nor_array_unmap(uint8_t *array, uint32_t size_bytes);

/*
 * The unit's struct, made if there was none, saved for the newest mark before (invariant 2). Never
 * NULL: without memory the program is aborted.
 */
struct nor_unit *nor_unit_touch(struct nor *nor, uint32_t unit);
/* Touched, and listed as doubtful. */
struct nor_cells *nor_unit_cells(struct nor *nor, uint32_t unit);
void nor_unit_blank(struct nor *nor, uint32_t unit); /* bytes and cells, as after a good erase */
/* Frees the undo log and its spare entries; only when the chip goes. */
void nor_undo_free(struct nor *nor);
/* Tells the listener that n bytes from addr changed. */
void nor_array_told(struct nor *nor, uint32_t addr, uint32_t n);

/* nor_random.c */

/* 64 drawn bits. */
uint64_t nor_random(struct nor *nor);
uint32_t nor_random_below(struct nor *nor, uint32_t bound); /* bound > 0 */
/* A duration in ps as cfg.time wants it: typical, longest, or drawn from the span. */
uint64_t nor_random_span(struct nor *nor, const struct nor_span *span);

/* nor_tear.c: cells. */

/*
 * What the cut program leaves, into the array; event->torn tells its kind. The operation is still
 * in state.op.
 */
void nor_tear_program(struct nor *nor, struct nor_event *event);
/* The same for an erase, drawn for each unit; event->torn tells the last one's kind. */
void nor_tear_erase(struct nor *nor, struct nor_event *event);
/* The bytes of a granule (addr / 16) after a finished program; doubtful cells may take it badly. */
void nor_cells_program(struct nor *nor, uint32_t granule, const uint8_t data[GRANULE_BYTES]);
/* Draw what doubtful cells read as, in all units; at a boot alternating ones change sides. */
void nor_cells_redraw(struct nor *nor, bool is_boot);
/* The same without a boot, for the units that n bytes from addr lie in. */
void nor_cells_redraw_range(struct nor *nor, uint32_t addr, uint32_t n);
/* The unit as a cut erase of this kind leaves it. Its wear counts. */
void nor_tear_erase_unit(struct nor *nor, uint32_t unit, enum nor_torn_erase kind);

/* nor_work.c: operations in time. */

/*
 * Start a program. page is the page's address, data its AND mask, copied; named has a bit for each
 * granule that the command sent bytes for. The caller has checked WEL and that nothing is under
 * way. The array changes when the work ends.
 */
void nor_work_program(struct nor *nor, uint32_t page, const uint8_t data[PAGE_BYTES],
                      uint16_t named);
/* Start an erase of n bytes from addr, whole units; work is NOR_ERASE or NOR_ERASE_CHIP. */
void nor_work_erase(struct nor *nor, enum nor_work work, uint32_t addr, uint32_t n);
/* Start a register write that takes a time out of span; reg has its new value when that is over. */
void nor_work_register(struct nor *nor, uint32_t reg, const uint8_t value[2],
                       const struct nor_span *span);
/* Does the chip leave a program or erase of protected units undone, without a word? */
bool nor_work_ignores(const struct nor *nor, uint32_t addr, uint32_t n);
/* WIP: there is work, and it is not suspended; or it failed, and the chip waits to be told. */
bool nor_work_is_busy(const struct nor *nor);
/* When the work ends or its suspend takes hold. FRAME_NEVER_PS: idle or suspended. */
uint64_t nor_work_end_ps(const struct nor *nor);
/* Suspend what runs; it takes hold after the row's latency. A refusal changes nothing. */
enum nor_refusal nor_work_suspend(struct nor *nor);
/* Go on with suspended work; WEL is 1 again. A refusal changes nothing. */
enum nor_refusal nor_work_resume(struct nor *nor);
/* Cut the work, suspended or not, and tell it. Idle after that. No effect if it was idle. */
void nor_work_tear(struct nor *nor);
/* Is the bank out of reach for reads now? Chip erase and register writes take all banks. */
bool nor_bank_refuses(const struct nor *nor, uint32_t bank_index);

/*
 * How many granules of the page data would program once more since their erase, and in
 * *not_erased_bits how many bits it wants as 1 that are 0. data is PAGE_BYTES long. Changes
 * nothing.
 */
uint32_t nor_program_double(const struct nor *nor, uint32_t page, const uint8_t *data,
                            uint32_t *not_erased_bits);

/* nor_regs.c: registers. reg of nor_work_register is one of these, or a CR2 address. */
#define NOR_REG_SR 0xF0000000u /* value: SR */
#define NOR_REG_CR 0xF0000001u
#define NOR_REG_SR_CR 0xF0000002u /* data[0] SR, data[1] CR */

/* SR as a read shows it: WIP, WEL, BP. */
uint8_t nor_reg_sr(const struct nor *nor);
/* The security register as a read shows it: failures, and what is suspended. */
uint8_t nor_reg_scur(const struct nor *nor);
/* The second status register as a read shows it: the row's fixed bits, and whether suspended. */
uint8_t nor_reg_sr2(const struct nor *nor);
/* Infineon's second status register as a read shows it: what is suspended. */
uint8_t nor_reg_str2(const struct nor *nor);
/* The flag status register as a read shows it: ready, failures, and what is suspended. */
uint8_t nor_reg_fsr(const struct nor *nor);
/* CR2 at this address, 0 where there is none; from C000_0000 on the status of addr's bank. */
uint8_t nor_reg_cr2(const struct nor *nor, uint32_t addr);
/* False: both octal protocols at once, which the chip ignores. */
bool nor_reg_cr2_is_taken(uint32_t addr, uint8_t value);
/* The register has its value now; the protocol follows. value[1]: for NOR_REG_SR_CR only. */
void nor_reg_apply(struct nor *nor, uint32_t reg, const uint8_t value[2]);
/* What a cut write leaves in the register: the old value, the new one, or drawn protection bits. */
void nor_reg_tear(struct nor *nor, uint32_t reg, const uint8_t value[2]);
/* Does a status write leave BP and TB, which are non-volatile, as they are? */
bool nor_reg_status_is_same(const struct nor *nor, uint32_t reg, const uint8_t value[2]);
/* Volatile registers as after a reset: SPI, WEL 0. BP, TB and non-volatile CR2 bits stay. */
void nor_reg_defaults(struct nor *nor);
/* Dummy clocks of an array read in octal: the family's, or by CR2 300h 20 down to 6. */
uint8_t nor_reg_dummies(const struct nor *nor);
/* Do BP and TB protect this address? */
bool nor_reg_protects(const struct nor *nor, uint32_t addr);
/* Does a write to this register outlive the power? */
bool nor_reg_is_nonvolatile(uint32_t reg);

/* nor_frame.c, nor_read.c, nor_write.c: the bus. */

/* Fill frame->in from the array or SFDP. Refused: in[] is untouched, nothing is driven. */
enum nor_refusal nor_read_memory(struct nor *nor, struct frame *frame, struct nor_request *request);
/* The same for a register or the ID. */
enum nor_refusal nor_read_register(struct nor *nor, struct frame *frame,
                                   struct nor_request *request);
/* Bytes by which the controller looks too late; below 0 too early. By its dummy clocks. */
int64_t nor_read_skew(const struct nor *nor, const struct frame *frame,
                      const struct nor_opcode *opcode);
/* Bits, 0 to 7, by which it looks later than that many bytes; 0 but in SPI. */
uint32_t nor_read_shift(const struct nor *nor, const struct frame *frame,
                        const struct nor_opcode *opcode);
/* Check and obey a command that writes; *event tells what starts. A refusal changes nothing. */
enum nor_refusal nor_write(struct nor *nor, const struct nor_request *request,
                           struct nor_event *event);
/* frame_device.transfer: one frame from the wire. ctx is the struct nor. */
enum frame_answer nor_frame_transfer(void *ctx, uint64_t now_ps, struct frame *frame);

/*
 * frame_device.window: what a mapped read would get. Lets time pass up to now_ps, else no change.
 */
enum frame_window nor_frame_window(void *ctx, uint64_t now_ps, const struct frame *frame,
                                   uint32_t bank_index);

/* nor.c */

/* To the listener, if it wants events. event need not outlive the call. */
void nor_tell(struct nor *nor, const struct nor_event *event);
/* Tells the listener that what a window may read has changed. */
void nor_tell_answers(struct nor *nor);
/* Reset by command or pin: tears what is under way, registers to their defaults, then recovery. */
void nor_restart(struct nor *nor);

#endif
