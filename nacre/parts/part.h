/*
 * A memory on a serial bus as data: EEPROM, FRAM, MRAM. One row a part, each number with its
 * source.
 *
 * On SPI the commands are the same for all of these parts: WREN 06, WRDI 04, RDSR 05, READ 03,
 * WRITE 02, RDID 9F where there is an id. Bit 0 of the status is WIP, bit 1 WEL, bits 2 and 3 are
 * BP0 and BP1: none, the upper quarter, the upper half or all of the array is protected.
 */
#ifndef NACRE_PARTS_PART_H
#define NACRE_PARTS_PART_H

#include "nacre/check.h"

#include <stdbool.h>
#include <stdint.h>

#define NACRE_PART_ID_BYTES_MAX 9u

enum nacre_part_bus {
    NACRE_PART_I2C = 0,
    NACRE_PART_SPI = 1,
};

struct nacre_part {
    const char *name;
    enum nacre_part_bus bus;
    uint32_t part_bytes;
    uint32_t page_bytes;  /* a write wraps in it, and a cut spoils it; 0: neither */
    uint32_t group_bytes; /* that wear together, however few of them are written; 1: each alone */
    uint8_t addr_bytes;   /* sent behind the command, or behind the device address: 1 to 3 */
    uint8_t block_bits;   /* I2C: address bits above those, which lie in the device address, */
    uint8_t block_shift;  /* from this bit of its seven on */
    bool wraps_in_block;  /* I2C: a read does not run on into the next such block */
    bool keeps_enable;    /* SPI: a write does not end the write enable */
    uint8_t id_bytes;     /* 0: the part has none. On SPI by RDID, on I2C by the reserved address */
    uint8_t id[NACRE_PART_ID_BYTES_MAX];
    uint32_t write_us;    /* of a page, typical; what no document says is the longest */
    uint32_t write_us_max; /* 0: a write has ended with its transfer */
    uint32_t clock_hz_max;
    uint32_t endurance_k; /* thousands of writes of a cell or group; 0: no bound that counts */
};

#endif
