/*
 * The list of all rows. A part is added by a row in one of the files row_*.c.
 */
#include <string.h>

#include "twin/parts/part_internal.h"

const struct part_row *part_row_at(uint32_t index)
{
    const struct {
        const struct part_row *rows;
        uint32_t count;
    } files[] = {
        {part_rows_i2c_eeprom, part_rows_i2c_eeprom_count},
        {part_rows_spi_eeprom, part_rows_spi_eeprom_count},
        {part_rows_fram, part_rows_fram_count},
        {part_rows_mram, part_rows_mram_count},
        {part_rows_nor, part_rows_nor_count},
    };
    for (uint32_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (index < files[i].count) return &files[i].rows[index];
        index -= files[i].count;
    }
    return NULL;
}

const struct part_row *part_row_find(const char *name)
{
    for (uint32_t i = 0; part_row_at(i) != NULL; i++) {
        if (strcmp(part_row_at(i)->name, name) == 0) return part_row_at(i);
    }
    return NULL;
}

const char *part_name(uint32_t index)
{
    const struct part_row *const row = part_row_at(index);
    return row == NULL ? NULL : row->name;
}

const struct part_row *part_row(const struct part *part)
{
    return part->row;
}
