/*
 * CRC-32C against its standard: the check value and the examples of RFC 3720 appendix B.4.
 */
#include "nacre/core/crc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static uint32_t crc_of(const void *bytes, uint32_t n)
{
    return ~nacre_crc_update(NACRE_CRC_START, bytes, n);
}

static void test_crc_examples_of_the_standard_hold(void **state)
{
    (void)state;
    uint8_t bytes[32];
    assert_int_equal(crc_of("123456789", 9), 0xE3069283u);
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(crc_of(bytes, sizeof bytes), 0x8A9136AAu);
    memset(bytes, 0xFF, sizeof bytes);
    assert_int_equal(crc_of(bytes, sizeof bytes), 0x62A8AB43u);
    for (uint32_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)i;
    }
    assert_int_equal(crc_of(bytes, sizeof bytes), 0x46DD794Eu);
    for (uint32_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(31u - i);
    }
    assert_int_equal(crc_of(bytes, sizeof bytes), 0x113FDB5Cu);
}

static void test_crc_in_pieces_is_the_crc_of_the_whole(void **state)
{
    (void)state;
    const uint8_t *const text = (const uint8_t *)"123456789";
    for (uint32_t cut = 0; cut <= 9; cut++) {
        const uint32_t first = nacre_crc_update(NACRE_CRC_START, text, cut);
        assert_int_equal(~nacre_crc_update(first, text + cut, 9 - cut), 0xE3069283u);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crc_examples_of_the_standard_hold),
        cmocka_unit_test(test_crc_in_pieces_is_the_crc_of_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
