/*
 * Reads by bounded commands while a bank is busy: of the running bank and of the others, which read
 * while write is about, and last of all of the busy one.
 */
#include "examples/bring-up/lab.h"
#include "examples/bring-up/steps.h"

#include <stddef.h>

#define IMAGE_PLACES 3u
#define BANKS_MAX 8u
#define PLACES (IMAGE_PLACES + BANKS_MAX)
#define ROUNDS 16u
#define ROUNDS_BUSY_BANK 2u
#define ERASED_WORD 0xFFFFFFFFu

static const char *const bank_names[BANKS_MAX] = {
    "bank0", "bank1", "bank2", "bank3", "bank4", "bank5", "bank6", "bank7"};

static struct probe_read places[PLACES];
static uint32_t place_bank[PLACES]; /* of those behind IMAGE_PLACES */
static uint32_t place_count;

static uint32_t bank_of(uint32_t chip_addr)
{
    return chip_addr >> lab.chip->bank_bits;
}

static void choose_places(void)
{
    const uint32_t bank_count = lab.chip->chip_bytes >> lab.chip->bank_bits;

    for (uint32_t i = 0; i < IMAGE_PLACES; i++) {
        lab_read_of(&places[i], (lab.image_bytes / IMAGE_PLACES * i) & ~15u);
    }
    place_count = IMAGE_PLACES;
    for (uint32_t bank = 0; bank < bank_count && bank < BANKS_MAX; bank++) {
        if (bank == bank_of(0) || bank == bank_of(lab.unit_a)) continue;
        place_bank[place_count] = bank;
        lab_read_of(&places[place_count], bank << lab.chip->bank_bits);
        place_count++;
    }
}

static void tell(const char *group, const char *name, const struct probe_read *read)
{
    char full[32];
    uint32_t n = 0;

    for (; group[n] != '\0'; n++) {
        full[n] = group[n];
    }
    full[n++] = '.';
    for (uint32_t i = 0; name[i] != '\0'; i++) {
        full[n++] = name[i];
    }
    full[n] = '\0';
    report_number(full, "equal", read->equal, "reads");
    report_number(full, "different", read->different, "reads");
    report_number(full, "timeout", read->timeouts, "reads");
}

static struct probe_read sum_of_image(void)
{
    struct probe_read sum = {0};

    for (uint32_t i = 0; i < IMAGE_PLACES; i++) {
        sum.equal += places[i].equal;
        sum.different += places[i].different;
        sum.timeouts += places[i].timeouts;
    }
    return sum;
}

/* Tell and answer for the image; a blank place proves nothing, its line is told all the same. */
static bool tell_all(const char *group)
{
    const struct probe_read image = sum_of_image();

    tell(group, "image", &image);
    for (uint32_t i = IMAGE_PLACES; i < place_count; i++) {
        tell(group, bank_names[place_bank[i]], &places[i]);
    }
    return image.equal != 0 && image.different == 0 && image.timeouts == 0;
}

void step_rww(void)
{
    struct probe_work program = {
        .reads = places, .read_rounds = ROUNDS};
    struct probe_work erase = {
        .reads = places, .read_rounds = ROUNDS};

    if (bank_of(lab.unit_a) == bank_of(0)) {
        report_word("verdict", "rww", "open", "-");
        return;
    }
    lab_step(LAB_STEP_RWW, "rww");
    choose_places();
    program.read_count = place_count;
    erase.read_count = place_count;
    lab_program(&program, LAB_PIECE_BYTES);
    const bool in_program = tell_all("rww.program");
    choose_places();
    lab_erase(&erase, lab.unit_a);
    const bool in_erase = tell_all("rww.erase");
    for (uint32_t i = IMAGE_PLACES; i < place_count; i++) {
        report_word("rww.blank", bank_names[place_bank[i]],
                    places[i].want[0] == ERASED_WORD ? "yes" : "no", "-");
    }
    lab_verdict("rww", in_program && in_erase);
}

void step_busy_bank(void)
{
    struct probe_work fill = {0};
    struct probe_work work = {
        .reads = places, .read_count = 1, .read_rounds = ROUNDS_BUSY_BANK};

    lab_step(LAB_STEP_BUSY_BANK, "busy_bank");
    lab_program(&fill, LAB_PIECE_BYTES);
    lab_read_of(&places[0], lab.unit_a);
    lab_erase(&work, lab.unit_b);
    tell("busy_bank", "read", &places[0]);
    report_hex("busy_bank", "got", places[0].got[0], "hex");
    report_hex("busy_bank", "want", places[0].want[0], "hex");
    lab_erase(&fill, lab.unit_a);
}
