/*
 * CONTRACT: what is known of a part, in the files row_*.c, each number with its source.
 */
#ifndef TWIN_PARTS_PART_ROW_H
#define TWIN_PARTS_PART_ROW_H

#include <stdbool.h>
#include <stdint.h>

enum part_kind { PART_EEPROM, PART_FRAM, PART_MRAM, PART_NOR };
enum part_wire { PART_I2C, PART_SPI };

struct part_row {
    const char *name;
    enum part_kind kind;
    enum part_wire wire;
    uint32_t size_bytes;
    uint32_t page_bytes;     /* a write wraps in it; 0: at the end of the array only */
    uint8_t address_bytes;   /* on the bus, behind the device address or the opcode */
    uint8_t device_address;  /* I2C: seven bits with all pins and address bits 0: 50h */
    uint8_t pin_bits;        /* I2C: bits of the device address that pins decide */
    uint8_t block_bits;      /* I2C: bits of it that are upper address bits of the array */
    uint32_t clock_hz_max;
    uint32_t write_us_typ;   /* of a write cycle; 0: none known */
    uint32_t write_us_max;   /* 0: there is no write cycle */
    uint32_t power_up_us;    /* from power on to the first command */
    uint32_t group_bytes;    /* that wear and are spoiled together (ECC): 1, 4, or a page */
    bool page_is_cycled;     /* a write cycle of one byte cycles its whole page, says the source */
    bool keeps_enable;       /* SPI: WEL stays set after a write */
    bool status_enable;      /* SPI: a write enable is needed for WRSR too */
    uint8_t status_nonvolatile; /* SPI: bits of the status register that survive the power */
    uint8_t status_fixed;    /* SPI: bits that always read 1 */
    bool has_fast_read;      /* SPI: 0B with a dummy byte */
    bool has_sleep;          /* SPI: B9h and its way out */
    uint8_t id_bytes;        /* of RDID 9Fh; 0: there is none */
    uint8_t id[9];
    uint32_t endurance;      /* write cycles, at the temperature of the source; 0: without bound */
};

#endif
