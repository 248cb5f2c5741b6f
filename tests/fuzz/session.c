/*
 * The judge of a session.
 *
 * A store without flipped bits has exactly the values of one model, of now or of next. One with
 * flipped bits may say of a key that it is stale (and give a value that the key once had), damaged
 * or, with one lane, not there; but what it gives as good is the newest value, and no other.
 */
#include "tests/fuzz/session.h"

#include "nacre/core/check_store.h"

#include <string.h>

struct answer {
    enum nacre_err err;
    uint32_t n;
    uint8_t bytes[MODEL_VALUE_MAX];
};

bool session_is_weak(const struct session *s)
{
    return s->has_flips && !(s->may_mend && !s->was_cut && !s->has_faults);
}

static void ask(struct session *s, uint32_t entry, struct answer *answer)
{
    struct nacre_store *const store = &s->bed.store;
    answer->n = 0;
    answer->err = entry < MODEL_KEYS ?
        nacre_get(store, entry, answer->bytes, MODEL_VALUE_MAX, &answer->n) :
        nacre_factory_get(store, entry - MODEL_KEYS, answer->bytes, MODEL_VALUE_MAX, &answer->n);
}

static const uint8_t *value_of(const struct answer *answer)
{
    return answer->err == NACRE_OK ? answer->bytes : NULL;
}

/* A walk meets exactly the keys that have a value. */
static void judge_walk(struct session *s, const struct model *found)
{
    uint32_t key = 0;
    for (uint32_t entry = 0; entry < MODEL_KEYS; entry++) {
        if (!found->at[entry].is_set) continue;
        const enum nacre_err err = nacre_next(&s->bed.store, &key);
        if (err != NACRE_OK || key != entry) fuzz_wrong("walk: %d, %u", (int)err, key);
        key++;
    }
    const enum nacre_err err = nacre_next(&s->bed.store, &key);
    if (err != NACRE_NOT_FOUND) fuzz_wrong("walk: %d, %u after the last key", (int)err, key);
}

static void tell_difference(const struct model *found, const struct model *allowed)
{
    for (uint32_t i = 0; i < MODEL_ENTRIES; i++) {
        const struct model_value *const a = &found->at[i];
        const struct model_value *const b = &allowed->at[i];
        if (memcmp(a, b, sizeof *a) == 0) continue;
        fuzz_wrong("key %u: found %d, %u bytes %02x.., allowed %d, %u bytes %02x..", i, a->is_set,
                   a->n, a->bytes[0], b->is_set, b->n, b->bytes[0]);
    }
}

static void judge_strictly(struct session *s)
{
    static struct model found;
    struct answer answer;
    model_clear(&found);
    for (uint32_t entry = 0; entry < MODEL_ENTRIES; entry++) {
        ask(s, entry, &answer);
        if (answer.err != NACRE_OK && answer.err != NACRE_NOT_FOUND) {
            fuzz_wrong("key %u answers %d", entry, (int)answer.err);
        }
        model_set(&found, entry, value_of(&answer), answer.n);
    }
    judge_walk(s, &found);
    if (s->in_doubt && model_equals(&found, &s->next)) s->now = s->next;
    s->next = s->now;
    if (!model_equals(&found, &s->now)) tell_difference(&found, &s->now);
}

static bool is_excused(const struct session *s, uint32_t entry, const struct answer *answer)
{
    if (answer->err == NACRE_DAMAGED) return true;
    if (answer->err == NACRE_NOT_FOUND) return true;
    if (answer->err != NACRE_STALE) return false;
    return model_past_has(&s->past, entry, answer->bytes, answer->n);
}

/* Each key for itself; next keeps what is in doubt until the key is set again. */
static void judge_weakly(struct session *s)
{
    for (uint32_t entry = 0; entry < MODEL_ENTRIES; entry++) {
        struct answer answer;
        ask(s, entry, &answer);
        if (answer.err == NACRE_OK || answer.err == NACRE_NOT_FOUND) {
            const uint8_t *const value = value_of(&answer);
            const bool is_new = model_holds(&s->next, entry, value, answer.n);
            if (is_new) s->now.at[entry] = s->next.at[entry];
            if (model_holds(&s->now, entry, value, answer.n)) {
                s->next.at[entry] = s->now.at[entry];
                continue;
            }
        }
        if (is_excused(s, entry, &answer)) continue;
        fuzz_wrong("key %u answers %d, %u bytes %02x.., with flipped bits; has %d, %u bytes", entry,
                   (int)answer.err, answer.n, answer.bytes[0], s->now.at[entry].is_set,
                   s->now.at[entry].n);
    }
}

static void judge_check(struct session *s)
{
    struct nacre_check_summary summary;
    const enum nacre_err err = nacre_check_store(&s->bed.store, &summary, NULL, NULL);
    if (err != NACRE_OK) fuzz_wrong("check answers %d", (int)err);
    const bool is_whole = summary.damaged == 0 && summary.stale == 0;
    if (is_whole || s->has_flips || s->has_faults) return;
    fuzz_wrong("check finds %u damaged and %u stale", summary.damaged, summary.stale);
}

void session_judge(struct session *s)
{
    fuzz_bed_check_chip(&s->bed);
    if (session_is_weak(s)) judge_weakly(s);
    else judge_strictly(s);
    judge_check(s);
    s->in_doubt = false;
}
