/*
 * What the chip says of itself.
 *
 * Dummy clocks are tried on a status that is not zero: the write-enable bit is set for the read and
 * taken back by the next command. A bit of the answer stands for a number of clocks.
 */
#include "examples/bring-up/lab.h"
#include "examples/bring-up/steps.h"
#include "nacre/chips/chips.h"

#include <stddef.h>

#define WRITE_DISABLE 0x04FBu /* ST component driver stm32-mx66uw1g45g v1.1.0 */
#define READ_SFDP 0x5AA5u
#define SFDP_DUMMY_CLOCKS 20u
#define SFDP_BYTES 316u       /* of the dump, Macronix, LKML 20240722064922.606172-4 */
#define SFDP_CRC_32 0xCFCAE48Bu
#define SFDP_PART_BYTES 64u
#define SFDP_PARTS 5u
#define DUMMY_FIRST 2u
#define DUMMY_END 32u
#define ID_BYTES_READ 8u

/* Parts that answer to the same commands. */
static const struct nacre_chip *const parts[] = {
    &nacre_chip_mx66uw1g45g, &nacre_chip_mx25uw51245g, &nacre_chip_mx25uw25645g,
    &nacre_chip_mx25lm51245g};
#define PART_COUNT (sizeof(parts) / sizeof(parts[0]))

static uint32_t words[SFDP_PARTS * SFDP_PART_BYTES / 4u];

/* The byte that came first, and the same twice, as registers come in octal DTR. */
static bool is_twice(uint32_t word, uint32_t byte)
{
    return (word & 0xFFFFu) == (byte | byte << 8);
}

static bool is_status_right(uint8_t clocks)
{
    const struct nacre_chip *const chip = lab.chip;
    const struct nacre_op op[] = {
        lab_command(chip->write_enable),
        lab_register_read(chip->read_status, &words[0], 2, clocks),
        lab_command(WRITE_DISABLE),
        lab_register_read(chip->read_status, &words[1], 2, clocks),
    };

    return probe_send(&lab.board, op, 4) == NACRE_OK && is_twice(words[0], chip->status_enabled) &&
           is_twice(words[1], 0);
}

static bool is_id_of(const struct nacre_chip *chip)
{
    return is_twice(words[0], chip->id[0]) && is_twice(words[0] >> 16, chip->id[1]) &&
           is_twice(words[1], chip->id[2]);
}

static bool read_id(uint8_t clocks)
{
    const struct nacre_op op = lab_register_read(lab.chip->read_id, words, ID_BYTES_READ, clocks);

    return probe_send(&lab.board, &op, 1) == NACRE_OK;
}

static void try_dummies(void)
{
    uint32_t status = 0;
    uint32_t id = 0;

    for (uint32_t clocks = DUMMY_FIRST; clocks < DUMMY_END; clocks++) {
        if (is_status_right((uint8_t)clocks)) status |= 1u << clocks;
        if (read_id((uint8_t)clocks) && is_id_of(lab.chip)) id |= 1u << clocks;
    }
    report_hex("dummy.status", "right", status, "mask");
    report_hex("dummy.id", "right", id, "mask");
    lab_verdict("dummies", (status >> lab.chip->status_dummy_clocks & 1u) != 0 &&
                               (id >> lab.chip->id_dummy_clocks & 1u) != 0);
}

static bool find_part(void)
{
    const bool is_read = read_id(lab.chip->id_dummy_clocks);
    bool is_known = false;

    for (uint32_t i = 0; i < PART_COUNT && is_read && !is_known; i++) {
        is_known = is_id_of(parts[i]);
        if (is_known) lab_use(parts[i]);
    }
    report_hex("id", "word0", words[0], "hex");
    report_hex("id", "word1", words[1], "hex");
    report_word("chip", NULL, is_known ? lab.chip->name : "unknown", "row");
    lab_verdict("id", is_known);
    return is_known;
}

static void tell_sfdp(void)
{
    for (uint32_t i = 0; i < SFDP_PARTS; i++) {
        struct nacre_op op =
            lab_register_read(READ_SFDP, &words[i * SFDP_PART_BYTES / 4u], SFDP_PART_BYTES,
                              SFDP_DUMMY_CLOCKS);

        op.chip_addr = i * SFDP_PART_BYTES;
        if (probe_send(&lab.board, &op, 1) != NACRE_OK) return;
    }
    for (uint32_t i = 0; i < SFDP_BYTES / 4u; i++) {
        report_numbered("sfdp", "word", i, words[i]);
    }
    const uint32_t crc = report_crc32(words, SFDP_BYTES);
    report_hex("sfdp", "crc", crc, "crc32");
    if (lab.chip == &nacre_chip_mx66uw1g45g) {
        lab_verdict("sfdp", crc == SFDP_CRC_32);
    } else {
        report_word("verdict", "sfdp", "open", "no_dump_of_this_part");
    }
}

enum nacre_err step_chip(void)
{
    lab_step(LAB_STEP_CHIP, "chip");
    const bool is_known = find_part();
    tell_sfdp();
    if (!is_known) return NACRE_CHIP_UNKNOWN;
    try_dummies();
    report_number("mapped", NULL, lab.board.port.mapped_bytes, "bytes");
    return lab.board.port.mapped_bytes == lab.chip->chip_bytes ? NACRE_OK : NACRE_CTRL_STATE;
}
