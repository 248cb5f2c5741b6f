/*
 * Overwritten memory as a flash, cut: headers torn at every byte and in every way, again in the
 * erase that follows, and long chains of that.
 *
 * Method: beside the memory stands what a flash may hold. A unit whose erase was cut may read as
 * before or as blank, as a whole, until it is erased to its end or something is programmed into it:
 * then what was seen before that stays. If its header reads either way, and what comes next is cut,
 * nothing is known of the unit until it is erased. A granule whose program was cut may read as
 * anything. Nothing else may change, and no stamp comes twice.
 */
#include "tests/support/cell_box.h"
#include "tests/support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#define GRANULES_MAX 512u
#define UNITS_MAX 8u
#define PAIRS_OF 5u /* of the pairs of cuts one in so many; no divisor of the tears or bytes */
#define UNITS_USED 3u /* by the tests: the others stay blank */

/* What one unit of a flash may hold. */
struct flash_unit {
    uint8_t bytes[GRANULES_MAX * 16u];
    bool is_torn[GRANULES_MAX]; /* any bytes */
    bool may_be_blank;          /* an erase was cut */
    bool is_unstable;           /* and its header reads either way */
    bool is_open;               /* and what came next was cut, too: anything, until it is erased */
};

static struct cell_box box;
static struct flash_unit flash[UNITS_MAX];
static uint8_t seen[GRANULES_MAX * 16u];
static uint8_t blank[GRANULES_MAX * 16u];
static uint32_t programs;

static uint32_t unit_bytes(void)
{
    return box.cells.medium.geometry.unit_bytes;
}

static void begin(uint32_t bytes, uint32_t page_bytes, uint8_t fill, uint64_t seed)
{
    box_begin(&box, 256, bytes, page_bytes, fill);
    box.rng.state = seed;
    assert_int_equal(box_open(&box), NACRE_OK);
    memset(blank, 0xff, sizeof blank);
    memset(flash, 0, sizeof flash);
    for (uint32_t k = 0; k < UNITS_MAX; k++) memset(flash[k].bytes, 0xff, sizeof flash[k].bytes);
    assert_true(unit_bytes() <= sizeof blank);
}

static bool unit_matches(const struct flash_unit *unit, const uint8_t *expected)
{
    for (uint32_t k = 0; k < unit_bytes() / 16; k++) {
        if (unit->is_torn[k]) continue;
        if (memcmp(seen + k * 16, expected + k * 16, 16) != 0) return false;
    }
    return true;
}

/* Does it read as it may? */
static bool unit_is_right(uint32_t index)
{
    const struct flash_unit *const unit = &flash[index];
    if (box_read(&box, index * unit_bytes(), seen, unit_bytes()) != NACRE_OK) return false;
    if (unit->is_open || unit_matches(unit, unit->bytes)) return true;
    return unit->may_be_blank && unit_matches(unit, blank);
}

static void erase_unit(uint32_t index)
{
    struct flash_unit *const unit = &flash[index];
    if (box_erase(&box, index) == NACRE_OK) {
        memset(unit, 0, sizeof *unit);
        memset(unit->bytes, 0xff, sizeof unit->bytes);
    } else {
        unit->is_open |= unit->is_unstable;
        unit->is_unstable |= box.tear == BOX_UNSTABLE;
        unit->may_be_blank = true;
    }
}

/*
 * A program into what reads as blank; from here on what was seen stays. Into a unit whose erase was
 * cut nothing is programmed while it shows what it held: nobody may do that.
 */
static void program_granule(uint32_t index, uint32_t granule)
{
    struct flash_unit *const unit = &flash[index];
    uint8_t data[16];
    if (!box.is_on || unit->is_open) return;
    assert_true(unit_is_right(index));
    if (unit->is_torn[granule] || memcmp(seen + granule * 16, blank, 16) != 0) return;
    const bool is_other = !unit_matches(unit, unit->bytes);
    if (unit->may_be_blank && !unit_matches(unit, blank)) return;
    struct rng rng = {++programs};
    for (uint32_t i = 0; i < 16; i++) data[i] = (uint8_t)rng_next(&rng);
    const uint32_t addr = index * unit_bytes() + granule * 16;
    if (box_program(&box, addr, data, 16) != NACRE_OK) {
        unit->is_torn[granule] = true;
        unit->is_open |= unit->is_unstable;
        return;
    }
    if (is_other) memcpy(unit->bytes, seen, sizeof unit->bytes);
    unit->may_be_blank = false;
    unit->is_unstable = false;
    memcpy(unit->bytes + granule * 16, data, 16);
}

/*
 * With pages a cut spoils all granules of the page; without, those that were being written. Told
 * before the program, taken back if it succeeds.
 */
static void program_page(uint32_t index, uint32_t granule)
{
    const bool has_pages = box.area.page_bytes != 0;
    const uint32_t in_page = has_pages ? box.cells.medium.geometry.page_bytes / 16 : 1;
    const uint32_t first = granule / in_page * in_page;
    program_granule(index, granule);
    if (!flash[index].is_torn[granule]) return;
    for (uint32_t k = first; k < first + in_page; k++) flash[index].is_torn[k] = true;
}

static void boot_and_look(void)
{
    assert_int_equal(box_open(&box), NACRE_OK);
    for (uint32_t k = 0; k < UNITS_USED; k++) assert_true(unit_is_right(k));
}

static void assert_nothing_came_twice(void)
{
    assert_int_equal(box.repeated, 0);
    assert_int_equal(box.crossed, 0);
}

struct cut {
    uint32_t write;
    enum box_tear tear;
    uint32_t keep;
};

/* An erase cut, a boot, the erase that follows cut, boots, and then all the way. */
static void cut_twice(uint32_t page_bytes, uint32_t erases, struct cut first, struct cut second)
{
    begin(8192, page_bytes, 0xff, first.keep * 64 + second.keep + 1);
    program_page(2, 3);
    for (uint32_t k = 0; k < erases; k++) {
        erase_unit(1);
        program_page(1, 0);
        program_page(1, 3 + 3 * k);
    }
    box_cut(&box, first.write, first.tear, first.keep);
    erase_unit(1);
    boot_and_look();
    box_cut(&box, second.write, second.tear, second.keep);
    erase_unit(1);
    boot_and_look();
    boot_and_look();
    erase_unit(1);
    boot_and_look();
    program_page(1, 6);
    for (uint32_t k = 0; k < 4; k++) boot_and_look();
    assert_nothing_came_twice();
}

/* Nothing or all of it: how many bytes makes no difference. */
static bool keep_is_idle(enum box_tear tear)
{
    return tear == BOX_NOTHING || tear == BOX_COMPLETE;
}

/*
 * Tears of a header (8 bytes, prefixes 0 to 8) against those of the next erase's writes: where the
 * first left doubt it has up to three.
 */
static uint32_t cut_twice_everywhere(uint32_t page_bytes)
{
    const uint32_t tears = page_bytes != 0 ? BOX_TEARS : BOX_PAGE;
    uint32_t runs = 0;
    for (uint32_t k = 0; k < tears * 9 * 3 * tears * 9; k++) {
        const uint32_t rest = k / (tears * 9);
        const struct cut first = {0, k % tears, k / tears % 9};
        const struct cut second = {rest % 3, rest / 3 % tears, rest / 3 / tears};
        if (k % PAIRS_OF != 0) continue;
        if (first.keep != 0 && keep_is_idle(first.tear)) continue;
        if (second.keep != 0 && keep_is_idle(second.tear)) continue;
        cut_twice(page_bytes, 3 + k % 2, first, second);
        runs++;
    }
    return runs;
}

static void test_cells_erase_cut_twice_keeps_old_or_blank(void **state)
{
    (void)state;
    const uint32_t runs = cut_twice_everywhere(0) + cut_twice_everywhere(64);
    printf("cells: %u pairs of cuts\n", (unsigned)runs);
    assert_true(runs > 800);
}

/* The first use of a virgin unit, and the erase of one with foreign bytes, cut at each write. */
static void first_use(uint32_t page_bytes, uint8_t fill, bool is_foreign, enum box_tear tear)
{
    for (uint32_t write = 0; write < 40; write++) {
        begin(8192, page_bytes, fill, write + 1);
        const uint32_t span = box.cells.unit_span;
        for (uint32_t i = 0; is_foreign && i < span; i++) {
            box.bytes[256 + i] = (uint8_t)rng_mix(i);
        }
        if (is_foreign) assert_int_equal(box_open(&box), NACRE_OK);
        box_cut(&box, write, tear, write % 9);
        if (is_foreign) {
            (void)box_erase(&box, 0); /* cut or not; what it reads as then is anybody's guess */
            assert_int_equal(box_open(&box), NACRE_OK);
            erase_unit(0);
            boot_and_look();
        }
        box_cut(&box, write, tear, write % 9);
        program_page(0, 4);
        program_page(0, 9);
        boot_and_look();
        program_page(0, 13);
        boot_and_look();
        boot_and_look();
        assert_nothing_came_twice();
    }
}

static void test_cells_first_use_cut_anywhere_is_done_again(void **state)
{
    (void)state;
    for (enum box_tear tear = BOX_NOTHING; tear < BOX_TEARS; tear++) {
        for (uint32_t is_foreign = 0; is_foreign < 2; is_foreign++) {
            first_use(64, 0xff, is_foreign != 0, tear);
            if (tear == BOX_PAGE) continue;
            first_use(0, 0x00, is_foreign != 0, tear);
            first_use(0, 0xff, is_foreign != 0, tear);
        }
    }
}

/* The last count: the unit is cleared and counts anew, cut at each write. */
static void test_cells_counting_anew_cut_anywhere_shows_nothing_old(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < BOX_TEARS * 24; k++) {
        begin(8192, 64, 0xff, k + 1);
        erase_unit(0);
        for (uint32_t granule = 0; granule < 48; granule += 3) program_page(0, granule);
        box.cells.units[0] = 0xe0000000u | 0x1ffffffcu; /* as if it had been erased so often */
        erase_unit(0);
        program_page(0, 0);
        box_cut(&box, k % 24, k / 24, k % 9);
        erase_unit(0);
        assert_int_equal(box_open(&box), NACRE_OK); /* cleared in part: any of it may be gone */
        erase_unit(0);
        boot_and_look();
        program_page(0, 7);
        boot_and_look();
        erase_unit(0);
        boot_and_look();
    }
}

/* Long chains: any call, cut anywhere in any way, boots in between. */
static void chain(uint32_t page_bytes, uint64_t seed)
{
    struct rng rng = {seed};
    begin(8192, page_bytes, seed % 2 != 0 ? 0xff : 0x00, seed);
    const uint32_t granules = unit_bytes() / 16;
    const uint32_t tears = page_bytes != 0 ? BOX_TEARS : BOX_PAGE;
    for (uint32_t step = 0; step < 60; step++) {
        const uint32_t unit = rng_below(&rng, 2);
        const bool is_cut = rng_percent(&rng, 60);
        if (is_cut) box_cut(&box, rng_below(&rng, 3), rng_below(&rng, tears), rng_below(&rng, 21));
        for (uint32_t k = 0; k < 3 && box.is_on; k++) {
            if (rng_percent(&rng, 40)) erase_unit(unit);
            else program_page(unit, rng_below(&rng, rng_percent(&rng, 50) ? 4 : granules));
        }
        if (is_cut || rng_percent(&rng, 30)) boot_and_look();
    }
    boot_and_look();
    assert_nothing_came_twice();
}

static void test_cells_chains_of_cuts_show_nothing_old(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 60; seed++) {
        chain(0, seed);
        chain(64, seed);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_cells_erase_cut_twice_keeps_old_or_blank),
    cmocka_unit_test(test_cells_first_use_cut_anywhere_is_done_again),
    cmocka_unit_test(test_cells_counting_anew_cut_anywhere_shows_nothing_old),
    cmocka_unit_test(test_cells_chains_of_cuts_show_nothing_old),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
