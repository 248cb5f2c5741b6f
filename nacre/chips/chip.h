/*
 * A flash part as data: one row a part, each number with its source.
 *
 * Opcodes are as the wires carry them in the protocol that the boot left the part in.
 */
#ifndef NACRE_CHIPS_CHIP_H
#define NACRE_CHIPS_CHIP_H

#include "nacre/ctrl.h"

#include <stdbool.h>
#include <stdint.h>

#define NACRE_CHIP_ID_BYTES 3u

struct nacre_chip {
    const char *name;
    uint8_t id[NACRE_CHIP_ID_BYTES]; /* manufacturer, type, density */
    bool sends_registers_twice;      /* each byte of a register or an id comes twice */

    struct nacre_form form;    /* of commands, and of the reads that a boot may map it by */
    bool registers_have_addr;  /* one of 0 is sent to read a register or an id */

    uint32_t chip_bytes;
    uint32_t bank_bits;     /* a bank is 1 << bank_bits bytes; others are read while one is busy */
    uint32_t unit_bytes;    /* what erase clears */
    uint32_t unit_area_addr; /* erase works in this range alone; */
    uint32_t unit_area_bytes; /* 0: everywhere */
    uint32_t page_bytes;
    uint32_t granule_bytes; /* programmed once between erases */
    uint32_t cut_bytes;     /* what a cut program may spoil */
    uint32_t last_bytes;    /* at the chip's end, never touched */

    uint16_t write_enable;  /* opcodes */
    uint16_t read_status;
    uint16_t read_security; /* where fail and suspend bits are */
    uint16_t read_id;
    uint16_t program;
    uint16_t erase;
    uint16_t program_suspend; /* 0: a program cannot be suspended */
    uint16_t program_resume;
    uint16_t erase_suspend;   /* 0: an erase cannot be suspended */
    uint16_t erase_resume;
    uint16_t buffer_begin;    /* 0: the part has no write buffer. It is filled by several frames, */
    uint16_t buffer_data;     /* each with an address of its own, */
    uint16_t buffer_confirm;  /* and programmed by this one */
    uint16_t clear_failed;    /* 0: fail bits go with the next operation */
    uint16_t reset_enable;
    uint16_t reset;
    uint16_t read_sfdp;       /* with an address; 0: not known how in this protocol */
    uint16_t serial_read;     /* on a bus of its own: all on one line, no dummy clocks; 0: the part
                                 is not to be used so, or nobody looked */
    uint8_t status_dummy_clocks;
    uint8_t id_dummy_clocks;
    uint8_t sfdp_dummy_clocks;

    uint8_t status_busy;      /* bits of the status */
    uint8_t status_enabled;   /* the write enable was taken */
    uint8_t status_never;     /* bits that are never set */
    uint8_t status_program_failed; /* parts that have these in the status itself, and stay busy with
                                      them until clear_failed; else 0 */
    uint8_t status_erase_failed;
    uint8_t security_suspended; /* of either kind; 0 with program_suspend and erase_suspend 0 */
    uint8_t security_program_failed;
    uint8_t security_erase_failed;
    uint8_t status_protected; /* bits of which one that is set protects a part of the array; 0: not
                                 known */
    uint8_t security_protected;
    uint8_t serial_mhz_max;   /* clock of serial_read, the slowest command; 0: not known */

    uint32_t program_us;      /* typical, a page */
    uint32_t program_us_max;
    uint32_t erase_us;        /* typical, a unit */
    uint32_t erase_us_max;
    uint32_t program_suspend_us_max; /* from the command until the chip can be read */
    uint32_t erase_suspend_us_max;
    uint32_t program_run_us_min; /* from start or resume to suspend: less may be no progress. What
                                    no document says is 1000 or more, and called unmeasured */
    uint32_t erase_run_us_min;
    uint32_t reset_us_max;    /* from the reset, in whatever it was doing, to the next command */
};

#endif
