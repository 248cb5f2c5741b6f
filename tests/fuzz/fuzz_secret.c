/*
 * Fuzz target: secrets, with the real cipher of PSA, in any order of calls, over cuts, flipped bits
 * and faults of everything that the secrets call; and with records that somebody else wrote.
 *
 * What a get must answer is said in secret_vault.h. Records are stored past the secrets: any bytes,
 * records that were sealed here cut short, made longer, altered or put under another key, older
 * ones played back, ones sealed for another store. The whole chip is played back, too. Held beside
 * the answers: no plain byte reaches the medium, the work buffer or a caller's buffer after an
 * error; no nonce is used twice; nobody is locked out who has altered nothing.
 *
 * Input: a byte for the bed (fuzz_bed.h; 0x10: a monotonic counter, 0x20: a stuck random source),
 * then calls.
 */
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/secret_vault.h"
#include "tests/support/rng.h"

#include <stdlib.h>
#include <string.h>

#define CALLS_MAX 120u
#define ERASE_US 30000u
#define RAW_BYTES_MAX 40u

static struct {
    struct fuzz_input input;
    struct sim_nor *past;           /* the chip as it was at a moment */
    struct holding past_now[VAULT_PLACES];
    bool has_past;
    bool is_past_weak;
    bool was_stuck;    /* the random source, ever */
    bool was_put_back; /* the counter of the nonces, perhaps */
    bool was_moved;    /* the monotonic counter, since the secrets were opened */
    jmp_buf jump;
} s;

static void note_put_back(void)
{
    s.was_put_back = true;
    probe.may_repeat = s.was_stuck;
}

static void tamper(void)
{
    vault.is_tampered = true;
    note_put_back();
}

static bool is_refusal(enum nacre_err err)
{
    if (err == NACRE_FULL || err == NACRE_KEYS_FULL) return true;
    return vault.is_weak && (err == NACRE_READ_ONLY || err == NACRE_DAMAGED || err == NACRE_STALE);
}

static void make_text(void)
{
    struct rng rng = {rng_mix(0x7e87u + fuzz_byte(&s.input))};
    vault.text_n = fuzz_byte(&s.input) % (PROBE_TEXT_MAX + 1u);
    for (uint32_t i = 0; i < vault.text_n; i++) vault.text[i] = (uint8_t)rng_next(&rng);
}

/* ---- boots ---- */

static void open_secrets(void)
{
    s.was_moved = false;
    vault_open_secrets();
    vault_judge();
}

static void mount(void)
{
    sim_nor_cut_never(vault.bed.sim);
    probe_calm();
    vault.is_plain_near = false;
    const enum nacre_err err = fuzz_bed_mount(&vault.bed);
    if (err != NACRE_OK && !(vault.is_weak && fuzz_is_readable(err))) {
        fuzz_wrong("the mount answers %d", (int)err);
    }
}

/* Power on after a cut. */
static void recover(void)
{
    mount();
    vault_take(false);
    open_secrets();
}

static void reboot(bool is_planned)
{
    const struct sim_tear tear = {SIM_TEAR_ANY, 0, rng_mix(fuzz_byte(&s.input))};
    if (is_planned) (void)nacre_unmount(&vault.bed.store);
    else sim_nor_power_off(vault.bed.sim, &tear);
    recover();
}

/* ---- calls of the secrets ---- */

/* What a call that changes a secret may answer, whatever it is. Did it say that it is done? */
static bool judge_answer(enum nacre_err err, uint32_t place)
{
    enum nacre_err want = NACRE_OK;
    if (vault.refused != NACRE_OK) want = vault.refused;
    else if (probe.told != NACRE_OK) want = probe.told;
    if (want != NACRE_OK && err != want) fuzz_wrong("answers %d, not %d", (int)err, (int)want);
    if (want != NACRE_OK || err == NACRE_OK) return err == NACRE_OK;
    const bool is_there = place < VAULT_ROWS && vault.now[place].err != NACRE_NOT_FOUND;
    const bool is_known = is_refusal(err) || (err == NACRE_REPLAYED && s.was_moved) ||
                          (err == NACRE_NOT_FOUND && !is_there && place < VAULT_USER_ROWS) ||
                          (err == NACRE_WRITTEN_ONCE && is_there && place >= VAULT_USER_ROWS);
    if (!is_known) fuzz_wrong("answers %d at %u", (int)err, place);
    return false;
}

/* Without a monotonic counter a call that failed has changed nothing. */
static void settle(bool is_done)
{
    const bool is_whole = vault.cfg.monotonic == NULL && vault.refused == NACRE_OK;
    if (!is_done && (is_whole || vault.refused != NACRE_OK)) {
        for (uint32_t i = 0; i < VAULT_ROWS; i++) vault.next[i] = VAULT_SAME;
    }
    vault_take(is_done);
    vault_judge();
}

/*
 * A change is done: the counter has moved, and the epoch with it, behind whatever was sealed for
 * the row. No moment of the chip in the middle of it is accepted with the old value any more.
 */
static void check_epoch(uint64_t value_before, uint32_t row)
{
    const struct holding *const epoch = &vault.now[VAULT_EPOCH];
    if (vault.cfg.monotonic == NULL || vault.is_weak) return;
    if (vault.now[VAULT_ID].err == NACRE_NOT_FOUND) return;
    const struct probe_sealed *const sealed = probe_find(epoch->bytes, epoch->n);
    const uint8_t value[8] = {(uint8_t)probe.value, (uint8_t)(probe.value >> 8)};
    if (probe.value == value_before) fuzz_wrong("the counter has not moved");
    if (sealed == NULL || memcmp(sealed->text, value, sizeof value) != 0) {
        fuzz_wrong("the counter has moved to %u, the epoch has not", (unsigned)probe.value);
    }
    const bool has_row = row < VAULT_ROWS && vault.now[row].err == NACRE_OK;
    if (has_row && probe_find(vault.now[row].bytes, vault.now[row].n) > sealed) {
        fuzz_wrong("the epoch went in front of the record");
    }
}

static void call_set(void)
{
    const uint32_t row = fuzz_byte(&s.input) % VAULT_ROWS;
    const bool is_factory_there =
        row >= VAULT_USER_ROWS && vault.now[row].err != NACRE_NOT_FOUND;
    const uint32_t was_sealed = probe.sealed_count;
    const uint64_t value = probe.value;
    make_text();
    vault.next[row] = VAULT_TEXT;
    vault.is_plain_near = true;
    const enum nacre_err err =
        nacre_secret_set(&vault.secrets, vault_key(row), vault.text, vault.text_n);
    vault.is_plain_near = false;
    if (vault.text_n + NACRE_SECRET_OVERHEAD > vault.cfg.work_bytes) {
        if (err != NACRE_TOO_LARGE) fuzz_wrong("too large a text: %d", (int)err);
        settle(false);
        return;
    }
    const bool is_done = judge_answer(err, row);
    if (is_done && is_factory_there) fuzz_wrong("a factory value is set again");
    if (is_done && probe.sealed_count == was_sealed) fuzz_wrong("nothing was sealed");
    settle(is_done);
    if (is_done) check_epoch(value, row);
}

static void call_remove(void)
{
    const uint32_t row = fuzz_byte(&s.input) % VAULT_ROWS;
    const uint64_t value = probe.value;
    vault.next[row] = VAULT_NOTHING;
    const enum nacre_err err = nacre_secret_remove(&vault.secrets, vault_key(row));
    if (row >= VAULT_USER_ROWS) {
        if (err != NACRE_BAD_ARGUMENT) fuzz_wrong("a factory value's removal: %d", (int)err);
        vault.next[row] = VAULT_SAME;
        settle(false);
        return;
    }
    const bool is_done = judge_answer(err, row);
    settle(is_done);
    if (is_done) check_epoch(value, row);
}

static void call_get(void)
{
    const uint32_t row = fuzz_byte(&s.input) % VAULT_ROWS;
    vault_get(row, fuzz_byte(&s.input) % VAULT_RAW_MAX);
    settle(false);
}

static void call_advance(bool is_reset)
{
    const uint64_t value = probe.value;
    bool is_done = true;
    for (uint32_t i = 0; is_reset && i < VAULT_USER_ROWS; i++) vault.next[i] = VAULT_NOTHING;
    if (is_reset) is_done = nacre_reset(&vault.bed.store) == NACRE_OK;
    vault_take(is_done);
    is_done = judge_answer(nacre_secrets_advance(&vault.secrets), VAULT_PLACES);
    settle(is_done);
    if (is_done) check_epoch(value, VAULT_PLACES);
}

/* A new id: whatever was sealed opens no more. */
static void call_renew(void)
{
    const struct holding before = vault.now[VAULT_ID];
    const bool was_tampered = vault.is_tampered;
    vault.next[VAULT_ID] = VAULT_ANY;
    /* Cut or failed halfway it leaves an epoch that the old id does not open: refused. */
    vault.is_tampered = true;
    const enum nacre_err err = nacre_secrets_renew(&vault.secrets);
    if (err == NACRE_OK) vault.is_tampered = was_tampered;
    if (probe.told != NACRE_OK && err != probe.told) fuzz_wrong("renew answers %d", (int)err);
    if (err != NACRE_OK && probe.told == NACRE_OK && !is_refusal(err)) {
        fuzz_wrong("renew answers %d", (int)err);
    }
    vault_take(false);
    const struct holding *const now = &vault.now[VAULT_ID];
    const bool is_same = now->n == before.n && memcmp(now->bytes, before.bytes, now->n) == 0;
    const bool is_new = now->err == NACRE_OK && !is_same;
    if (err == NACRE_OK && !is_new && probe.random == PROBE_RANDOM_GOOD) {
        fuzz_wrong("renewed, and the same id");
    }
    vault.refused = is_new || err == NACRE_OK ? NACRE_OK : err;
    probe_calm();
    /* Was the id written before the counter failed? With a stuck source nobody can tell. */
    if (err != NACRE_OK && probe.random == PROBE_RANDOM_STUCK) open_secrets();
    vault_judge();
}

static void call_format(void)
{
    for (uint32_t i = 0; i < VAULT_PLACES; i++) vault.next[i] = VAULT_NOTHING;
    note_put_back();
    const enum nacre_err err = nacre_format(&vault.bed.store, &vault.bed.cfg);
    if (err != NACRE_OK) fuzz_wrong("format answers %d", (int)err);
    vault_take(true);
    open_secrets();
}

/* Calls that make no sense. */
static void call_nonsense(void)
{
    static const uint32_t keys[] = {NACRE_KEY_MAX + 1u, NACRE_OWN_EPOCH, 0x7fffu, 0xffffffffu};
    const uint32_t key = keys[fuzz_byte(&s.input) % 4u];
    struct nacre_secrets *const secrets = &vault.secrets;
    uint8_t buf[4] = {0};
    uint32_t length;
    bool is_right = nacre_secret_get(secrets, key, buf, 4, &length) == NACRE_BAD_ARGUMENT;
    is_right = is_right && nacre_secret_set(secrets, key, buf, 4) == NACRE_BAD_ARGUMENT;
    is_right = is_right && nacre_secret_remove(secrets, key) == NACRE_BAD_ARGUMENT;
    is_right = is_right && nacre_secret_get(secrets, 0, buf, 4, NULL) == NACRE_BAD_ARGUMENT;
    const enum nacre_err want = vault.refused != NACRE_OK ? vault.refused : NACRE_BAD_BUFFER;
    is_right = is_right && nacre_secret_get(secrets, 0, NULL, 4, &length) == want;
    is_right = is_right && nacre_secret_set(secrets, 0, NULL, 4) == want;
    if (!is_right) fuzz_wrong("nonsense is taken for a call");
    settle(false);
}

/* ---- what others write ---- */

static void alter(struct holding *bytes, uint32_t how)
{
    const uint32_t where = fuzz_byte(&s.input);
    switch (how % 4u) {
    case 0: return;
    case 1: bytes->bytes[where % (bytes->n + 1u)] ^= (uint8_t)(1u << how / 4u % 8u); return;
    case 2: bytes->n = where % (bytes->n + 1u); return;
    default:
        if (bytes->n + where % 16u <= VAULT_RAW_MAX) bytes->n += where % 16u;
    }
}

static void make_sealed(struct holding *bytes, uint32_t place, uint32_t choice)
{
    uint8_t id[NACRE_STORE_ID_BYTES] = {0};
    const struct probe_sealed *sealed = NULL;
    const uint32_t which = fuzz_byte(&s.input);
    const uint8_t number[8] = {(uint8_t)(probe.value + which % 4u)};
    if (choice < 0xa0u) {
        if (probe.sealed_count > 0) sealed = &probe.sealed[which % probe.sealed_count];
    } else if (vault.now[VAULT_ID].n == sizeof id) {
        memcpy(id, vault.now[VAULT_ID].bytes, sizeof id);
        id[0] ^= (uint8_t)(choice & 1u);
        sealed = probe_seal_by_hand((uint8_t)((choice & 6u) == 6u ? 2u : 1u), vault_key(place), id,
                                    place == VAULT_EPOCH ? number : vault.text,
                                    place == VAULT_EPOCH ? sizeof number : vault.text_n);
    }
    if (sealed == NULL) return;
    bytes->n = sealed->record_n;
    memcpy(bytes->bytes, sealed->record, sealed->record_n);
}

static void make_bytes(struct holding *bytes, uint32_t place)
{
    const uint32_t choice = fuzz_byte(&s.input);
    memset(bytes, 0, sizeof *bytes);
    if (choice >= 0x40u) {
        make_sealed(bytes, place, choice);
        alter(bytes, choice);
        return;
    }
    bytes->n = fuzz_byte(&s.input) % RAW_BYTES_MAX;
    for (uint32_t i = 0; i < bytes->n; i++) bytes->bytes[i] = fuzz_byte(&s.input);
}

static void call_put(void)
{
    const uint32_t row = fuzz_byte(&s.input) % VAULT_ROWS;
    make_bytes(&vault.bytes, row);
    vault.next[row] = VAULT_BYTES;
    const enum nacre_err err = vault_put(row, &vault.bytes);
    if (err != NACRE_OK && !is_refusal(err)) fuzz_wrong("a put answers %d", (int)err);
    settle(err == NACRE_OK);
}

/* The secrets' own records; the next boot finds them so. */
static void call_put_own(void)
{
    const uint32_t place = VAULT_ROWS + fuzz_byte(&s.input) % (VAULT_PLACES - VAULT_ROWS);
    make_bytes(&vault.bytes, place);
    tamper();
    const enum nacre_err err = vault_put(place, &vault.bytes);
    if (err != NACRE_OK && !is_refusal(err)) fuzz_wrong("a put answers %d", (int)err);
    vault_take(false);
    open_secrets();
}

static void remember(void)
{
    sim_nor_copy(s.past, vault.bed.sim);
    sim_nor_cut_never(s.past);
    memcpy(s.past_now, vault.now, sizeof s.past_now);
    s.has_past = true;
    s.is_past_weak = vault.is_weak;
}

/* The chip as it was, and the counter as it is. */
static void play_back(void)
{
    if (!s.has_past) return;
    tamper();
    sim_nor_copy(vault.bed.sim, s.past);
    vault.is_weak = s.is_past_weak;
    memcpy(vault.now, s.past_now, sizeof vault.now);
    memset(vault.next, 0, sizeof vault.next);
    recover();
}

static void flip(void)
{
    const uint32_t at = fuzz_16(&s.input) % vault.bed.sim->bytes;
    sim_nor_flip(vault.bed.sim, at, (uint8_t)(1u << fuzz_byte(&s.input) % 8u));
    vault.is_weak = true;
    note_put_back();
    recover();
}

/* ---- what is around the secrets ---- */

static void call_filler(uint32_t choice)
{
    uint8_t bytes[48];
    bool more;
    memset(bytes, (int)choice, sizeof bytes);
    if (choice % 4u == 0) sim_nor_pass_us(vault.bed.sim, ERASE_US);
    if (choice % 4u == 1u) (void)nacre_idle(&vault.bed.store, &more);
    if (choice % 4u > 1u) {
        bytes[0] = fuzz_byte(&s.input);
        const enum nacre_err err =
            nacre_set(&vault.bed.store, VAULT_FILLER_KEY, bytes, sizeof bytes);
        if (err != NACRE_OK && !is_refusal(err)) fuzz_wrong("a set answers %d", (int)err);
    }
    settle(false);
}

/* Another configuration from the next open on. */
static void configure(void)
{
    const uint32_t choice = fuzz_byte(&s.input);
    const uint32_t which = fuzz_byte(&s.input);
    if (choice % 4u == 0) vault.cfg.key_id = (uint16_t)(1u + which % (PROBE_IDS - 1u));
    if (choice % 4u == 1u) {
        free(vault.cfg.work);
        vault.cfg.work_bytes = which % 2u != 0 ? PROBE_RECORD_MAX : NACRE_SECRET_WORK_BYTES(8u);
        vault.cfg.work = malloc(vault.cfg.work_bytes);
        if (vault.cfg.work == NULL) abort();
        memset(vault.cfg.work, 0, vault.cfg.work_bytes);
    }
    if (choice % 4u == 2u) {
        vault.is_tampered = true;
        vault.cfg.monotonic = vault.cfg.monotonic == NULL ? &probe.monotonic : NULL;
    }
    if (choice % 4u == 3u) {
        vault.is_tampered = true;
        probe.slot_of[1u + choice / 4u % (PROBE_IDS - 1u)] = (enum probe_slot)(which % PROBE_SLOTS);
    }
    open_secrets();
}

/* Something fails in the next call. */
static void make_fault(void)
{
    const uint32_t choice = fuzz_byte(&s.input);
    probe.faults.seals_before = choice / 16u % 2u;
    probe.faults.is_advance_counting = choice / 32u % 2u != 0;
    switch (choice % 8u) {
    case 0: probe.faults.is_seal_failing = true; break;
    case 1: probe.faults.is_open_failing = true; break;
    case 2: probe.faults.is_open_lying = true; break;
    case 3: probe.faults.is_read_failing = true; break;
    case 4: probe.faults.is_advance_failing = true; break;
    case 5: probe.faults.is_advance_cut = true; break;
    case 6: probe.random = (enum probe_random)(choice / 16u % 3u); break;
    default: probe.value++; vault.is_tampered = true; s.was_moved = true;
    }
    if (probe.random == PROBE_RANDOM_STUCK) s.was_stuck = true;
    probe.may_repeat = s.was_stuck && s.was_put_back;
}

static void make_call(void)
{
    const uint32_t choice = fuzz_byte(&s.input);
    if (choice < 0x48u) call_set();
    else if (choice < 0x50u) call_remove();
    else if (choice < 0x60u) call_get();
    else if (choice < 0x80u) call_put();
    else if (choice < 0x90u) call_put_own();
    else if (choice < 0xa0u) call_filler(choice);
    else if (choice < 0xb0u) configure();
    else if (choice < 0xc4u) make_fault();
    else if (choice < 0xd0u) fuzz_bed_cut_soon(&vault.bed, &s.input, &s.jump);
    else if (choice < 0xd8u) reboot(choice % 2u != 0);
    else if (choice < 0xe0u) call_renew();
    else if (choice < 0xe8u) call_advance(choice % 2u != 0);
    else if (choice < 0xeeu) remember();
    else if (choice < 0xf4u) play_back();
    else if (choice < 0xf8u) flip();
    else if (choice < 0xfcu) call_format();
    else call_nonsense();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    memset(&s, 0, sizeof s);
    s.input = (struct fuzz_input){bytes, n};
    const uint32_t kind = fuzz_byte(&s.input);
    vault_open(kind & 0x0fu); /* an index of the full size */
    s.past = sim_nor_create(&vault.bed.sim->medium.geometry, kind);
    probe.jump = &s.jump;
    if ((kind & 0x10u) != 0) vault.cfg.monotonic = &probe.monotonic;
    if ((kind & 0x20u) != 0) probe.random = PROBE_RANDOM_STUCK;
    s.was_stuck = (kind & 0x20u) != 0;
    open_secrets();
    for (uint32_t i = 0; i < CALLS_MAX && s.input.left != 0 && probe_has_room(); i++) {
        fuzz_call(make_call, recover, &s.jump);
    }
    probe_calm();
    reboot(false);
    sim_nor_destroy(s.past);
    vault_close();
    return 0;
}
