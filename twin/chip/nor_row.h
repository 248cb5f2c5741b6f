/*
 * What differs between NOR chips, as data: sizes, times, opcodes. A row is complete; where two
 * sources disagree the row says which it takes.
 */
#ifndef TWIN_CHIP_NOR_ROW_H
#define TWIN_CHIP_NOR_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "twin/chip/frame.h"

/* What an opcode asks for, whatever its number in a part. */
enum nor_command {
    NOR_CMD_NOP,
    NOR_CMD_READ,
    NOR_CMD_PROGRAM,
    NOR_CMD_ERASE_UNIT,
    NOR_CMD_ERASE_BLOCK,
    NOR_CMD_ERASE_CHIP,
    NOR_CMD_WRITE_ENABLE,
    NOR_CMD_WRITE_DISABLE,
    NOR_CMD_READ_SR,
    NOR_CMD_WRITE_SR,
    NOR_CMD_READ_CR,
    NOR_CMD_READ_CR2,
    NOR_CMD_WRITE_CR2,
    NOR_CMD_READ_SCUR,
    NOR_CMD_READ_SR2,
    NOR_CMD_READ_STR2,
    NOR_CMD_READ_FSR,
    NOR_CMD_CLEAR_FAILED,
    NOR_CMD_READ_ID,
    NOR_CMD_READ_SFDP,
    NOR_CMD_SUSPEND,
    NOR_CMD_RESUME,
    NOR_CMD_RESET_ENABLE,
    NOR_CMD_RESET,
    NOR_CMD_SLEEP,
    NOR_CMD_WAKE,
    NOR_CMD_BUFFER_BEGIN,
    NOR_CMD_BUFFER_DATA,
    NOR_CMD_BUFFER_CONFIRM,
    NOR_CMD_NOT_MODELLED,
};

/*
 * QUAD_IO and QUAD_OUT stand for a whole form: address, a mode byte, 4 clocks and data, all on four
 * lines; or 8 clocks, and data alone on four lines.
 */
enum nor_dummy {
    NOR_DUMMY_NONE,
    NOR_DUMMY_8,
    NOR_DUMMY_QUAD_IO,
    NOR_DUMMY_QUAD_OUT,
    NOR_DUMMY_ARRAY,
    NOR_DUMMY_REGISTER,
    NOR_DUMMY_SFDP,
};

#define NOR_NO_FORM 0xFFu

/*
 * One opcode. Address bytes by protocol, NOR_NO_FORM where the protocol does not have it. Dummy
 * clocks in octal; in SPI a READ has none, 8 or those of a quad read, by dummy_spi.
 */
struct nor_opcode {
    uint8_t code;
    uint8_t address_spi;
    uint8_t address_octal;
    enum nor_dummy dummy_spi;
    enum nor_dummy dummy_octal;
    bool is_dtr_only;
    bool is_str_only; /* of the two octal forms */
    enum nor_command command;
};

struct nor_span {
    uint64_t typical_ps;
    uint64_t max_ps;
};

/*
 * How a boot stage leaves the part: the read by which it is mapped, as it is on the wires, without
 * address and data; and the clock.
 */
struct nor_left {
    struct frame read;
    uint32_t clock_mhz;
};

/* What all parts of a family do alike, whatever their size. */
struct nor_family {
    bool has_octal;            /* a boot leaves it in octal DTR, else in SPI */
    bool shows_suspend_at_once; /* the suspend bit is set by the command, WIP goes later */
    bool opcode_is_single;     /* in octal DTR an opcode is one byte, at single rate */
    bool opcode_repeats;       /* the second opcode byte in octal is the first, else its inverse */
    bool fails_stay;           /* fail bits stay until they are cleared, and WEL with them */
    bool status_has_fails;     /* P_FAIL and E_FAIL are bits 6 and 5 of the status itself, and WIP
                                  stays with them: nothing else is obeyed until they are cleared */
    bool registers_come_once;  /* in octal DTR a register's bytes are not doubled */
    bool ignores_protected;    /* a program or erase of a protected unit does not even begin */
    uint8_t sr2;               /* fixed bits of the second status register */
    uint8_t register_dummies; /* least number of clocks before a register's first byte, octal */
    uint8_t sfdp_dummies;     /* octal */
    uint8_t array_dummies;    /* octal; 0: by the part's register at 300h */
    struct nor_left left;
    struct nor_span write_status;
    struct nor_span write_status_same; /* no non-volatile bit changes */
    struct nor_span write_cr2;         /* volatile */
    struct nor_span write_cr2_nonvolatile;
    uint64_t protected_program_ps; /* a refused program's WIP time */
    uint64_t protected_erase_ps;
    uint64_t suspend_tail_ps;      /* at the end of an operation a suspend does nothing */
    uint64_t reset_idle_ps;
    uint64_t reset_program_ps;
    uint64_t reset_erase_unit_ps;
    uint64_t reset_erase_block_ps;
    uint64_t reset_erase_chip_ps;
    uint64_t reset_write_status_ps;
    uint64_t power_up_ps;
    uint64_t sleep_ps;
    uint64_t wake_ps;
};

/*
 * Of an octal family none of whose documents says: a refused operation, the end of one in which a
 * suspend comes too late (there must be such a time), and the resets, about as Macronix has them.
 */
#define NOR_FAMILY_TIMES_UNKNOWN                                                                   \
    .protected_program_ps = 2000000u, .protected_erase_ps = 2000000u, .suspend_tail_ps = 2000000u, \
    .reset_idle_ps = 40000000u, .reset_program_ps = 310000000u,                                    \
    .reset_erase_unit_ps = 25000000000u, .reset_erase_block_ps = 25000000000u,                     \
    .reset_erase_chip_ps = 100000000000u

/* How long a part takes, and how its work stands still. */
struct nor_times {
    struct nor_span program;
    struct nor_span erase_unit;
    struct nor_span erase_block;
    struct nor_span erase_chip;
    uint64_t suspend_program_ps; /* latency */
    uint64_t suspend_erase_ps;
    uint64_t min_run_program_ps; /* from resume to suspend, for any progress */
    uint64_t min_run_erase_ps;
};

struct nor_row {
    const char *name;
    const struct nor_opcode *opcodes;
    uint32_t opcode_count;
    const struct nor_family *family;
    uint8_t id[3];
    uint32_t size_bytes;
    uint32_t block_bytes;
    uint32_t unit_area_addr;  /* units of 4 KB can be erased there alone; */
    uint32_t unit_area_bytes; /* 0: everywhere */
    uint32_t bank_count;
    bool wire_swaps;
    bool has_double_program; /* a granule may be programmed again, maybe at the cost of its ECC;
                                else that fails, and changes nothing */
    const uint8_t *sfdp;     /* NULL: a sample whose tables read as FFh */
    uint32_t sfdp_bytes;
    struct nor_times times;
};

/*
 * Macronix' octal family: opcodes with and without those of the page buffer, which only parts with
 * banks have, and what all its parts share.
 */
#define NOR_OPCODES_OCTAL 51u
#define NOR_OPCODES_OCTAL_BANKS 55u
extern const struct nor_opcode nor_opcodes_octal[NOR_OPCODES_OCTAL_BANKS];
extern const struct nor_family nor_family_octal;

#endif
