/*
 * CONTRACT: what is known of a part, in the files row_*.c, each number with its source.
 */
#ifndef TWIN_PARTS_PART_ROW_H
#define TWIN_PARTS_PART_ROW_H

#include <stdbool.h>
#include <stdint.h>

enum part_kind { PART_EEPROM, PART_FRAM, PART_MRAM, PART_NOR };
enum part_wire { PART_I2C, PART_SPI };

#define PART_ID_BYTES 9u

struct part_row {
    const char *name;
    enum part_kind kind;
    enum part_wire wire;
    uint32_t size_bytes;        /* a power of two */
    uint32_t page_bytes;        /* a write wraps in it; 0: at the end of the array only */
    uint32_t group_bytes;       /* that a write of one byte cycles: they wear together, and a cut
                                   may spoil them all. A divisor of the page; 0: nothing wears. Of a
                                   NOR what an erase clears */
    bool has_ecc;               /* a group is a word of an error correction */
    uint8_t address_bytes;      /* behind the device address or the opcode */
    uint8_t block_bits;         /* I2C: how many of A2..A0 of the device address, from A0 on, are
                                   upper address bits of the array; pins decide the others */
    bool protected_nack;        /* I2C: data bytes are not acknowledged while WP protects */
    bool keeps_enable;          /* SPI: WEL stays set after a write */
    uint8_t status_nonvolatile; /* SPI: bits of the status register that survive the power */
    uint8_t status_fixed;       /* SPI: bits that always read 1 */
    bool has_fast_read;         /* SPI: 0Bh, with a dummy byte behind the address */
    uint8_t id_bytes;           /* of RDID 9Fh, or by the reserved address F8h on I2C; 0: none */
    uint8_t id[PART_ID_BYTES];
    uint32_t clock_hz_max;
    uint32_t write_us_typ;      /* of a write cycle; 0: no source says */
    uint32_t write_us_max;      /* 0: there is no write cycle */
    uint32_t power_up_us;       /* from power on to the first command */
    uint32_t endurance;         /* write cycles that the maker promises; 0: 10^12 or more */
};

#endif
