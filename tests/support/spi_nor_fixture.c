/*
 * See spi_nor_fixture.h.
 */
#include "tests/support/spi_nor_fixture.h"

struct spi_nor_bed bed;
struct nacre_spi_nor nor;
struct nacre_chip row;

struct nacre_spi_nor_cfg cfg_of(void)
{
    return (struct nacre_spi_nor_cfg){.chip = &row, .spi = &bed.spi, .time = &bed.time,
                                      .region_addr = REGION, .region_bytes = UNIT * UNITS};
}

enum nacre_err open_it(void)
{
    const struct nacre_spi_nor_cfg cfg = cfg_of();

    return nacre_spi_nor_open(&nor, &cfg);
}

static int begin_with(const struct nacre_chip *chip)
{
    row = *chip;
    return spi_nor_bed_open(&bed, chip->name, 1) ? 0 : -1;
}

int begin(void **state)
{
    (void)state;
    return begin_with(&nacre_chip_w25q128jv);
}

/* Macronix' opcodes on one line are the first bytes of those in octal. */
static int begin_octal(const struct nacre_chip *chip)
{
    if (begin_with(chip) != 0) return -1;
    row.form = (struct nacre_form){.lines = 1, .opcode_bytes = 1, .addr_bytes = 4};
    row.sends_registers_twice = false;
    row.registers_have_addr = false;
    row.serial_read = 0x13;
    row.status_dummy_clocks = 0;
    row.id_dummy_clocks = 0;
    row.sfdp_dummy_clocks = 8;
    uint16_t *const opcodes[] = {
        &row.write_enable, &row.read_status, &row.read_security, &row.read_id, &row.program,
        &row.erase, &row.program_suspend, &row.program_resume, &row.erase_suspend,
        &row.erase_resume, &row.reset_enable, &row.reset, &row.read_sfdp,
    };
    for (uint32_t i = 0; i < sizeof opcodes / sizeof opcodes[0]; i++) {
        *opcodes[i] = (uint16_t)(*opcodes[i] >> 8);
    }
    return 0;
}

int begin_mx(void **state)
{
    (void)state;
    return begin_octal(&nacre_chip_mx25uw51245g);
}

/* The one whose tables are at hand. */
int begin_mx66(void **state)
{
    (void)state;
    return begin_octal(&nacre_chip_mx66uw1g45g);
}

int end(void **state)
{
    (void)state;
    spi_nor_bed_close(&bed);
    return 0;
}

const uint8_t *array(void)
{
    return nor_array(bed.chip.nor) + REGION;
}

enum nacre_err program(uint32_t addr, const void *buf, uint32_t n)
{
    return nor.medium.ops->program(&nor.medium, addr, buf, n);
}

enum nacre_err read_at(uint32_t addr, void *buf, uint32_t n)
{
    return nor.medium.ops->read(&nor.medium, addr, buf, n);
}

enum nacre_err erase_start(uint32_t addr)
{
    return nor.medium.ops->erase_start(&nor.medium, addr);
}

enum nacre_err erase_poll(void)
{
    return nor.medium.ops->erase_poll(&nor.medium);
}

enum nacre_err erase_wait(void)
{
    return nor.medium.ops->erase_wait(&nor.medium);
}

bool is_blank(const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (bytes[i] != 0xFF) return false;
    }
    return true;
}

void fill(uint8_t *bytes, uint32_t n, uint32_t salt)
{
    for (uint32_t i = 0; i < n; i++) bytes[i] = (uint8_t)(i * 37u + salt);
}
