/*
 * The serial NOR over the twin's models of two chips, one without fail bits (W25Q128JV) and one
 * with them and four address bytes (MX25UW51245G as it powers up, on one line): what its tests
 * share.
 */
#ifndef TESTS_SUPPORT_SPI_NOR_FIXTURE_H
#define TESTS_SUPPORT_SPI_NOR_FIXTURE_H

#include "nacre/chips/chips.h"
#include "nacre/media/spi_nor.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/spi_nor_bed.h"

#define UNIT 4096u
#define UNITS 8u
#define REGION 0x20000u /* of the chip */

extern struct spi_nor_bed bed;
extern struct nacre_spi_nor nor;
extern struct nacre_chip row; /* of the chip in the bed; a test may change it */

struct nacre_spi_nor_cfg cfg_of(void);
enum nacre_err open_it(void);

/* Set-ups of a test, and what ends them: W25Q128JV, MX25UW51245G, and MX66UW1G45G with tables. */
int begin(void **state);
int begin_mx(void **state);
int begin_mx66(void **state);
int end(void **state);

/* The region as the model holds it. */
const uint8_t *array(void);

enum nacre_err program(uint32_t addr, const void *buf, uint32_t n);
enum nacre_err read_at(uint32_t addr, void *buf, uint32_t n);
enum nacre_err erase_start(uint32_t addr);
enum nacre_err erase_poll(void);
enum nacre_err erase_wait(void);

bool is_blank(const uint8_t *bytes, uint32_t n);
void fill(uint8_t *bytes, uint32_t n, uint32_t salt);

#define W25(name) cmocka_unit_test_setup_teardown(name, begin, end)
#define MX66(name) cmocka_unit_test_setup_teardown(name, begin_mx66, end)
#define MX(name) cmocka_unit_test_setup_teardown(name, begin_mx, end)

#endif
